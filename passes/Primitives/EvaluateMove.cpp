//===- EvaluateMove.cpp - elements moved as blocks ---------------*- C++
//-*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Slices, joins, repetitions and permutations.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Primitives/Evaluators.h"
#include "tandem/passes/Primitives/Movement.h"

#include <algorithm>
#include <numeric>

using namespace mlir;
using namespace tandem::primitives;
using llvm::createStringError;
using llvm::Error;
using llvm::Expected;
using llvm::Twine;

Error evaluate::transpose(EvaluationContext &context) {
  const Tensor &input = context.getInput(0);
  SmallVector<int64_t> permutation = context.node.getInts("perm");
  if (!context.node.getAttribute("perm")) {
    permutation.resize(input.getRank());
    std::iota(permutation.rbegin(), permutation.rend(), 0);
  }
  Expected<Shape> sorted = normalizeAxes(permutation, input.getRank());
  if (!sorted) {
    return sorted.takeError();
  }
  if (static_cast<int64_t>(sorted->size()) != input.getRank()) {
    return createStringError("permutation " + printShape(permutation) +
                             " leaves out axes of " +
                             printShape(input.getShape()));
  }
  for (int64_t &axis : permutation) {
    axis += axis < 0 ? input.getRank() : 0;
  }
  return context.give(permute(context, input, permutation));
}

Error evaluate::expand(EvaluationContext &context) {
  const Tensor &input = context.getInput(0);
  Expected<Shape> shape =
      broadcastShapes(input.getShape(), context.getIntegers(1));
  if (!shape) {
    return shape.takeError();
  }
  return context.give(expandTo(context, input, *shape));
}

Error evaluate::tile(EvaluationContext &context) {
  Expected<Tensor> result = context.getInput(0);
  Shape repeats = context.getIntegers(1), shape(result->getShape());
  if (repeats.size() != shape.size()) {
    return createStringError("repeats " + printShape(repeats) +
                             " do not fit a tensor of shape " +
                             printShape(shape));
  }
  for (size_t axis = 0; axis < shape.size(); ++axis) {
    int64_t size = shape[axis];
    if (repeats[axis] < 0 ||
        llvm::MulOverflow(size, repeats[axis], shape[axis])) {
      return createStringError("repeats are " + printShape(repeats));
    }
    if (Error error = context.check(result->getElementType(), shape)) {
      return error;
    }
    SmallVector<int64_t> indices(shape[axis]);
    for (auto [i, index] : llvm::enumerate(indices)) {
      index = i % size;
    }
    Tensor part = *result;
    result = takeAlong(context, part, axis, indices);
    if (!result) {
      return result.takeError();
    }
  }
  return context.give(std::move(result));
}

/// The indices that a slice of an axis of `size` takes, by the rules of ONNX:
/// negative bounds count from the end, then both are cut to the axis.
static SmallVector<int64_t> sliceIndices(int64_t size, int64_t start,
                                         int64_t end, int64_t step) {
  auto cut = [&](int64_t bound) {
    bound += bound < 0 ? size : 0;
    return step > 0 ? std::clamp<int64_t>(bound, 0, size)
                    : std::clamp<int64_t>(bound, -1, size - 1);
  };
  SmallVector<int64_t> indices;
  end = cut(end);
  for (int64_t index = cut(start); step > 0 ? index < end : index > end;) {
    indices.push_back(index);
    if (llvm::AddOverflow(index, step, index)) {
      break;
    }
  }
  return indices;
}

Error evaluate::slice(EvaluationContext &context) {
  Expected<Tensor> result = context.getInput(0);
  Shape starts = context.getIntegers(1), ends = context.getIntegers(2);
  Shape all(starts.size());
  std::iota(all.begin(), all.end(), 0);
  Shape axes = context.getIntegers(3, all);
  Shape steps = context.getIntegers(4, Shape(starts.size(), 1));
  if (ends.size() != starts.size() || axes.size() != starts.size() ||
      steps.size() != starts.size()) {
    return createStringError("starts, ends, axes and steps have " +
                             Twine(starts.size()) + ", " + Twine(ends.size()) +
                             ", " + Twine(axes.size()) + " and " +
                             Twine(steps.size()) + " elements");
  }
  for (auto [start, end, axis, step] : llvm::zip(starts, ends, axes, steps)) {
    Expected<int64_t> normal = normalizeAxis(axis, result->getRank());
    if (!normal) {
      return normal.takeError();
    }
    if (step == 0) {
      return createStringError("steps by 0");
    }
    Tensor part = *result;
    result = takeAlong(context, part, *normal,
                       sliceIndices(part.getDim(*normal), start, end, step));
    if (!result) {
      return result.takeError();
    }
  }
  return context.give(std::move(result));
}

Error evaluate::concat(EvaluationContext &context) {
  Expected<int64_t> axis = normalizeAxis(context.node.getInt("axis", 0),
                                         context.getInput(0).getRank());
  if (!axis) {
    return axis.takeError();
  }
  return context.give(concatenate(context, context.getInputs(), *axis));
}

/// Sizes of the parts of an axis: as given, or equal with a smaller last one.
static Shape splitSizes(EvaluationContext &context, int64_t size) {
  if (context.hasInput(1)) {
    return context.getIntegers(1);
  }
  int64_t count = context.node->getNumResults();
  int64_t part = llvm::divideCeil(size, std::max<int64_t>(count, 1));
  Shape sizes;
  for (int64_t i = 0; i < count; ++i) {
    sizes.push_back(std::clamp<int64_t>(size - i * part, 0, part));
  }
  return sizes;
}

Error evaluate::split(EvaluationContext &context) {
  const Tensor &input = context.getInput(0);
  Expected<int64_t> axis =
      normalizeAxis(context.node.getInt("axis", 0), input.getRank());
  if (!axis) {
    return axis.takeError();
  }
  int64_t size = input.getDim(*axis), begin = 0;
  for (auto [i, part] : llvm::enumerate(splitSizes(context, size))) {
    if (part < 0 || part > size - begin) {
      return createStringError("part " + Twine(i) + " of size " + Twine(part) +
                               " is outside of an axis of size " + Twine(size));
    }
    SmallVector<int64_t> indices(part);
    std::iota(indices.begin(), indices.end(), begin);
    if (Error error =
            context.give(i, takeAlong(context, input, *axis, indices))) {
      return error;
    }
    begin += part;
  }
  if (begin != size) {
    return createStringError("parts hold " + Twine(begin) + " of " +
                             Twine(size) + " elements");
  }
  return Error::success();
}

/// The index of the source that padding puts at `index`, which is outside.
static int64_t padIndex(StringRef mode, int64_t index, int64_t size) {
  if (mode == "edge") {
    return std::clamp<int64_t>(index, 0, size - 1);
  }
  if (mode == "wrap") {
    return (index % size + size) % size;
  }
  if (mode != "reflect") {
    return noElement;
  }
  if (size == 1) {
    return 0;
  }
  int64_t period = 2 * (size - 1);
  int64_t rest = (index % period + period) % period;
  return std::min(rest, period - rest);
}

Error evaluate::pad(EvaluationContext &context) {
  Expected<Tensor> result = context.getInput(0);
  Shape pads = context.getIntegers(1), all(result->getRank());
  std::iota(all.begin(), all.end(), 0);
  Shape axes = context.getIntegers(3, all);
  StringRef mode = context.node.getString("mode", "constant");
  const Tensor &fill = context.getInput(2);
  if (pads.size() != 2 * axes.size()) {
    return createStringError("has " + Twine(pads.size()) + " pads for " +
                             Twine(axes.size()) + " axes");
  }
  if (fill && (fill.getNumElements() != 1 ||
               fill.getElementType() != result->getElementType())) {
    return createStringError("fill is not one element of the input's type");
  }
  for (auto [i, given] : llvm::enumerate(axes)) {
    Expected<int64_t> axis = normalizeAxis(given, result->getRank());
    if (!axis) {
      return axis.takeError();
    }
    int64_t before = pads[i], after = pads[axes.size() + i];
    Shape shape(result->getShape());
    int64_t size = shape[*axis];
    if (llvm::AddOverflow(before, after, shape[*axis]) ||
        llvm::AddOverflow(shape[*axis], size, shape[*axis]) ||
        (size == 0 && mode != "constant")) {
      return createStringError("pads are " + printShape(pads));
    }
    if (Error error = context.check(result->getElementType(), shape)) {
      return error;
    }
    SmallVector<int64_t> indices;
    for (int64_t at = 0; at < shape[*axis]; ++at) {
      int64_t index = at - before;
      indices.push_back(
          index >= 0 && index < size ? index : padIndex(mode, index, size));
    }
    Tensor part = *result;
    result = takeAlong(context, part, *axis, indices, fill);
    if (!result) {
      return result.takeError();
    }
  }
  return context.give(std::move(result));
}

Error evaluate::trilu(EvaluationContext &context) {
  const Tensor &input = context.getInput(0);
  if (input.getRank() < 2) {
    return createStringError("input has rank " + Twine(input.getRank()) +
                             ", expected at least 2");
  }
  Expected<Tensor> result =
      context.allocate(input.getElementType(), input.getShape());
  if (!result) {
    return result.takeError();
  }
  bool upper = context.node.getInt("upper", 1);
  int64_t rows = input.getShape().end()[-2], columns = input.getShape().back();
  Shape given = context.getIntegers(1, {0});
  if (given.size() != 1) {
    return createStringError("diagonal is not one number");
  }
  // Beyond these, diagonals of any distance are the same.
  int64_t diagonal = std::clamp<int64_t>(given[0], -rows - 1, columns + 1);
  size_t width = input.getElementBytes();
  for (int64_t i = 0, count = input.getNumElements(); i < count; ++i) {
    int64_t column = i % columns, row = i / columns % rows;
    int64_t distance = column - row;
    if (upper ? distance >= diagonal : distance <= diagonal) {
      copyElement(result->getMutableBytes() + i * width,
                  input.getBytes().data() + i * width, width);
    }
  }
  return context.give(std::move(result));
}
