//===- EvaluateBlockQuantized.cpp - matrices quantised in blocks -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// ONNX Runtime's MatMulNBits and GatherBlockQuantized.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Primitives/BlockMatrix.h"
#include "tandem/passes/Primitives/Evaluation.h"
#include "tandem/passes/Primitives/Evaluators.h"
#include "tandem/passes/Primitives/MatrixProduct.h"

using namespace mlir;
using namespace tandem::primitives;
using llvm::createStringError;
using llvm::Error;
using llvm::Expected;
using llvm::Twine;

Error evaluate::matMulNBits(EvaluationContext &context) {
  const Tensor &input = context.getInput(0), &bias = context.getInput(5);
  int64_t k = context.node.getInt("K", 0), n = context.node.getInt("N", 0);
  if (context.hasInput(4)) {
    return createStringError("input g_idx is not supported");
  }
  auto matrix = makeBlockMatrix(
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
  auto matrix =
      makeBlockMatrix(data, scales, context.getInput(3), rows, columns, bits,
                      context.node.getInt("block_size", 128));
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
