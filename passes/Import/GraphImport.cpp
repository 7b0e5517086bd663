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
#include "tandem/passes/Import/TensorImport.h"
#include "tandem/passes/Import/TypeImport.h"

#include "onnx-ml.pb.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::import;
using llvm::createStringError;
using llvm::enumerate;
using llvm::Expected;
using llvm::inconvertibleErrorCode;
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

//===----------------------------------------------------------------------===//
// Names and types
//===----------------------------------------------------------------------===//

void GraphImporter::define(StringRef name, Value value, Scope &scope) {
  if (!scope.define(name, value)) {
    graph.reporter.error(graph.where + "value '" + name +
                         "' is defined twice; names must be unique in a graph");
  }
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

Value GraphImporter::findOutput(StringRef name, Scope &scope) {
  if (Value value = scope.find(name)) {
    return value;
  }
  graph.reporter.error(graph.where + "output '" + name +
                       "' is made by no node, initialiser or graph input");
  return {};
}

void GraphImporter::declareType(const ValueInfoProto &info, Scope &scope) {
  Expected<Type> type = importType(info.type(), context);
  if (type) {
    scope.setType(info.name(), *type);
  } else {
    graph.reporter.error(graph.where + "value '" + info.name() + "'",
                         type.takeError());
  }
}

void GraphImporter::declareTypes(const GraphProto &proto, Scope &scope) {
  for (const ValueInfoProto &info : proto.value_info()) {
    declareType(info, scope);
  }
  for (const ValueInfoProto &info : proto.output()) {
    declareType(info, scope);
  }
}

Type GraphImporter::importInputType(const ValueInfoProto &input) {
  Expected<Type> type = importType(input.type(), context);
  if (type) {
    return *type;
  }
  graph.reporter.error(graph.where + "input '" + input.name() + "'",
                       type.takeError());
  return tandem::onnx::UnknownType::get(context);
}

/// A constant; where `value` is an error, which is reported, a stand-in, so
/// that its uses are not errors too.
Value GraphImporter::makeConstant(Expected<TypedAttr> value, Location loc,
                                  const Twine &where) {
  if (value) {
    return tandem::onnx::ConstantOp::create(builder, loc, value->getType(),
                                            *value);
  }
  graph.reporter.error(where, value.takeError());
  return tandem::onnx::NoneOp::create(builder, loc, builder.getNoneType());
}

void GraphImporter::importInitializers(const GraphProto &proto, Scope &scope) {
  for (const ::onnx::TensorProto &tensor : proto.initializer()) {
    if (tensor.name().empty()) {
      graph.reporter.error(graph.where + "an initialiser has no name");
      continue;
    }
    Location loc = NameLoc::get(builder.getStringAttr(tensor.name()));
    Value value =
        makeConstant(importTensor(tensor, graph.files, context), loc,
                     graph.where + "initialiser '" + tensor.name() + "'");
    define(tensor.name(), value, scope);
  }
  for (const auto &sparse : proto.sparse_initializer()) {
    graph.reporter.error(graph.where + "initialiser '" +
                         sparse.values().name() +
                         "' is sparse, which is not supported; store it dense");
  }
}

//===----------------------------------------------------------------------===//
// Nodes
//===----------------------------------------------------------------------===//

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

Expected<TypedAttr> GraphImporter::importConstantValue(const NodeProto &node) {
  if (node.attribute_size() == 1 && node.output_size() == 1 &&
      node.input_size() == 0) {
    return importConstant(node.attribute(0), graph.files, context);
  }
  return createStringError(inconvertibleErrorCode(),
                           "has " + Twine(node.attribute_size()) +
                               " attributes, " + Twine(node.input_size()) +
                               " inputs and " + Twine(node.output_size()) +
                               " outputs, expected 1, 0 and 1");
}

/// Imports a Constant node; false where its value is left to the function's
/// attributes, so that it stays a node.
bool GraphImporter::importConstantNode(const NodeProto &node, Location loc,
                                       StringRef where, Scope &scope) {
  if (node.op_type() != "Constant" || !normalizeDomain(node.domain()).empty()) {
    return false;
  }
  if (node.attribute_size() == 1 && node.attribute(0).has_ref_attr_name()) {
    return false;
  }
  Expected<TypedAttr> value = importConstantValue(node);
  Value constant = makeConstant(std::move(value), loc, where);
  for (const std::string &name : node.output()) {
    if (!name.empty()) {
      define(name, constant, scope);
    }
  }
  return true;
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
