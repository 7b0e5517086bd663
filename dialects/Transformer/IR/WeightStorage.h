//===- WeightStorage.h - questions about stored weights ---------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_DIALECTS_TRANSFORMER_IR_WEIGHTSTORAGE_H
#define TANDEM_DIALECTS_TRANSFORMER_IR_WEIGHTSTORAGE_H

#include "tandem/dialects/Transformer/IR/TransformerOps.h"

namespace tandem::transformer {

/// Values of a row that are rounded to 8 bits together.
inline constexpr int64_t activationBlock = 32;

/// The encoding of a matrix quantised in blocks, or null.
BlocksAttr getBlocks(mlir::Type type);

/// The encoding of a matrix that is stored narrower, or null.
StoredAttr getStored(mlir::Type type);

/// Whether the encoding of `type` says that it is stored in another form.
bool isEncoded(mlir::Type type);

/// Rows of unsigned values of `bits` bits, packed low bits first.
struct PackedRows {
  llvm::ArrayRef<char> bytes;
  int64_t bits, bytesPerRow;

  int64_t get(int64_t row, int64_t index) const {
    int64_t bit = index * bits;
    uint8_t byte = bytes[row * bytesPerRow + bit / 8];
    return (byte >> (bit % 8)) & ((1 << bits) - 1);
  }
};

/// Bytes of a tensor as it is stored, its encoding considered; dynamic
/// dimensions count as 1.
double getStoredBytes(mlir::ShapedType type);

/// The elements of a tensor as it is stored: "f32", "bf16", or "ui4 in blocks
/// of 32, scales f16".
std::string describeStorage(mlir::ShapedType type);

} // namespace tandem::transformer

#endif // TANDEM_DIALECTS_TRANSFORMER_IR_WEIGHTSTORAGE_H
