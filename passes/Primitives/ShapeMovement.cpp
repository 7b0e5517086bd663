//===- ShapeMovement.cpp - shapes of moved elements ---------- -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Primitives that select, copy, join or permute elements; contents follow
// where shape arithmetic uses them (Gather, Concat, Slice, Split of vectors).
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Primitives/ShapeContext.h"
#include "tandem/passes/Primitives/ShapeFunctions.h"

using namespace mlir;
using namespace tandem::primitives;

/// The contents of input `index` where it has rank 0 or 1.
static const Contents *getVector(ShapeContext &context, unsigned index) {
  const TensorFacts &input = context.getInput(index);
  return input.contents && input.shape && input.shape->size() <= 1
             ? &*input.contents
             : nullptr;
}

/// Joins single columns of indices to a tensor of index tuples.
static void joinIndexBounds(ShapeContext &context, int64_t axis) {
  SmallVector<Polynomial, 0> bounds;
  for (unsigned i = 0; i < context.getNumInputs(); ++i) {
    const TensorFacts &input = context.getInput(i);
    if (axis + 1 != context.getRank(i) || !input.shape->back().is(1) ||
        input.indexBounds.size() != 1) {
      return;
    }
    bounds.push_back(input.indexBounds.front());
  }
  context.getResult(0).indexBounds = bounds;
}

LogicalResult shapes::concat(ShapeContext &context) {
  for (unsigned i = 0; i < context.getNumInputs(); ++i) {
    if (!context.isKnown(i)) {
      return success();
    }
  }
  FailureOr<int64_t> axis =
      context.normalizeAxis(context.node.getInt("axis", 0), context.getRank(0));
  if (failed(axis)) {
    return failure();
  }
  Dimensions result = context.getShape(0);
  for (unsigned i = 1; i < context.getNumInputs(); ++i) {
    const Dimensions &next = context.getShape(i);
    if (next.size() != result.size()) {
      return context.emitError()
             << "joins tensors of ranks " << result.size() << " and "
             << next.size() << ", expected equal";
    }
    for (auto [index, dimension] : llvm::enumerate(next)) {
      if (static_cast<int64_t>(index) == *axis) {
        result[index] += dimension;
      } else if (failed(context.requireEqual(result[index], dimension,
                                             "joined dimensions"))) {
        return failure();
      }
    }
  }
  context.set(0, context.getElementType(0), result);
  joinIndexBounds(context, *axis);
  Contents contents;
  for (unsigned i = 0; i < context.getNumInputs(); ++i) {
    const Contents *part = getVector(context, i);
    if (!part) {
      return success();
    }
    contents.append(part->begin(), part->end());
  }
  context.setContents(0, std::move(contents));
  return success();
}

LogicalResult shapes::expand(ShapeContext &context) {
  const TensorFacts &target = context.getInput(1);
  if (!context.isKnown(0) || !target.isKnown() || target.shape->size() != 1) {
    return success();
  }
  std::optional<int64_t> rank = target.shape->front().getConstant();
  if (!rank || *rank > TensorFacts::maxContents) {
    return success();
  }
  Dimensions shape;
  for (int64_t i = 0; i < *rank; ++i) {
    shape.push_back(target.contents && (*target.contents)[i]
                        ? *(*target.contents)[i]
                        : context.getUnknownDimension(0, i));
  }
  FailureOr<Dimensions> result = context.broadcast(context.getShape(0), shape);
  if (failed(result)) {
    return failure();
  }
  context.set(0, context.getElementType(0), *result);
  if (context.getInput(0).indexBounds.size() == 1) {
    context.getResult(0).indexBounds = context.getInput(0).indexBounds;
  }
  const std::optional<Contents> &elements = context.getInput(0).contents;
  std::optional<int64_t> count = countElements(*result).getConstant();
  if (elements && elements->size() == 1 && count && *count >= 0 &&
      *count <= TensorFacts::maxContents) {
    context.setContents(0, Contents(*count, elements->front()));
  }
  return success();
}

LogicalResult shapes::gather(ShapeContext &context) {
  if (!context.isKnown(0) || !context.isKnown(1)) {
    return success();
  }
  FailureOr<int64_t> axis =
      context.normalizeAxis(context.node.getInt("axis", 0), context.getRank(0));
  if (failed(axis)) {
    return failure();
  }
  Dimensions result(context.getShape(0));
  result.erase(result.begin() + *axis);
  result.insert(result.begin() + *axis, context.getShape(1).begin(),
                context.getShape(1).end());
  context.set(0, context.getElementType(0), result);

  const Contents *data = getVector(context, 0);
  std::optional<SmallVector<int64_t>> indices = context.getIntegers(1);
  if (!data || !indices || context.getRank(1) > 1) {
    return success();
  }
  Contents contents;
  int64_t count = data->size();
  for (int64_t index : *indices) {
    if (index < -count || index >= count) {
      return context.emitError() << "index is " << index << ", expected one of "
                                 << count << " elements";
    }
    contents.push_back((*data)[index < 0 ? index + count : index]);
  }
  context.setContents(0, std::move(contents));
  return success();
}

LogicalResult shapes::gatherElements(ShapeContext &context) {
  if (context.isKnown(0) && context.isKnown(1)) {
    context.set(0, context.getElementType(0), context.getShape(1));
  }
  return success();
}

/// Data of which the indices take every position along some dimensions is
/// assumed to end there. This is how a padding mask, whose dimensions some
/// exporters leave free, is tied to the batch and the length of the cache.
static LogicalResult bindGatheredDimensions(ShapeContext &context) {
  ArrayRef<Polynomial> bounds = context.getInput(1).indexBounds;
  if (bounds.size() > context.getShape(0).size()) {
    return success();
  }
  for (auto [bound, length] : llvm::zip(bounds, context.getShape(0))) {
    if (length.getAtom() &&
        failed(context.requireEqual(length, bound, "gathered dimensions"))) {
      return failure();
    }
  }
  return success();
}

LogicalResult shapes::gatherNd(ShapeContext &context) {
  if (!context.isKnown(0) || !context.isKnown(1)) {
    return success();
  }
  int64_t batch = context.node.getInt("batch_dims", 0);
  ArrayRef<Polynomial> data = context.getShape(0),
                       indices = context.getShape(1);
  if (indices.empty() || batch < 0 ||
      batch >= static_cast<int64_t>(std::min(data.size(), indices.size()))) {
    return context.emitError() << "has batch_dims " << batch << " for ranks "
                               << data.size() << " and " << indices.size();
  }
  std::optional<int64_t> depth = indices.back().getConstant();
  if (!depth) {
    return success();
  }
  if (*depth < 1 || batch + *depth > static_cast<int64_t>(data.size())) {
    return context.emitError() << "indexes " << *depth
                               << " dimensions of data of rank " << data.size();
  }
  if (batch == 0 &&
      static_cast<int64_t>(context.getInput(1).indexBounds.size()) == *depth &&
      failed(bindGatheredDimensions(context))) {
    return failure();
  }
  Dimensions result(indices.drop_back());
  llvm::append_range(result, data.drop_front(batch + *depth));
  context.set(0, context.getElementType(0), result);
  return success();
}

LogicalResult shapes::nonZero(ShapeContext &context) {
  if (context.isKnown(0)) {
    context.set(
        0, IntegerType::get(context.node.getContext(), 64),
        {Polynomial(context.getRank(0)), context.getUnknownDimension(0, 1)});
  }
  return success();
}

LogicalResult shapes::oneHot(ShapeContext &context) {
  if (!context.isKnown(0) || !context.has(2)) {
    return success();
  }
  int64_t rank = context.getRank(0) + 1;
  FailureOr<int64_t> axis =
      context.normalizeAxis(context.node.getInt("axis", -1), rank);
  if (failed(axis)) {
    return failure();
  }
  const std::optional<Contents> &depth = context.getInput(1).contents;
  Dimensions result(context.getShape(0));
  result.insert(result.begin() + *axis,
                depth && depth->size() == 1 && depth->front()
                    ? *depth->front()
                    : context.getUnknownDimension(0, *axis));
  context.set(0, context.getElementType(2), result);
  return success();
}

LogicalResult shapes::pad(ShapeContext &context) {
  if (!context.isKnown(0) || !context.isKnown(1)) {
    return success();
  }
  Dimensions result(context.getShape(0));
  int64_t rank = result.size();
  SmallVector<int64_t> axes;
  if (context.has(3)) {
    std::optional<SmallVector<int64_t>> given = context.getIntegers(3);
    if (!given) {
      return success();
    }
    axes = *given;
  } else {
    axes = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  }
  const std::optional<Contents> &pads = context.getInput(1).contents;
  if (pads && pads->size() != 2 * axes.size()) {
    return context.emitError()
           << "has " << pads->size() << " pads, expected " << 2 * axes.size();
  }
  for (auto [index, axis] : llvm::enumerate(axes)) {
    FailureOr<int64_t> normal = context.normalizeAxis(axis, rank);
    if (failed(normal)) {
      return failure();
    }
    if (pads && (*pads)[index] && (*pads)[axes.size() + index]) {
      result[*normal] += *(*pads)[index] + *(*pads)[axes.size() + index];
    } else {
      result[*normal] = context.getUnknownDimension(0, *normal);
    }
  }
  context.set(0, context.getElementType(0), result);
  return success();
}

//===----------------------------------------------------------------------===//
// Slice and Split
//===----------------------------------------------------------------------===//

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
  const Contents *data = getVector(context, 0);
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
  const Contents *sizes = context.has(1) ? getVector(context, 1) : nullptr;
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
    const Contents *data = getVector(context, 0);
    if (!data || !part || offset + *part > static_cast<int64_t>(data->size())) {
      continue;
    }
    context.setContents(i, Contents(ArrayRef(*data).slice(offset, *part)));
    offset += *part;
  }
  return success();
}

LogicalResult shapes::tile(ShapeContext &context) {
  if (!context.isKnown(0)) {
    return success();
  }
  const std::optional<Contents> &repeats = context.getInput(1).contents;
  Dimensions result(context.getShape(0));
  if (repeats && repeats->size() != result.size()) {
    return context.emitError() << "has " << repeats->size()
                               << " repeats for rank " << result.size();
  }
  for (auto [index, dimension] : llvm::enumerate(result)) {
    if (repeats && (*repeats)[index]) {
      dimension *= *(*repeats)[index];
    } else {
      dimension = context.getUnknownDimension(0, index);
    }
  }
  context.set(0, context.getElementType(0), result);
  return success();
}

LogicalResult shapes::transpose(ShapeContext &context) {
  if (!context.isKnown(0)) {
    return success();
  }
  const Dimensions &input = context.getShape(0);
  SmallVector<int64_t> order = context.node.getInts("perm");
  if (!context.node.getAttribute("perm")) {
    order = llvm::to_vector(llvm::reverse(llvm::seq<int64_t>(0, input.size())));
  }
  if (order.size() != input.size()) {
    return context.emitError()
           << "permutes " << order.size() << " axes of rank " << input.size();
  }
  Dimensions result;
  SmallVector<bool> isUsed(input.size(), false);
  for (int64_t axis : order) {
    if (axis < 0 || axis >= static_cast<int64_t>(input.size()) ||
        isUsed[axis]) {
      return context.emitError() << "has a perm that is no permutation";
    }
    isUsed[axis] = true;
    result.push_back(input[axis]);
  }
  context.set(0, context.getElementType(0), result);
  if (input.size() <= 1) {
    context.getResult(0).contents = context.getInput(0).contents;
  }
  if (context.getInput(0).indexBounds.size() == 1) {
    context.getResult(0).indexBounds = context.getInput(0).indexBounds;
  }
  return success();
}
