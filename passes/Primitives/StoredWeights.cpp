//===- StoredWeights.cpp - stored weights as the values they are *- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Primitives/StoredWeights.h"

#include "tandem/dialects/Transformer/IR/WeightStorage.h"
#include "tandem/passes/Primitives/BlockMatrix.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::primitives;
using llvm::Expected;

/// `tensor` rounded to `type`, where that is another one.
static Tensor roundTo(Type type, const Tensor &tensor) {
  return !tensor || tensor.getElementType() == type
             ? tensor
             : Tensor::narrow(type, tensor.getShape(), tensor.widen<double>());
}

static void fillRow(const BlockMatrix &matrix, int64_t row, float *target) {
  for (int64_t first = 0; first < matrix.columns; first += matrix.block) {
    double scale = matrix.getScale(row, first / matrix.block);
    double zero = matrix.getZeroPoint(row, first / matrix.block);
    int64_t last = std::min(first + matrix.block, matrix.columns);
    for (int64_t column = first; column < last; ++column) {
      double code = static_cast<double>(matrix.values.get(row, column));
      target[column] = static_cast<float>((code - zero) * scale);
    }
  }
}

static Expected<Tensor> decodeBlocks(transformer::BlocksAttr encoding,
                                     RankedTensorType type,
                                     ArrayRef<Tensor> payloads) {
  Tensor zeroPoints = payloads.size() > 2 ? payloads[2] : Tensor();
  if (zeroPoints && !encoding.hasPackedZeroPoints()) {
    zeroPoints = roundTo(encoding.getZeroPoints(), zeroPoints);
  }
  auto matrix =
      makeBlockMatrix(payloads[0], roundTo(encoding.getScales(), payloads[1]),
                      zeroPoints, type.getDimSize(0), type.getDimSize(1),
                      encoding.getBits(), encoding.getBlock());
  if (!matrix) {
    return matrix.takeError();
  }
  Tensor result =
      Tensor::zeros(Float32Type::get(type.getContext()), type.getShape());
  auto *target = reinterpret_cast<float *>(result.getMutableBytes());
  for (int64_t row = 0; row < matrix->rows; ++row) {
    fillRow(*matrix, row, target + row * matrix->columns);
  }
  return roundTo(type.getElementType(), result);
}

Expected<Tensor> tandem::primitives::decodeWeight(RankedTensorType type,
                                                  ArrayRef<Tensor> payloads) {
  if (transformer::BlocksAttr encoding = transformer::getBlocks(type)) {
    return decodeBlocks(encoding, type, payloads);
  }
  transformer::StoredAttr encoding = transformer::getStored(type);
  return roundTo(type.getElementType(),
                 roundTo(encoding.getElement(), payloads[0]));
}
