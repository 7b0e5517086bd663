//===- TokenMajor.cpp - heads as parts of a row -----------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Pairs of conversions that cancel are removed by FoldLayouts.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Raise/TokenMajor.h"

#include "tandem/passes/Raise/NodeMatching.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::raise;
using onnx::NodeOp;

Value TokenMajor::ints(ArrayRef<int64_t> values) {
  auto type = RankedTensorType::get({static_cast<int64_t>(values.size())},
                                    builder.getI64Type());
  auto constant = onnx::ConstantOp::create(
      builder, location, type, DenseElementsAttr::get(type, values));
  access.shapes.visit(constant);
  return constant;
}

Value TokenMajor::reshape(Value value, ArrayRef<int64_t> target,
                          ArrayRef<int64_t> shape) {
  auto type = RankedTensorType::get(shape, tensorType(value).getElementType());
  auto node = NodeOp::create(builder, location, "Reshape", type,
                             ValueRange{value, ints(target)});
  access.shapes.visit(node);
  return node->getResult(0);
}

Value TokenMajor::swapHeadsAndTokens(Value value) {
  RankedTensorType type = tensorType(value);
  SmallVector<int64_t> shape(type.getShape());
  std::swap(shape[1], shape[2]);
  auto order =
      builder.getNamedAttr("perm", builder.getDenseI64ArrayAttr({0, 2, 1, 3}));
  auto node =
      NodeOp::create(builder, location, "Transpose",
                     RankedTensorType::get(shape, type.getElementType()),
                     ValueRange{value}, builder.getDictionaryAttr(order));
  access.shapes.visit(node);
  return node->getResult(0);
}

Value TokenMajor::slice(Value rows, int64_t start, int64_t width) {
  RankedTensorType type = tensorType(rows);
  SmallVector<int64_t> shape(type.getShape());
  shape.back() = width;
  auto node =
      NodeOp::create(builder, location, "Slice",
                     RankedTensorType::get(shape, type.getElementType()),
                     ValueRange{rows, ints({start}), ints({start + width}),
                                ints({2}), ints({1})});
  access.shapes.visit(node);
  return node->getResult(0);
}

Value TokenMajor::splitHeads(Value rows, int64_t heads) {
  ArrayRef<int64_t> shape = tensorType(rows).getShape();
  int64_t width = shape[2] / heads;
  return reshape(rows, {0, 0, heads, width},
                 {shape[0], shape[1], heads, width});
}

Value TokenMajor::mergeHeads(Value heads) {
  ArrayRef<int64_t> shape = tensorType(heads).getShape();
  bool isKnown =
      !ShapedType::isDynamic(shape[2]) && !ShapedType::isDynamic(shape[3]);
  int64_t width = isKnown ? shape[2] * shape[3] : ShapedType::kDynamic;
  return reshape(heads, {0, 0, isKnown ? width : -1},
                 {shape[0], shape[1], width});
}

Value TokenMajor::headsFirst(Value rows, int64_t heads) {
  return swapHeadsAndTokens(splitHeads(rows, heads));
}

Value TokenMajor::fromLoad(Element load, const HeadIndices &at) {
  if (!load || load->kind != ElementNode::Kind::load) {
    return {};
  }
  Value value = load->tensor;
  RankedTensorType type = tensorType(value);
  if (!type) { // what an operator nobody knows computes
    return {};
  }
  const Indices &indices = load->indices;
  int64_t rowWidth = at.heads * at.width;
  if (indices.size() == 3 && indices[0] == at.batch && indices[1] == at.token) {
    Polynomial within = at.head * at.width + at.element;
    std::optional<int64_t> start = (indices[2] - within).getConstant();
    if (!start || *start < 0 || type.isDynamicDim(2)) {
      return {};
    }
    return *start == 0 && type.getDimSize(2) == rowWidth
               ? value
               : slice(value, *start, rowWidth);
  }
  if (indices == Indices{at.batch, at.head, at.token, at.element} &&
      type.getDimSize(1) == at.heads && type.getDimSize(3) == at.width) {
    value = swapHeadsAndTokens(value);
  } else if (indices != Indices{at.batch, at.token, at.head, at.element} ||
             type.getDimSize(2) != at.heads || type.getDimSize(3) != at.width) {
    return {};
  }
  return mergeHeads(value);
}
