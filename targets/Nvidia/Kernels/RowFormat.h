//===- RowFormat.h - how a value's rows lie ---------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Rows are fp32, or what tensor cores read: each element as the sum of terms of
// bf16. Three terms keep fp32, so that products with weights of bf16, or with
// codes, which are exact in bf16, stay within the bounds of fp32; two
// keep 16 bits, which miss them by little; one is bf16. A row has its first
// terms, then its second ones, each filled up with zeros to whole tiles, like
// the rows of weights.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_NVIDIA_KERNELS_ROWFORMAT_H
#define TANDEM_TARGETS_NVIDIA_KERNELS_ROWFORMAT_H

#include "tandem/targets/Nvidia/Kernels/Code.h"

#include <string>

namespace tandem::nvidia {

/// Elements of a row of weights come in multiples of this: 128 bytes of bf16,
/// which tiles are made of. A term of inputs has whole groups of codes as well.
inline constexpr int64_t tileDepth = 64, termDepth = 128;

inline int64_t roundUp(int64_t depth, int64_t multiple) {
  return (depth + multiple - 1) / multiple * multiple;
}

/// How rows of `width` elements lie.
struct RowFormat {
  int64_t width = 0;
  int64_t terms = 0; ///< of bf16; 0: fp32

  bool isF32() const { return terms == 0; }
  int64_t termBytes() const { return roundUp(width, termDepth) * 2; }
  int64_t rowBytes() const { return isF32() ? width * 4 : terms * termBytes(); }
  /// Elements between a term's last one and the next term.
  int64_t padding() const { return isF32() ? 0 : termBytes() / 2 - width; }
  /// "_to_bf16x2", a part of kernels' names; empty for fp32.
  std::string name() const;
};

/// Stores an element of a row.
void storeElement(const RowFormat &format, Pointer rows, Expr row, Expr column,
                  Expr value);

/// Stores two elements of a row of an even number, from an even column.
void storePair(const RowFormat &format, Pointer rows, Expr row, Expr column,
               Expr first, Expr second);

/// The `threads` threads of a block clear what fills up rows [row, row + rows),
/// as far as they are below `count`.
void clearPadding(const RowFormat &format, Pointer rows, Expr row,
                  int64_t rowCount, Expr count, int64_t threads);

} // namespace tandem::nvidia

#endif // TANDEM_TARGETS_NVIDIA_KERNELS_ROWFORMAT_H
