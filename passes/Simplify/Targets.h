//===- Targets.h - target shapes in normal form -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Provides the constant spelling of targets of Reshape, Expand and Slice.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_SIMPLIFY_TARGETS_H
#define TANDEM_PASSES_SIMPLIFY_TARGETS_H

#include "tandem/passes/Primitives/SymbolSpace.h"

namespace tandem::simplify {

/// The target of a Reshape from `input` to `result`: numbers, 0 where a
/// dimension is copied from the same place, at most one -1; absent where that
/// is not enough.
std::optional<llvm::SmallVector<int64_t>>
writeReshapeTarget(llvm::ArrayRef<primitives::Polynomial> input,
                   llvm::ArrayRef<primitives::Polynomial> result);

/// The target of an Expand from `input` to `result`: numbers, 1 where a
/// dimension is kept; absent where a new length is not a number.
std::optional<llvm::SmallVector<int64_t>>
writeExpandTarget(llvm::ArrayRef<primitives::Polynomial> input,
                  llvm::ArrayRef<primitives::Polynomial> result);

/// The axes of an Unsqueeze from `input` to `result`; absent where it is none.
std::optional<llvm::SmallVector<int64_t>>
writeUnsqueezeAxes(llvm::ArrayRef<primitives::Polynomial> input,
                   llvm::ArrayRef<primitives::Polynomial> result);

/// One axis of a Slice with step 1.
struct SliceBounds {
  int64_t axis;
  int64_t start;
  int64_t end; ///< INT64_MAX where it is the end of the dimension
};

/// The slice from `start` to `end` of a dimension of `length`, in normal form;
/// absent where a bound is not a number and not the end.
std::optional<SliceBounds> writeSlice(const primitives::SymbolSpace &space,
                                      int64_t axis,
                                      const primitives::Polynomial &length,
                                      const primitives::Polynomial &start,
                                      const primitives::Polynomial &end);

} // namespace tandem::simplify

#endif // TANDEM_PASSES_SIMPLIFY_TARGETS_H
