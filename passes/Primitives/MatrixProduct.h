//===- MatrixProduct.h - products of matrices --------------------*- C++
//-*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One kernel for every product of rows with a matrix: weights of any type and
// layout are read as small tiles of doubles, so they are streamed, never
// copied.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_PRIMITIVES_MATRIXPRODUCT_H
#define TANDEM_PASSES_PRIMITIVES_MATRIXPRODUCT_H

#include "tandem/passes/Primitives/Tensor.h"

#include "llvm/ADT/STLFunctionalExtras.h"

namespace tandem::primitives {

/// A part of the right-hand matrix, whose element (k, n) goes to
/// `target[(k - kBegin) * stride + n - nBegin]`.
struct Tile {
  int64_t kBegin, kEnd, nBegin, nEnd;
  double *target;
  static constexpr int64_t stride = 16;
};

/// Fills a tile; called from several threads.
using TileReader = llvm::function_ref<void(const Tile &)>;

/// Returns rows [m, k] times a matrix [k, n] as [m, n]. Each sum runs over k in
/// order, in double, whatever the number of threads.
std::vector<double> multiplyRows(llvm::ArrayRef<double> rows, int64_t m,
                                 int64_t k, int64_t n, TileReader readTile);

/// A matrix [k, n] among the elements of a tensor.
struct MatrixView {
  const Tensor &tensor;
  int64_t offset;    ///< of element (0, 0)
  int64_t rowLength; ///< elements of a row as it is stored
  bool isTransposed; ///< stored as [n, k]

  /// Reads a part of it.
  void read(const Tile &tile) const;
};

} // namespace tandem::primitives

#endif // TANDEM_PASSES_PRIMITIVES_MATRIXPRODUCT_H
