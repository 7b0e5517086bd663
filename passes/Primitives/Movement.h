//===- Movement.h - copies of elements ---------------------------*- C++
//-*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Moves elements without looking at them, in units of bytes, so that one
// routine serves every element type.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_PRIMITIVES_MOVEMENT_H
#define TANDEM_PASSES_PRIMITIVES_MOVEMENT_H

#include "tandem/passes/Primitives/Evaluation.h"

namespace tandem::primitives {

/// Stands for "no element" in the indices of `takeAlong`.
inline constexpr int64_t noElement = -1;

/// The slices of `source` at `indices` of `axis`, one after another. Each index
/// is below the axis's size, or `noElement`: there the slice is filled with the
/// one element of `fill`, or with zeros where that is omitted. Slicing,
/// padding, repeating and gathering are this, axis by axis.
llvm::Expected<Tensor> takeAlong(const EvaluationContext &context,
                                 const Tensor &source, int64_t axis,
                                 llvm::ArrayRef<int64_t> indices,
                                 const Tensor &fill = {});

/// `source` repeated along the axes where `shape`, to which it broadcasts, is
/// larger.
llvm::Expected<Tensor> expandTo(const EvaluationContext &context,
                                const Tensor &source,
                                llvm::ArrayRef<int64_t> shape);

/// `source` with its axes in the order of `permutation`, which is one.
llvm::Expected<Tensor> permute(const EvaluationContext &context,
                               const Tensor &source,
                               llvm::ArrayRef<int64_t> permutation);

/// Tensors of one type put together along `axis`.
llvm::Expected<Tensor> concatenate(const EvaluationContext &context,
                                   llvm::ArrayRef<Tensor> parts, int64_t axis);

/// Copies one element of `width` bytes.
inline void copyElement(char *target, const char *source, size_t width) {
  switch (width) {
  case 1:
    *target = *source;
    return;
  case 2:
    std::memcpy(target, source, 2);
    return;
  case 4:
    std::memcpy(target, source, 4);
    return;
  default:
    std::memcpy(target, source, 8);
    return;
  }
}

} // namespace tandem::primitives

#endif // TANDEM_PASSES_PRIMITIVES_MOVEMENT_H
