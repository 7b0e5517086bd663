//===- BlockMatrix.cpp - matrices quantised in blocks -----------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Primitives/BlockMatrix.h"

#include "tandem/passes/Primitives/Indexing.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace tandem::primitives;
using llvm::createStringError;
using llvm::Expected;
using llvm::Twine;

Expected<BlockMatrix> tandem::primitives::makeBlockMatrix(
    const Tensor &packed, const Tensor &scales, const Tensor &zeroPoints,
    int64_t rows, int64_t columns, int64_t bits, int64_t block) {
  constexpr int64_t bound = int64_t(1) << 30; // products below stay in 64 bits
  if ((bits != 2 && bits != 4 && bits != 8) || block < 16 || block > bound ||
      rows < 1 || rows > bound || columns < 1 || columns > bound) {
    return createStringError("has " + Twine(rows) + " x " + Twine(columns) +
                             " values of " + Twine(bits) +
                             " bits in blocks of " + Twine(block) +
                             ", which is not supported");
  }
  int64_t blocks = llvm::divideCeil(columns, block);
  BlockMatrix matrix{{packed.getBytes(), bits, blocks * block * bits / 8},
                     rows,
                     columns,
                     block,
                     blocks,
                     scales.widen<double>(),
                     {},
                     {}};
  // A last block that is not full is stored whole by MatMulNBits and cut by
  // GatherBlockQuantized.
  if (packed.getNumElements() ==
      rows * static_cast<int64_t>(llvm::divideCeil(columns * bits, 8))) {
    matrix.values.bytesPerRow = llvm::divideCeil(columns * bits, 8);
  }
  bool fits = packed.getElementBytes() == 1 &&
              packed.getNumElements() == rows * matrix.values.bytesPerRow &&
              scales.getNumElements() == rows * blocks;
  if (zeroPoints && zeroPoints.getElementType().isInteger()) {
    matrix.packedZeroPoints = {
        zeroPoints.getBytes(), bits,
        static_cast<int64_t>(llvm::divideCeil(blocks * bits, 8))};
    fits &= static_cast<int64_t>(zeroPoints.getBytes().size()) ==
            rows * matrix.packedZeroPoints.bytesPerRow;
  } else if (zeroPoints) {
    matrix.zeroPoints = zeroPoints.widen<double>();
    fits &= zeroPoints.getNumElements() == rows * blocks;
  }
  if (!fits) {
    return createStringError(
        "values, scales and zero points of shapes " +
        printShape(packed.getShape()) + ", " + printShape(scales.getShape()) +
        " and " + printShape(zeroPoints.getShape()) + " do not hold " +
        Twine(rows) + " x " + Twine(columns) + " values in blocks of " +
        Twine(block));
  }
  return matrix;
}
