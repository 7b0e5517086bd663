//===- RotaryKernel.h - rotation of heads by position ------------*- C++
//-*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The rotation that primitives and transformer operations share, in double.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_PRIMITIVES_ROTARYKERNEL_H
#define TANDEM_PASSES_PRIMITIVES_ROTARYKERNEL_H

#include "tandem/passes/Primitives/Heads.h"

#include "llvm/ADT/STLFunctionalExtras.h"

namespace tandem::primitives {

/// Cosines and sines by row; a row holds one column per rotated pair.
struct RotaryTables {
  std::vector<double> cosines, sines;
  int64_t rows, columns;
  bool isInterleaved; ///< pairs are (2i, 2i + 1), else (i, i + columns)

  /// The tables of two tensors of one shape, whose last axis is the columns.
  static llvm::Expected<RotaryTables>
  of(const Tensor &cosines, const Tensor &sines, bool isInterleaved);
};

/// Rotates the first 2 * columns elements of each head by the row that `rowOf`
/// gives for (batch row, token). Fails where a row does not exist.
llvm::Error rotate(llvm::MutableArrayRef<double> values, const HeadView &view,
                   const RotaryTables &tables,
                   llvm::function_ref<int64_t(int64_t, int64_t)> rowOf);

} // namespace tandem::primitives

#endif // TANDEM_PASSES_PRIMITIVES_ROTARYKERNEL_H
