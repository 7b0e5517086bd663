//===- OpsetTable.cpp - conversions between opsets -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Sources: the change log of ai.onnx (docs/Changelog.md of onnx), versions 7
// to 25. An operator that is not listed changed only its element types.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Simplify/OpsetTable.h"

#include "tandem/passes/Primitives/KnownOpsets.h"
#include "tandem/passes/Simplify/Nodes.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::simplify;
using tandem::onnx::NodeOp;

using primitives::oldestOpset;

static constexpr int64_t anyLater = primitives::newestOpset + 1;

//===----------------------------------------------------------------------===//
// Attributes that became inputs
//===----------------------------------------------------------------------===//

static Type getUnknown(NodeOp node) {
  return onnx::UnknownType::get(node.getContext());
}

/// Makes input `index` from attribute `name`, a list of integers; nothing where
/// the attribute is absent.
static void integersToInput(NodeOp node, StringRef name, unsigned index) {
  auto values = dyn_cast_or_null<DenseI64ArrayAttr>(node.getAttribute(name));
  setAttribute(node, name, {});
  if (!values) {
    return;
  }
  OpBuilder builder(node);
  while (node.getInputs().size() < index) {
    node.getInputsMutable().append(
        ValueRange(createNone(builder, node.getLoc())));
  }
  node.getInputsMutable().append(
      ValueRange(createIntegers(builder, node.getLoc(), values)));
}

static LogicalResult convertAxes(NodeOp node) {
  integersToInput(node, "axes", 1);
  return success();
}

/// Parts were listed by an attribute, then by an input or else equal; version
/// 18 asks for their number where they are equal.
static LogicalResult convertSplit(NodeOp node) {
  integersToInput(node, "split", 1);
  if (!node.getInput(1)) {
    Builder builder(node.getContext());
    setAttribute(node, "num_outputs",
                 builder.getI64IntegerAttr(node.getNumResults()));
  }
  return success();
}

static LogicalResult convertSlice(NodeOp node) {
  integersToInput(node, "starts", 1);
  integersToInput(node, "ends", 2);
  integersToInput(node, "axes", 3);
  return success();
}

static LogicalResult convertTopK(NodeOp node) {
  int64_t count = node.getInt("k", 1);
  setAttribute(node, "k", {});
  OpBuilder builder(node);
  node.getInputsMutable().append(
      ValueRange(createIntegers(builder, node.getLoc(), {count})));
  return success();
}

/// A scalar of the element type of input 0, f32 where that is not stated: all
/// that these versions of the operators were used with.
static Value createScalarLike(NodeOp node, double number) {
  OpBuilder builder(node);
  Type elementType = builder.getF32Type();
  if (auto type = dyn_cast<RankedTensorType>(node.getInputs()[0].getType())) {
    elementType = type.getElementType();
  }
  auto type = RankedTensorType::get({}, elementType);
  Attribute value;
  if (isa<FloatType>(elementType)) {
    value = builder.getFloatAttr(elementType, number);
  } else {
    value = builder.getIntegerAttr(elementType, static_cast<int64_t>(number));
  }
  return onnx::ConstantOp::create(builder, node.getLoc(), type,
                                  DenseElementsAttr::get(type, value));
}

static LogicalResult convertClip(NodeOp node) {
  if (node.getInputs().empty()) {
    return success(); // the verifier of the level reports it
  }
  OpBuilder builder(node);
  for (StringRef name : {"min", "max"}) {
    Value bound = node.getAttribute(name)
                      ? createScalarLike(node, node.getFloat(name, 0))
                      : createNone(builder, node.getLoc());
    node.getInputsMutable().append(ValueRange(bound));
    setAttribute(node, name, {});
  }
  return success();
}

static LogicalResult convertPad(NodeOp node) {
  if (node.getInputs().empty()) {
    return success();
  }
  integersToInput(node, "pads", 1);
  if (node.getAttribute("value")) {
    node.getInputsMutable().append(
        ValueRange(createScalarLike(node, node.getFloat("value", 0))));
  }
  setAttribute(node, "value", {});
  return success();
}

//===----------------------------------------------------------------------===//
// Operators of another name or meaning
//===----------------------------------------------------------------------===//

static void replaceByValue(NodeOp node, Value value) {
  replaceValue(node.getResult(0), value);
  node.erase();
}

static LogicalResult convertIdentity(NodeOp node) {
  if (node.getInputs().size() == 1 && node.getNumResults() == 1) {
    replaceByValue(node, node.getInputs()[0]);
  }
  return success();
}

/// Dropout does nothing in inference, unless its mask is used.
static LogicalResult convertDropout(NodeOp node) {
  setAttribute(node, "ratio", {});
  if (node.getInputs().empty() ||
      (node.getNumResults() > 1 && !node.getResult(1).use_empty())) {
    return success();
  }
  replaceByValue(node, node.getInputs()[0]);
  return success();
}

/// The nodes below are primitives at once: the pass does not see them again.
static Value createNode(NodeOp node, StringRef opType, ValueRange inputs,
                        ArrayRef<NamedAttribute> attributes = {}) {
  OpBuilder builder(node);
  return createPrimitive(builder, node.getLoc(), opType, getUnknown(node),
                         inputs, attributes);
}

/// Before version 13, softmax ran over all axes from `axis` on, flattened.
static LogicalResult convertFlattenedSoftmax(NodeOp node) {
  if (node.getInputs().size() != 1) {
    return success();
  }
  Builder builder(node.getContext());
  Value input = node.getInputs()[0];
  Value flat = createNode(
      node, "Flatten", input,
      builder.getNamedAttr("axis",
                           builder.getI64IntegerAttr(node.getInt("axis", 1))));
  Value softmax =
      createNode(node, node.getOpType(), flat,
                 builder.getNamedAttr("axis", builder.getI64IntegerAttr(-1)));
  Value shape = createNode(node, "Shape", input);
  replaceByValue(node, createNode(node, "Reshape", {softmax, shape}));
  return success();
}

/// A chain of binary nodes `opType` over the inputs of `node`.
static LogicalResult convertToChain(NodeOp node, StringRef opType) {
  if (node.getInputs().empty() || node.getNumResults() != 1) {
    return success();
  }
  Value chain = node.getInputs().front();
  for (Value next : node.getInputs().drop_front()) {
    chain = createNode(node, opType, {chain, next});
  }
  replaceByValue(node, chain);
  return success();
}

static LogicalResult convertSum(NodeOp node) {
  return convertToChain(node, "Add");
}

static LogicalResult convertExtremum(NodeOp node) {
  return node.getInputs().size() == 2 ? success()
                                      : convertToChain(node, node.getOpType());
}

/// ONNX Runtime's first name of RMSNormalization; it has the ai.onnx domain.
static LogicalResult convertSimplifiedLayerNormalization(NodeOp node) {
  if (node.getNumResults() == 1 ||
      (node.getNumResults() > 1 &&
       llvm::all_of(node.getResults().drop_front(),
                    [](Value result) { return result.use_empty(); }))) {
    replaceByValue(node, createNode(node, "RMSNormalization", node.getInputs(),
                                    node.getNodeAttributes().getValue()));
  }
  return success();
}

static LogicalResult convertScatter(NodeOp node) {
  node.setOpType("ScatterElements");
  return success();
}

/// The dense value of a Constant node, whichever attribute states it; null for
/// strings and sparse tensors.
static TypedAttr getConstantValue(NodeOp node) {
  Builder builder(node.getContext());
  if (auto value = dyn_cast_or_null<TypedAttr>(node.getAttribute("value"))) {
    return value;
  }
  if (auto number =
          dyn_cast_or_null<FloatAttr>(node.getAttribute("value_float"))) {
    return DenseElementsAttr::get(
        RankedTensorType::get({}, builder.getF32Type()),
        static_cast<float>(number.getValueAsDouble()));
  }
  if (auto number =
          dyn_cast_or_null<IntegerAttr>(node.getAttribute("value_int"))) {
    return DenseElementsAttr::get(
        RankedTensorType::get({}, builder.getI64Type()), number.getInt());
  }
  if (node.getAttribute("value_ints")) {
    SmallVector<int64_t> values = node.getInts("value_ints");
    return DenseElementsAttr::get(
        RankedTensorType::get({static_cast<int64_t>(values.size())},
                              builder.getI64Type()),
        ArrayRef(values));
  }
  if (auto values = dyn_cast_or_null<DenseF32ArrayAttr>(
          node.getAttribute("value_floats"))) {
    return DenseElementsAttr::get(
        RankedTensorType::get({static_cast<int64_t>(values.size())},
                              builder.getF32Type()),
        values.asArrayRef());
  }
  return {};
}

static LogicalResult convertConstant(NodeOp node) {
  TypedAttr value = getConstantValue(node);
  if (!value || node.getNumResults() != 1) {
    return success();
  }
  OpBuilder builder(node);
  replaceByValue(node, onnx::ConstantOp::create(builder, node.getLoc(),
                                                value.getType(), value));
  return success();
}

//===----------------------------------------------------------------------===//
// The table
//===----------------------------------------------------------------------===//

static constexpr OpsetConversion conversions[] = {
    {"Clip", oldestOpset, 11, convertClip},
    {"Constant", oldestOpset, anyLater, convertConstant},
    {"Dropout", oldestOpset, anyLater, convertDropout},
    {"GroupNormalization", 18, 21, nullptr}, // scales were per group
    {"Identity", oldestOpset, anyLater, convertIdentity},
    {"LogSoftmax", oldestOpset, 13, convertFlattenedSoftmax},
    {"Max", oldestOpset, anyLater, convertExtremum},
    {"Min", oldestOpset, anyLater, convertExtremum},
    {"Pad", oldestOpset, 11, convertPad},
    {"ReduceL1", oldestOpset, 18, convertAxes},
    {"ReduceL2", oldestOpset, 18, convertAxes},
    {"ReduceLogSum", oldestOpset, 18, convertAxes},
    {"ReduceLogSumExp", oldestOpset, 18, convertAxes},
    {"ReduceMax", oldestOpset, 18, convertAxes},
    {"ReduceMean", oldestOpset, 18, convertAxes},
    {"ReduceMin", oldestOpset, 18, convertAxes},
    {"ReduceProd", oldestOpset, 18, convertAxes},
    {"ReduceSum", oldestOpset, 13, convertAxes},
    {"ReduceSumSquare", oldestOpset, 18, convertAxes},
    {"Scatter", 9, 11, convertScatter},
    {"SimplifiedLayerNormalization", oldestOpset, anyLater,
     convertSimplifiedLayerNormalization},
    {"Slice", oldestOpset, 10, convertSlice},
    {"Softmax", oldestOpset, 13, convertFlattenedSoftmax},
    {"Split", oldestOpset, 18, convertSplit},
    {"Squeeze", oldestOpset, 13, convertAxes},
    {"Sum", oldestOpset, anyLater, convertSum},
    {"TopK", oldestOpset, 10, convertTopK},
    {"Unsqueeze", oldestOpset, 13, convertAxes},
};

const OpsetConversion *simplify::findConversion(StringRef opType,
                                                int64_t opset) {
  for (const OpsetConversion &row : conversions) {
    if (row.opType == opType && opset >= row.since && opset < row.until) {
      return &row;
    }
  }
  return nullptr;
}
