//===- GraphImport.cpp - nodes and graphs of ONNX as operations -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Names become values as the nodes are read; a name that has no value yet is
// reported with the reason.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Import/GraphImport.h"

#include "tandem/dialects/Onnx/IR/OnnxOps.h"
#include "tandem/passes/Import/AttributeImport.h"

#include "onnx-ml.pb.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::import;
using llvm::enumerate;
using llvm::Expected;
using llvm::zip;
using ::onnx::AttributeProto;
using ::onnx::GraphProto;
using ::onnx::NodeProto;
using ::onnx::ValueInfoProto;

StringRef tandem::import::normalizeDomain(StringRef domain) {
  return domain == "ai.onnx" ? StringRef() : domain;
}

StringRef tandem::import::getDomainName(StringRef domain) {
  return domain.empty() ? "ai.onnx" : domain;
}

/// How messages name a node: by its name, or else its place in the graph.
static std::string describe(const NodeProto &node, int index) {
  std::string name =
      node.name().empty() ? std::to_string(index) : "'" + node.name() + "'";
  std::string domain =
      node.domain().empty() ? std::string() : node.domain() + ".";
  return "node " + name + " (" + domain + node.op_type() + ")";
}

static Location makeLocation(const NodeProto &node, int index,
                             MLIRContext *context) {
  std::string name = node.name().empty()
                         ? node.op_type() + " #" + std::to_string(index)
                         : node.name();
  return NameLoc::get(StringAttr::get(context, name));
}

Value GraphImporter::findInput(StringRef name, StringRef where, Scope &scope) {
  if (Value value = scope.find(name)) {
    return value;
  }
  if (scope.isAnnounced(name)) {
    graph.reporter.error(where + ": input '" + name +
                         "' is used before the node that makes it; nodes must "
                         "be sorted, without cycles");
  } else {
    graph.reporter.error(where + ": input '" + name +
                         "' is made by no node, initialiser or graph input");
  }
  return {};
}

/// The inputs of `node`; one stand-in serves for all that are omitted or wrong.
SmallVector<Value> GraphImporter::findInputs(const NodeProto &node,
                                             Location loc, StringRef where,
                                             Scope &scope) {
  SmallVector<Value> inputs;
  Value none;
  for (const std::string &name : node.input()) {
    Value input = name.empty() ? Value() : findInput(name, where, scope);
    if (!input && !none) {
      none = tandem::onnx::NoneOp::create(builder, loc, builder.getNoneType());
    }
    inputs.push_back(input ? input : none);
  }
  return inputs;
}

IntegerAttr GraphImporter::findOpset(StringRef domain, StringRef where) {
  auto it = graph.opsets.find(normalizeDomain(domain));
  if (it != graph.opsets.end()) {
    return builder.getI64IntegerAttr(it->second);
  }
  graph.reporter.error(where + ": domain '" +
                       (domain.empty() ? "ai.onnx" : domain) +
                       "' has no version; add it to opset_import");
  return {};
}

DictionaryAttr GraphImporter::importAttributes(
    const NodeProto &node, StringRef where,
    SmallVectorImpl<const AttributeProto *> &graphs) {
  NamedAttrList attributes;
  llvm::StringSet<> seen;
  for (const AttributeProto &attribute : node.attribute()) {
    StringRef name = attribute.name();
    std::string attributeWhere = (where + " attribute '" + name + "'").str();
    if (name.empty() || !seen.insert(name).second) {
      graph.reporter.error(attributeWhere + ": expected a unique, non-empty "
                                            "name");
      continue;
    }
    if (attribute.type() == AttributeProto::GRAPH && attribute.has_g() &&
        !attribute.has_ref_attr_name()) {
      graphs.push_back(&attribute);
      continue;
    }
    if (attribute.has_ref_attr_name() &&
        !(graph.functionAttributes &&
          graph.functionAttributes->contains(attribute.ref_attr_name()))) {
      graph.reporter.error(attributeWhere + ": refers to '" +
                           attribute.ref_attr_name() +
                           "', which is no attribute of a function around it");
      continue;
    }
    Expected<Attribute> value =
        importAttribute(attribute, graph.files, context);
    if (value) {
      attributes.append(name, *value);
    } else {
      graph.reporter.error(attributeWhere, value.takeError());
    }
  }
  return attributes.getDictionary(context);
}

void GraphImporter::importNode(const NodeProto &node, int index, Scope &scope) {
  std::string where = graph.where + describe(node, index);
  Location loc = makeLocation(node, index, context);
  if (node.op_type().empty()) {
    return graph.reporter.error(where + ": has no operator");
  }
  IntegerAttr opset = findOpset(node.domain(), where);
  if (importConstantNode(node, loc, where, scope)) {
    return;
  }

  SmallVector<const AttributeProto *> graphs;
  DictionaryAttr attributes = importAttributes(node, where, graphs);
  SmallVector<Value> inputs = findInputs(node, loc, where, scope);
  SmallVector<Type> types;
  for (StringRef name : node.output()) {
    Type type = scope.getType(name);
    types.push_back(type ? type : tandem::onnx::UnknownType::get(context));
  }
  SmallVector<StringRef> names;
  for (const AttributeProto *attribute : graphs) {
    names.push_back(attribute->name());
  }

  auto optional = [&](StringRef text) {
    return text.empty() ? StringAttr() : builder.getStringAttr(text);
  };
  auto op = tandem::onnx::NodeOp::create(
      builder, loc, types, builder.getStringAttr(node.op_type()),
      optional(normalizeDomain(node.domain())), optional(node.overload()),
      opset, inputs, attributes,
      names.empty() ? ArrayAttr() : builder.getStrArrayAttr(names),
      graphs.size());
  for (auto [attribute, region] : zip(graphs, op.getSubgraphs())) {
    importSubgraph(attribute->g(), region, scope);
  }
  for (auto [name, result] : zip(node.output(), op.getOutputs())) {
    if (!name.empty()) {
      define(name, result, scope);
    }
  }
}

void GraphImporter::importNodes(
    const google::protobuf::RepeatedPtrField<NodeProto> &nodes, Scope &scope) {
  for (const NodeProto &node : nodes) {
    for (const std::string &name : node.output()) {
      scope.announce(name);
    }
  }
  for (auto [index, node] : enumerate(nodes)) {
    importNode(node, static_cast<int>(index), scope);
  }
}

void GraphImporter::importSubgraph(const GraphProto &proto, Region &region,
                                   Scope &parent) {
  OpBuilder::InsertionGuard guard(builder);
  Block *block = builder.createBlock(&region);
  Scope scope(&parent);
  declareTypes(proto, scope);
  importInitializers(proto, scope);
  for (const ValueInfoProto &input : proto.input()) {
    Location loc = NameLoc::get(builder.getStringAttr(input.name()));
    define(input.name(), block->addArgument(importInputType(input), loc),
           scope);
  }
  importNodes(proto.node(), scope);
  SmallVector<Value> outputs;
  for (const ValueInfoProto &output : proto.output()) {
    if (Value value = findOutput(output.name(), scope)) {
      outputs.push_back(value);
    }
  }
  tandem::onnx::YieldOp::create(builder, region.getLoc(), outputs);
}
