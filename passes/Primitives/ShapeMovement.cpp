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
    const Contents *part = context.getVector(i);
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

  const Contents *data = context.getVector(0);
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
