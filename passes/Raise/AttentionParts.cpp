//===- AttentionParts.cpp - build attention from its parts ------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Construction only: recognisers have checked the parts.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Raise/AttentionParts.h"

#include "tandem/passes/Raise/NodeMatching.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::raise;
using onnx::NodeOp;
using transformer::AttentionOp;
using transformer::KeepAttr;

AttentionOp raise::createAttention(const AttentionParts &parts, Type output,
                                   TypeRange presents, Location loc,
                                   OpBuilder &builder) {
  if (parts.padding) {
    Operation *parent = builder.getInsertionBlock()->getParentOp();
    std::string name = inputName(parts.padding);
    onnx::assume(parent, name + ": a row has a column for each past and new "
                                "token");
    onnx::assume(parent, name + ": the zeros of a row stand together, before "
                                "or behind its ones");
  }
  return AttentionOp::create(
      builder, loc, output, presents, parts.query, parts.key, parts.value,
      parts.pastKey, parts.pastValue, parts.padding, parts.bias,
      builder.getI64IntegerAttr(parts.heads),
      builder.getI64IntegerAttr(parts.kvHeads),
      builder.getF64FloatAttr(parts.scale),
      KeepAttr::get(builder.getContext(), parts.causal, parts.window),
      builder.getF64FloatAttr(parts.softcap));
}

SmallVector<Value> raise::splitLastDimension(Value packed,
                                             ArrayRef<int64_t> widths,
                                             Location loc, OpBuilder &builder) {
  RankedTensorType type = tensorType(packed);
  SmallVector<Type> parts;
  for (int64_t width : widths) {
    SmallVector<int64_t> shape(type.getShape());
    shape.back() = width;
    parts.push_back(RankedTensorType::get(shape, type.getElementType()));
  }
  auto sizes = DenseElementsAttr::get(
      RankedTensorType::get({static_cast<int64_t>(widths.size())},
                            builder.getI64Type()),
      widths);
  Value sizesValue =
      onnx::ConstantOp::create(builder, loc, sizes.getType(), sizes);
  auto attributes = builder.getDictionaryAttr(builder.getNamedAttr(
      "axis", builder.getI64IntegerAttr(type.getRank() - 1)));
  auto split = NodeOp::create(builder, loc, "Split", parts,
                              ValueRange{packed, sizesValue}, attributes);
  return llvm::to_vector_of<Value>(split->getResults());
}
