//===- Indexing.cpp - shapes, strides and walks ------------------*- C++
//-*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Broadcasting follows ONNX: shapes are aligned at the right, sizes are equal
// or 1.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Primitives/Indexing.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace tandem::primitives;

int64_t tandem::primitives::countElements(ArrayRef<int64_t> shape) {
  // First, because the sizes beside a 0 may be too large to multiply.
  if (is_contained(shape, 0)) {
    return 0;
  }
  int64_t result = 1;
  for (int64_t size : shape) {
    result *= size;
  }
  return result;
}

std::string tandem::primitives::printShape(ArrayRef<int64_t> shape) {
  std::string text;
  raw_string_ostream stream(text);
  stream << '[';
  interleaveComma(shape, stream);
  stream << ']';
  return text;
}

Shape tandem::primitives::rowMajorStrides(ArrayRef<int64_t> shape) {
  Shape strides(shape.size(), 1);
  for (int64_t axis = static_cast<int64_t>(shape.size()) - 2; axis >= 0;
       --axis) {
    strides[axis] = strides[axis + 1] * shape[axis + 1];
  }
  return strides;
}

Shape tandem::primitives::broadcastStrides(ArrayRef<int64_t> shape,
                                           ArrayRef<int64_t> target) {
  Shape own = rowMajorStrides(shape);
  Shape strides(target.size(), 0);
  size_t missing = target.size() - shape.size();
  for (size_t axis = 0; axis < shape.size(); ++axis) {
    if (shape[axis] != 1) {
      strides[missing + axis] = own[axis];
    }
  }
  return strides;
}

Expected<Shape> tandem::primitives::broadcastShapes(ArrayRef<int64_t> left,
                                                    ArrayRef<int64_t> right) {
  if (left.size() < right.size()) {
    std::swap(left, right);
  }
  Shape result(left.begin(), left.end());
  size_t missing = left.size() - right.size();
  for (size_t axis = 0; axis < right.size(); ++axis) {
    int64_t &size = result[missing + axis];
    if (size != right[axis] && size != 1 && right[axis] != 1) {
      return createStringError("shapes " + printShape(left) + " and " +
                               printShape(right) + " do not broadcast");
    }
    if (size == 1) {
      size = right[axis];
    }
  }
  return result;
}

Expected<int64_t> tandem::primitives::normalizeAxis(int64_t axis,
                                                    int64_t rank) {
  if (axis < -rank || axis >= rank) {
    return createStringError("axis is " + Twine(axis) +
                             ", expected one of a tensor of rank " +
                             Twine(rank));
  }
  return axis < 0 ? axis + rank : axis;
}

Expected<Shape> tandem::primitives::normalizeAxes(ArrayRef<int64_t> axes,
                                                  int64_t rank) {
  Shape result;
  for (int64_t axis : axes) {
    Expected<int64_t> normal = normalizeAxis(axis, rank);
    if (!normal) {
      return normal.takeError();
    }
    if (is_contained(result, *normal)) {
      return createStringError("axis " + Twine(axis) + " occurs twice");
    }
    result.push_back(*normal);
  }
  sort(result);
  return result;
}

Expected<int64_t> tandem::primitives::normalizeIndex(int64_t index,
                                                     int64_t size) {
  if (index < -size || index >= size) {
    return createStringError("index " + Twine(index) +
                             " is outside of an axis of size " + Twine(size));
  }
  return index < 0 ? index + size : index;
}

AxisSplit::AxisSplit(ArrayRef<int64_t> shape, int64_t axis)
    : outer(countElements(shape.take_front(axis))), size(shape[axis]),
      inner(countElements(shape.drop_front(axis + 1))) {}
