//===- Strided.h - elements along dimensions of a row -----------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A token's row holds the elements of its inner dimensions in row-major order.
// Operations that move or reduce elements walk some of the dimensions.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_NVIDIA_KERNELS_STRIDED_H
#define TANDEM_TARGETS_NVIDIA_KERNELS_STRIDED_H

#include "tandem/targets/Nvidia/Kernels/Code.h"

#include <string>

namespace tandem::nvidia {

/// Elements of a row along dimensions, the last of which is the fastest. Sizes
/// and strides count elements.
struct Strided {
  llvm::SmallVector<int64_t> sizes, strides;
  int64_t offset = 0; ///< of the first element in its row
  int64_t pitch = 0;  ///< elements from row to row; 0: one row for all tokens

  /// All elements of rows of `shape`.
  static Strided rowMajor(llvm::ArrayRef<int64_t> shape);
  /// The same rows without the dimensions that `isKept` refuses.
  Strided keep(llvm::function_ref<bool(size_t)> isKept) const;

  int64_t count() const;
  /// Whether every element lies in its row.
  bool isWithinRow() const;
  /// "2x3_by_1x2_at_4_of_6": a part of kernels' names.
  std::string name() const;
  /// Where element `index` of [0, count()) lies behind the first, in its row.
  Expr at(Expr index) const;
};

/// A copy of elements: `to` has the sizes of `from`.
struct Movement {
  Strided from, to;

  /// The same without dimensions of one element and with those merged that lie
  /// behind one another on both sides.
  Movement simplified() const;
  /// Whether each element of a row stays at its place, and they are all there.
  bool isIdentity() const;
};

} // namespace tandem::nvidia

#endif // TANDEM_TARGETS_NVIDIA_KERNELS_STRIDED_H
