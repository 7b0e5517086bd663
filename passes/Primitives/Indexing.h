//===- Indexing.h - shapes, strides and walks --------------------*- C++
//-*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Arithmetic on shapes that evaluators share. Nothing here trusts its
// arguments: sizes, axes and indices come from the model.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_PRIMITIVES_INDEXING_H
#define TANDEM_PASSES_PRIMITIVES_INDEXING_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/Error.h"

#include <array>
#include <string>

namespace tandem::primitives {

using Shape = llvm::SmallVector<int64_t, 4>;

/// The product of `shape`; at least 0 for shapes of tensors.
int64_t countElements(llvm::ArrayRef<int64_t> shape);

/// The shape as `[2, 3]`, for messages.
std::string printShape(llvm::ArrayRef<int64_t> shape);

/// Steps between neighbours along each axis, in row-major order.
Shape rowMajorStrides(llvm::ArrayRef<int64_t> shape);

/// Strides that read a tensor of `shape` as if it had shape `target`, to which
/// it broadcasts: 0 along the axes that are repeated.
Shape broadcastStrides(llvm::ArrayRef<int64_t> shape,
                       llvm::ArrayRef<int64_t> target);

/// The shape that both broadcast to.
llvm::Expected<Shape> broadcastShapes(llvm::ArrayRef<int64_t> left,
                                      llvm::ArrayRef<int64_t> right);

/// `axis` counted from the front; an error outside [-rank, rank).
llvm::Expected<int64_t> normalizeAxis(int64_t axis, int64_t rank);

/// `axes` counted from the front, sorted; an error where one is outside or
/// occurs twice.
llvm::Expected<Shape> normalizeAxes(llvm::ArrayRef<int64_t> axes, int64_t rank);

/// `index` counted from the front; an error outside [-size, size).
llvm::Expected<int64_t> normalizeIndex(int64_t index, int64_t size);

/// A shape as three factors around an axis: before it, the axis, behind it.
struct AxisSplit {
  int64_t outer, size, inner;
  AxisSplit(llvm::ArrayRef<int64_t> shape, int64_t axis);
};

/// Calls `body(offsets)` for every index of `shape` in row-major order;
/// `offsets[i]` is the sum of index times `strides[i]`.
template <size_t count, typename Body>
void forEachIndex(llvm::ArrayRef<int64_t> shape,
                  const std::array<Shape, count> &strides, Body body) {
  if (countElements(shape) == 0) {
    return;
  }
  Shape index(shape.size(), 0);
  std::array<int64_t, count> offsets{};
  while (true) {
    body(offsets);
    int64_t axis = static_cast<int64_t>(shape.size()) - 1;
    for (; axis >= 0; --axis) {
      for (size_t i = 0; i < count; ++i) {
        offsets[i] += strides[i][axis];
      }
      if (++index[axis] < shape[axis]) {
        break;
      }
      for (size_t i = 0; i < count; ++i) {
        offsets[i] -= strides[i][axis] * shape[axis];
      }
      index[axis] = 0;
    }
    if (axis < 0) {
      return;
    }
  }
}

} // namespace tandem::primitives

#endif // TANDEM_PASSES_PRIMITIVES_INDEXING_H
