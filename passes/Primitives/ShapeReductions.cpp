//===- ShapeReductions.cpp - shapes of reductions ------------ -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Primitives that reduce or choose along axes.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Primitives/ShapeContext.h"
#include "tandem/passes/Primitives/ShapeFunctions.h"

using namespace mlir;
using namespace tandem::primitives;

/// Which axes of input 0 a reduction removes or makes 1; absent where its axes
/// are not known, failure where they lie outside.
static FailureOr<std::optional<SmallVector<bool>>>
getReducedAxes(ShapeContext &context) {
  int64_t rank = context.getRank(0);
  std::optional<SmallVector<int64_t>> axes = SmallVector<int64_t>();
  if (context.has(1)) {
    axes = context.getIntegers(1);
  }
  if (!axes) {
    return std::optional<SmallVector<bool>>();
  }
  if (axes->empty()) {
    bool isNoop = context.node.getInt("noop_with_empty_axes", 0) != 0;
    return std::optional(SmallVector<bool>(rank, !isNoop));
  }
  SmallVector<bool> isReduced(rank, false);
  for (int64_t axis : *axes) {
    FailureOr<int64_t> normal = context.normalizeAxis(axis, rank);
    if (failed(normal)) {
      return failure();
    }
    isReduced[*normal] = true;
  }
  return std::optional(isReduced);
}

LogicalResult shapes::reduce(ShapeContext &context) {
  if (!context.isKnown(0)) {
    return success();
  }
  auto isReduced = getReducedAxes(context);
  if (failed(isReduced)) {
    return failure();
  }
  if (!*isReduced) {
    return success();
  }
  bool keepsAxes = context.node.getInt("keepdims", 1) != 0;
  Dimensions result;
  for (auto [index, dimension] : llvm::enumerate(context.getShape(0))) {
    if (!(**isReduced)[index]) {
      result.push_back(dimension);
    } else if (keepsAxes) {
      result.push_back(1);
    }
  }
  context.set(0, context.getElementType(0), result);
  return success();
}

/// Reduces the known contents of a vector to one element.
static void
reduceContents(ShapeContext &context, Polynomial initial,
               llvm::function_ref<Polynomial(Polynomial, Polynomial)> apply) {
  const TensorFacts &result = context.getResult(0);
  std::optional<Dimensions> elements = context.getInput(0).getElements();
  if (!result.isKnown() || !elements || !countElements(*result.shape).is(1)) {
    return;
  }
  for (const Polynomial &element : *elements) {
    initial = apply(initial, element);
  }
  context.setContents(0, {initial});
}

LogicalResult shapes::reduceProd(ShapeContext &context) {
  if (failed(reduce(context))) {
    return failure();
  }
  reduceContents(context, 1, [](Polynomial a, Polynomial b) { return a * b; });
  return success();
}

LogicalResult shapes::reduceSum(ShapeContext &context) {
  if (failed(reduce(context))) {
    return failure();
  }
  reduceContents(context, 0, [](Polynomial a, Polynomial b) { return a + b; });
  return success();
}

LogicalResult shapes::argReduce(ShapeContext &context) {
  if (!context.isKnown(0)) {
    return success();
  }
  FailureOr<int64_t> axis =
      context.normalizeAxis(context.node.getInt("axis", 0), context.getRank(0));
  if (failed(axis)) {
    return failure();
  }
  Dimensions result(context.getShape(0));
  if (context.node.getInt("keepdims", 1) != 0) {
    result[*axis] = 1;
  } else {
    result.erase(result.begin() + *axis);
  }
  context.set(0, IntegerType::get(context.node.getContext(), 64), result);
  return success();
}

LogicalResult shapes::topK(ShapeContext &context) {
  if (!context.isKnown(0)) {
    return success();
  }
  FailureOr<int64_t> axis = context.normalizeAxis(
      context.node.getInt("axis", -1), context.getRank(0));
  if (failed(axis)) {
    return failure();
  }
  Dimensions result(context.getShape(0));
  const std::optional<Contents> &count = context.getInput(1).contents;
  result[*axis] = count && count->size() == 1 && count->front()
                      ? *count->front()
                      : context.getUnknownDimension(0, *axis);
  context.set(0, context.getElementType(0), result);
  context.set(1, IntegerType::get(context.node.getContext(), 64), result);
  return success();
}
