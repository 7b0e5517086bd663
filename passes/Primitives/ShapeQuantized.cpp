//===- ShapeQuantized.cpp - shapes of quantised operators ---------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Quantising, dequantising, and products of quantised weights.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Primitives/ShapeContext.h"
#include "tandem/passes/Primitives/ShapeFunctions.h"

using namespace mlir;
using namespace tandem::primitives;

LogicalResult shapes::dequantizeLinear(ShapeContext &context) {
  if (context.isKnown(0) && context.has(1)) {
    context.set(0, context.getElementType(1), context.getShape(0));
  }
  return success();
}

LogicalResult shapes::quantizeLinear(ShapeContext &context) {
  if (!context.isKnown(0)) {
    return success();
  }
  Type type = context.has(2) ? context.getElementType(2)
                             : IntegerType::get(context.node.getContext(), 8,
                                                IntegerType::Unsigned);
  context.set(0, type, context.getShape(0));
  return success();
}

LogicalResult shapes::dynamicQuantizeLinear(ShapeContext &context) {
  if (!context.isKnown(0)) {
    return success();
  }
  Type byte =
      IntegerType::get(context.node.getContext(), 8, IntegerType::Unsigned);
  context.set(0, byte, context.getShape(0));
  context.set(1, context.getElementType(0), {});
  context.set(2, byte, {});
  return success();
}

LogicalResult shapes::matMulNBits(ShapeContext &context) {
  if (!context.isKnown(0)) {
    return success();
  }
  Dimensions result(context.getShape(0));
  int64_t inner = context.node.getInt("K", 0);
  if (result.empty()) {
    return context.emitError()
           << "multiplies a scalar, expected rank 1 or more";
  }
  if (failed(context.requireEqual(result.back(), inner, "inner dimensions"))) {
    return failure();
  }
  result.back() = context.node.getInt("N", 0);
  context.set(0, context.getElementType(0), result);
  return success();
}

LogicalResult shapes::gatherBlockQuantized(ShapeContext &context) {
  if (!context.isKnown(0) || !context.isKnown(1) || !context.has(2)) {
    return success();
  }
  Dimensions data(context.getShape(0));
  FailureOr<int64_t> axis =
      context.normalizeAxis(context.node.getInt("gather_axis", 0), data.size());
  if (failed(axis)) {
    return failure();
  }
  // Bytes hold several elements of the last dimension.
  int64_t bits = context.node.getInt("bits", 4);
  auto type = dyn_cast_or_null<IntegerType>(context.getElementType(0));
  if (type && type.getWidth() == 8 && bits > 0 && bits < 8) {
    data.back() *= Polynomial(8 / bits);
  }
  data.erase(data.begin() + *axis);
  data.insert(data.begin() + *axis, context.getShape(1).begin(),
              context.getShape(1).end());
  context.set(0, context.getElementType(2), data);
  return success();
}
