//===- WeightFormat.h - how a weight matrix lies -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Matrices and tables are rows of `depth` elements, whatever the order of their
// file. Rows of 16 bits are filled up with zeros to whole tiles of tensor
// cores. A matrix quantised in blocks is rows of codes, each row in whole
// groups of an order of their own (Codes.h), and behind them, at a multiple of
// 16 bytes, a scale and a zero point, where it has some, of each block: in f16
// where the file's are (or nothing is lost by it), else in fp32.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_NVIDIA_KERNELS_PRODUCTS_WEIGHTFORMAT_H
#define TANDEM_TARGETS_NVIDIA_KERNELS_PRODUCTS_WEIGHTFORMAT_H

#include "tandem/targets/Nvidia/Kernels/Code.h"

#include <string>

namespace tandem::nvidia {

/// The storage of a matrix [rows][depth].
struct WeightFormat {
  enum class Kind { f32, bf16, f16, blocks };

  Kind kind = Kind::f32;
  int64_t rows = 0, depth = 0;
  int64_t bits = 0;      ///< of a code
  int64_t block = 0;     ///< elements that share a scale
  bool hasZeros = false; ///< else all zero points are half the range of codes
  bool hasHalfNumbers = false; ///< scales and zero points are f16, not fp32

  /// The format of a weight of `type`, whose file has [rows, depth] (`isNk`) or
  /// [depth, rows]; nothing where no kernel reads it.
  static std::optional<WeightFormat> of(mlir::RankedTensorType type, bool isNk);

  /// "f32", "bf16", "f16", "u4x32", "u4x32_zeros_f16": a part of kernels' names
  /// and of part.json.
  std::string name() const;
  bool isCodes() const { return kind == Kind::blocks; }
  /// Whether tensor cores multiply it.
  bool isForTensorCores() const;
  /// Codes in a group of 64 bytes.
  int64_t groupCodes() const { return 64 * 8 / bits; }
  /// Codes of a run, all of one block.
  int64_t runCodes() const { return block < 32 ? block : 32; }
  /// Blocks of a row, those of filling included.
  int64_t blocks() const { return (stride() + block - 1) / block; }
  /// Elements from a row to the next.
  int64_t stride() const;
  int64_t rowBytes() const { return elementBytes() / rows; }
  /// Bytes of codes or elements.
  int64_t elementBytes() const;
  /// Bytes from the start to the scales; the size where there are none.
  int64_t numbersOffset() const { return (elementBytes() + 15) / 16 * 16; }
  int64_t bytes() const;
  /// Numbers of a block: its scale, and its zero point where it has one.
  int64_t numbers() const { return hasZeros ? 2 : 1; }
  int64_t numberBytes() const { return hasHalfNumbers ? 2 : 4; }
  /// Bytes of the numbers of a block, and of a row.
  int64_t blockNumbersBytes() const { return numbers() * numberBytes(); }
  int64_t rowNumbersBytes() const { return blocks() * blockNumbersBytes(); }
  double middleCode() const { return double(int64_t(1) << (bits - 1)); }
  /// Addresses that a kernel takes: elements, and scales where there are some.
  int64_t buffers() const { return kind == Kind::blocks ? 2 : 1; }
  /// Elements of a row that are loaded at once.
  int64_t lanes() const { return depth % 4 == 0 ? 4 : 1; }
};

/// Loads `format.lanes()` elements of a row, from `column`, a multiple of that,
/// as fp32.
Expr loadWeights(const WeightFormat &format, llvm::ArrayRef<Pointer> buffers,
                 Expr row, Expr column);

/// Registers of 16-bit elements as operands of tensor cores, in bf16: the terms
/// of which elements are sums, two for f16. Term i of weights is multiplied by
/// the first terms of inputs but i: what is left out is as small as what inputs
/// have lost.
llvm::SmallVector<Exprs> weightTermsOf(const WeightFormat &format,
                                       llvm::ArrayRef<Expr> registers);

/// The scale of a block, and its zero point less half the range of codes.
struct BlockNumbers {
  Expr scale, zero;
};
/// Those of a block whose numbers lie at `place`.
BlockNumbers loadNumbers(const WeightFormat &format, Pointer place);
/// Those of the block of a row that has element `column`.
BlockNumbers loadNumbers(const WeightFormat &format, Pointer numbers, Expr row,
                         Expr column);

} // namespace tandem::nvidia

#endif // TANDEM_TARGETS_NVIDIA_KERNELS_PRODUCTS_WEIGHTFORMAT_H
