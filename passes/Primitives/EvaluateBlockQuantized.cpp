//===- EvaluateBlockQuantized.cpp - matrices quantised in blocks -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// ONNX Runtime's MatMulNBits and GatherBlockQuantized: unsigned values of 2, 4
// or 8 bits, packed low bits first, with a scale and a zero point for each
// block.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Primitives/Evaluation.h"
#include "tandem/passes/Primitives/Evaluators.h"
#include "tandem/passes/Primitives/MatrixProduct.h"

using namespace mlir;
using namespace tandem::primitives;
using llvm::createStringError;
using llvm::Error;
using llvm::Expected;
using llvm::Twine;

namespace {
/// Rows of packed values.
struct PackedRows {
  ArrayRef<char> bytes;
  int64_t bits, bytesPerRow;

  int64_t get(int64_t row, int64_t index) const {
    int64_t bit = index * bits;
    uint8_t byte = bytes[row * bytesPerRow + bit / 8];
    return (byte >> (bit % 8)) & ((1 << bits) - 1);
  }
};

/// A matrix of `rows` x `columns` values, blocks along the columns.
struct BlockMatrix {
  PackedRows values;
  int64_t rows, columns, block, blocksPerRow;
  std::vector<double> scales;
  std::vector<double> zeroPoints; ///< empty where packed or by default
  PackedRows packedZeroPoints;    ///< no bytes where there are none

  double get(int64_t row, int64_t column) const {
    int64_t index = row * blocksPerRow + column / block;
    double zero = double(int64_t(1) << (values.bits - 1));
    if (!zeroPoints.empty()) {
      zero = zeroPoints[index];
    } else if (!packedZeroPoints.bytes.empty()) {
      zero = packedZeroPoints.get(row, column / block);
    }
    return (values.get(row, column) - zero) * scales[index];
  }
};
} // namespace

/// A matrix of the given sizes; errors where a tensor is too small for them.
static Expected<BlockMatrix>
makeMatrix(const Tensor &packed, const Tensor &scales, const Tensor &zeroPoints,
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

Error evaluate::matMulNBits(EvaluationContext &context) {
  const Tensor &input = context.getInput(0), &bias = context.getInput(5);
  int64_t k = context.node.getInt("K", 0), n = context.node.getInt("N", 0);
  if (context.hasInput(4)) {
    return createStringError("input g_idx is not supported");
  }
  auto matrix = makeMatrix(
      context.getInput(1), context.getInput(2), context.getInput(3), n, k,
      context.node.getInt("bits", 4), context.node.getInt("block_size", 0));
  if (!matrix) {
    return matrix.takeError();
  }
  Shape shape(input.getShape());
  if (shape.empty() || shape.back() != k ||
      (bias && bias.getNumElements() != n)) {
    return createStringError("input has shape " + printShape(shape) +
                             " for a matrix of K = " + Twine(k));
  }
  shape.back() = n;
  if (Error error = context.check(input.getElementType(), shape)) {
    return error;
  }
  auto read = [&](const Tile &tile) {
    for (int64_t row = tile.kBegin; row < tile.kEnd; ++row) {
      for (int64_t column = tile.nBegin; column < tile.nEnd; ++column) {
        tile.target[(row - tile.kBegin) * Tile::stride + column - tile.nBegin] =
            matrix->get(column, row);
      }
    }
  };
  int64_t rows = countElements(input.getShape().drop_back());
  std::vector<double> values =
      multiplyRows(input.widen<double>(), rows, k, n, read);
  if (bias) {
    std::vector<double> addends = bias.widen<double>();
    for (size_t i = 0; i < values.size(); ++i) {
      values[i] += addends[i % n];
    }
  }
  return context.give(0, input.getElementType(), shape, values);
}

Error evaluate::gatherBlockQuantized(EvaluationContext &context) {
  const Tensor &data = context.getInput(0), &indices = context.getInput(1);
  const Tensor &scales = context.getInput(2);
  int64_t bits = context.node.getInt("bits", 4);
  if (data.getRank() != 2 || !data.getElementType().isUnsignedInteger(8) ||
      context.node.getInt("gather_axis", 0) != 0 ||
      context.node.getInt("quantize_axis", 1) != 1) {
    return createStringError(
        "other than rows of a matrix of packed bytes is not supported");
  }
  int64_t rows = data.getDim(0);
  int64_t columns = bits > 0 ? data.getDim(1) * 8 / bits : 0;
  auto matrix = makeMatrix(data, scales, context.getInput(3), rows, columns,
                           bits, context.node.getInt("block_size", 128));
  if (!matrix) {
    return matrix.takeError();
  }
  Shape shape(indices.getShape());
  shape.push_back(columns);
  if (Error error = context.check(scales.getElementType(), shape)) {
    return error;
  }
  std::vector<double> values;
  for (int64_t index : indices.toIntegers()) {
    Expected<int64_t> row = normalizeIndex(index, rows);
    if (!row) {
      return row.takeError();
    }
    for (int64_t column = 0; column < columns; ++column) {
      values.push_back(matrix->get(*row, column));
    }
  }
  return context.give(0, scales.getElementType(), shape, values);
}
