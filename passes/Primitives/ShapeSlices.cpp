//===- ShapeSlices.cpp - shapes of parts of tensors --------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Slice and Split: positions as polynomials, and parts of shape vectors.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Primitives/ShapeContext.h"
#include "tandem/passes/Primitives/ShapeFunctions.h"

using namespace mlir;
using namespace tandem::primitives;

/// Whether a position is negative. A negated symbol is: exporters take the last
/// n elements by it, and never none.
static bool countsFromEnd(const SymbolSpace &space,
                          const Polynomial &position) {
  return !position.is(0) && space.isNonNegative(position * Polynomial(-1));
}

/// Where position `position` of a slice along a dimension of length `length`
/// lies: negative ones count from the end, then it is clamped to [0, length].
static Polynomial clampPosition(SymbolSpace &space, const Polynomial &position,
                                const Polynomial &length) {
  std::optional<int64_t> number = position.getConstant();
  // INT64_MAX and INT64_MIN are how exporters write "to the end", and adding
  // a length to them would wrap around.
  if (number && *number > INT32_MAX) {
    return length;
  }
  if (number && *number < INT32_MIN) {
    return 0;
  }
  Polynomial counted = position;
  if (countsFromEnd(space, position)) {
    counted += length;
  }
  return space.max(space.min(counted, length), 0);
}

/// The length of a slice with a positive step.
static std::optional<Polynomial>
getSliceLength(SymbolSpace &space, const Polynomial &start,
               const Polynomial &end, const Polynomial &length, int64_t step) {
  auto hasKnownSign = [&](const Polynomial &position) {
    return space.isNonNegative(position) || countsFromEnd(space, position);
  };
  if (step < 1 || !hasKnownSign(start) || !hasKnownSign(end)) {
    return std::nullopt;
  }
  Polynomial first = clampPosition(space, start, length);
  Polynomial last = clampPosition(space, end, length);
  return space.max(space.floorDivide(last - first + Polynomial(step - 1), step),
                   0);
}

/// The elements of a vector that a slice takes.
static void sliceContents(ShapeContext &context,
                          const SmallVector<int64_t> &starts,
                          const SmallVector<int64_t> &ends, int64_t step) {
  const Contents *data = context.getVector(0);
  if (!data || step == 0 || starts.size() != 1) {
    return;
  }
  int64_t count = data->size();
  auto clamp = [&](int64_t position, int64_t low, int64_t high) {
    return std::clamp(position < 0 ? position + count : position, low, high);
  };
  int64_t low = step > 0 ? 0 : -1;
  int64_t high = step > 0 ? count : count - 1;
  int64_t first = clamp(starts[0], step > 0 ? 0 : 0, high);
  int64_t last = ends[0] < -count ? low : clamp(ends[0], low, high);
  Contents contents;
  for (int64_t i = first; step > 0 ? i < last : i > last; i += step) {
    contents.push_back((*data)[i]);
  }
  context.set(0, context.getElementType(0),
              {Polynomial(static_cast<int64_t>(contents.size()))});
  context.setContents(0, std::move(contents));
}

LogicalResult shapes::slice(ShapeContext &context) {
  if (!context.isKnown(0)) {
    return success();
  }
  int64_t rank = context.getRank(0);
  const std::optional<Contents> &starts = context.getInput(1).contents;
  const std::optional<Contents> &ends = context.getInput(2).contents;
  std::optional<SmallVector<int64_t>> axes = context.getIntegers(3);
  std::optional<SmallVector<int64_t>> steps = context.getIntegers(4);
  if (!context.has(3) && starts) {
    axes = llvm::to_vector(llvm::seq<int64_t>(0, starts->size()));
  }
  if (!axes) {
    return success();
  }
  if ((starts && starts->size() != axes->size()) ||
      (ends && ends->size() != axes->size()) ||
      (steps && steps->size() != axes->size())) {
    return context.emitError() << "has starts, ends, axes and steps of "
                                  "different lengths";
  }
  Dimensions result(context.getShape(0));
  for (auto [index, axis] : llvm::enumerate(*axes)) {
    FailureOr<int64_t> normal = context.normalizeAxis(axis, rank);
    if (failed(normal)) {
      return failure();
    }
    std::optional<Polynomial> length;
    int64_t step = steps ? (*steps)[index] : context.has(4) ? 0 : 1;
    if (starts && ends && (*starts)[index] && (*ends)[index]) {
      length = getSliceLength(context.space, *(*starts)[index], *(*ends)[index],
                              result[*normal], step);
    }
    result[*normal] =
        length ? *length : context.getUnknownDimension(0, *normal);
  }
  context.set(0, context.getElementType(0), result);
  std::optional<SmallVector<int64_t>> from = context.getIntegers(1);
  std::optional<SmallVector<int64_t>> to = context.getIntegers(2);
  if (from && to && axes->size() == 1 && (steps || !context.has(4))) {
    sliceContents(context, *from, *to, steps ? steps->front() : 1);
  }
  return success();
}

LogicalResult shapes::split(ShapeContext &context) {
  if (!context.isKnown(0)) {
    return success();
  }
  FailureOr<int64_t> axis =
      context.normalizeAxis(context.node.getInt("axis", 0), context.getRank(0));
  if (failed(axis)) {
    return failure();
  }
  Polynomial length = context.getShape(0)[*axis];
  unsigned count = context.getNumResults();
  const Contents *sizes = context.has(1) ? context.getVector(1) : nullptr;
  if (sizes && sizes->size() != count) {
    return context.emitError() << "has " << sizes->size() << " lengths and "
                               << count << " results, expected equal";
  }
  // Equal parts, the last one smaller where the length is not a multiple.
  Polynomial even = context.space.floorDivide(
      length + Polynomial(static_cast<int64_t>(count) - 1), Polynomial(count));
  if (std::optional<Polynomial> exact =
          length.divideExactly(Polynomial(count))) {
    even = *exact;
  }
  int64_t offset = 0;
  for (unsigned i = 0; i < count; ++i) {
    Dimensions result(context.getShape(0));
    if (!context.has(1)) {
      result[*axis] =
          i + 1 < count
              ? even
              : length - even * Polynomial(static_cast<int64_t>(count) - 1);
    } else {
      result[*axis] = sizes && (*sizes)[i]
                          ? *(*sizes)[i]
                          : context.getUnknownDimension(i, *axis);
    }
    std::optional<int64_t> part = result[*axis].getConstant();
    context.set(i, context.getElementType(0), result);
    const Contents *data = context.getVector(0);
    if (!data || !part || offset + *part > static_cast<int64_t>(data->size())) {
      continue;
    }
    context.setContents(i, Contents(ArrayRef(*data).slice(offset, *part)));
    offset += *part;
  }
  return success();
}
