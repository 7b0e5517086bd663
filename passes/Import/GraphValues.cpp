//===- GraphValues.cpp - names, types and constants of a graph --*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What the nodes of a graph find when they are imported, and constants.
//
//===----------------------------------------------------------------------===//

#include "tandem/dialects/Onnx/IR/OnnxOps.h"
#include "tandem/passes/Import/AttributeImport.h"
#include "tandem/passes/Import/GraphImport.h"
#include "tandem/passes/Import/TensorImport.h"
#include "tandem/passes/Import/TypeImport.h"

#include "onnx-ml.pb.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::import;
using llvm::createStringError;
using llvm::Expected;
using llvm::inconvertibleErrorCode;
using ::onnx::GraphProto;
using ::onnx::NodeProto;
using ::onnx::ValueInfoProto;

void GraphImporter::define(StringRef name, Value value, Scope &scope) {
  if (!scope.define(name, value)) {
    graph.reporter.error(graph.where + "value '" + name +
                         "' is defined twice; names must be unique in a graph");
  }
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
