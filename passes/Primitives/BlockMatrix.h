//===- BlockMatrix.h - matrices quantised in blocks -------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Unsigned values of 2, 4 or 8 bits, packed low bits first, with a scale and a
// zero point for each block of a row.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_PRIMITIVES_BLOCKMATRIX_H
#define TANDEM_PASSES_PRIMITIVES_BLOCKMATRIX_H

#include "tandem/dialects/Transformer/IR/WeightStorage.h"
#include "tandem/passes/Primitives/Tensor.h"

#include "llvm/Support/Error.h"

namespace tandem::primitives {

using transformer::PackedRows;

/// A matrix of `rows` x `columns` values, blocks along the columns.
struct BlockMatrix {
  PackedRows values;
  int64_t rows, columns, block, blocksPerRow;
  std::vector<double> scales;
  std::vector<double> zeroPoints; ///< empty where packed or by default
  PackedRows packedZeroPoints;    ///< no bytes where there are none

  double getScale(int64_t row, int64_t block) const {
    return scales[row * blocksPerRow + block];
  }
  double getZeroPoint(int64_t row, int64_t block) const {
    if (!zeroPoints.empty()) {
      return zeroPoints[row * blocksPerRow + block];
    }
    return packedZeroPoints.bytes.empty()
               ? double(int64_t(1) << (values.bits - 1))
               : double(packedZeroPoints.get(row, block));
  }
  double get(int64_t row, int64_t column) const {
    return (values.get(row, column) - getZeroPoint(row, column / block)) *
           getScale(row, column / block);
  }
};

/// A matrix of the given sizes; errors where a tensor is too small for them.
llvm::Expected<BlockMatrix> makeBlockMatrix(const Tensor &packed,
                                            const Tensor &scales,
                                            const Tensor &zeroPoints,
                                            int64_t rows, int64_t columns,
                                            int64_t bits, int64_t block);

} // namespace tandem::primitives

#endif // TANDEM_PASSES_PRIMITIVES_BLOCKMATRIX_H
