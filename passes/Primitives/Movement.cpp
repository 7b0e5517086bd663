//===- Movement.cpp - copies of elements -------------------------*- C++
//-*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The copies that evaluators of structural operators are made of.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Primitives/Movement.h"

using namespace mlir;
using namespace tandem::primitives;
using llvm::createStringError;
using llvm::Error;
using llvm::Expected;
using llvm::Twine;

Expected<Tensor> tandem::primitives::takeAlong(const EvaluationContext &context,
                                               const Tensor &source,
                                               int64_t axis,
                                               ArrayRef<int64_t> indices,
                                               const Tensor &fill) {
  Shape shape(source.getShape());
  AxisSplit split(shape, axis);
  shape[axis] = indices.size();
  Expected<Tensor> result = context.allocate(source.getElementType(), shape);
  if (!result || result->getNumElements() == 0) {
    return result;
  }

  size_t width = source.getElementBytes(), bytes = split.inner * width;
  const char *from = source.getBytes().data();
  char *target = result->getMutableBytes();
  for (int64_t outer = 0; outer < split.outer; ++outer) {
    for (int64_t index : indices) {
      if (index != noElement) {
        std::memcpy(target, from + (outer * split.size + index) * bytes, bytes);
      } else if (fill) {
        for (int64_t i = 0; i < split.inner; ++i) {
          copyElement(target + i * width, fill.getBytes().data(), width);
        }
      }
      target += bytes;
    }
  }
  return result;
}

Expected<Tensor> tandem::primitives::expandTo(const EvaluationContext &context,
                                              const Tensor &source,
                                              ArrayRef<int64_t> shape) {
  // Before the loop, which makes an index for every repetition.
  if (Error error = context.check(source.getElementType(), shape)) {
    return error;
  }
  Shape padded(shape.size() - source.getRank(), 1);
  padded.append(source.getShape().begin(), source.getShape().end());
  Expected<Tensor> result = source.withShape(padded);
  for (size_t axis = 0; axis < shape.size() && result; ++axis) {
    if (padded[axis] == shape[axis]) {
      continue;
    }
    SmallVector<int64_t> first(shape[axis], 0);
    Tensor part = *result;
    result = takeAlong(context, part, axis, first);
  }
  return result;
}

Expected<Tensor> tandem::primitives::permute(const EvaluationContext &context,
                                             const Tensor &source,
                                             ArrayRef<int64_t> permutation) {
  Shape strides = rowMajorStrides(source.getShape()), shape, steps;
  for (int64_t axis : permutation) {
    shape.push_back(source.getDim(axis));
    steps.push_back(strides[axis]);
  }
  Expected<Tensor> result = context.allocate(source.getElementType(), shape);
  if (!result) {
    return result;
  }
  size_t width = source.getElementBytes();
  const char *from = source.getBytes().data();
  char *target = result->getMutableBytes();
  forEachIndex<1>(shape, {steps}, [&](auto offsets) {
    copyElement(target, from + offsets[0] * width, width);
    target += width;
  });
  return result;
}

/// Whether two shapes are equal but for `axis`.
static bool agreeBeside(ArrayRef<int64_t> left, ArrayRef<int64_t> right,
                        int64_t axis) {
  return left.size() == right.size() &&
         left.take_front(axis) == right.take_front(axis) &&
         left.drop_front(axis + 1) == right.drop_front(axis + 1);
}

Expected<Tensor>
tandem::primitives::concatenate(const EvaluationContext &context,
                                ArrayRef<Tensor> parts, int64_t axis) {
  Shape shape(parts[0].getShape());
  shape[axis] = 0;
  for (const Tensor &part : parts) {
    if (Error error = checkSameType(parts[0], part)) {
      return error;
    }
    if (!agreeBeside(part.getShape(), parts[0].getShape(), axis)) {
      return createStringError("shapes " + printShape(parts[0].getShape()) +
                               " and " + printShape(part.getShape()) +
                               " differ beside axis " + Twine(axis));
    }
    shape[axis] += part.getDim(axis);
  }
  Expected<Tensor> result = context.allocate(parts[0].getElementType(), shape);
  if (!result) {
    return result;
  }
  AxisSplit split(shape, axis);
  size_t width = result->getElementBytes();
  char *target = result->getMutableBytes();
  for (int64_t outer = 0; outer < split.outer; ++outer) {
    for (const Tensor &part : parts) {
      size_t bytes = part.getDim(axis) * split.inner * width;
      if (bytes != 0) {
        std::memcpy(target, part.getBytes().data() + outer * bytes, bytes);
      }
      target += bytes;
    }
  }
  return result;
}
