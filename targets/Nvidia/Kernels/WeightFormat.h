//===- WeightFormat.h - how a weight matrix lies -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Matrices and tables are rows of `depth` elements, whatever the order of their
// file. Rows of bf16 are filled up with zeros to whole tiles of tensor cores. A
// matrix quantised in blocks is rows of codes, low bits first, each row
// in whole blocks, and behind them, at a multiple of 16 bytes, a scale and a
// zero point of each block in fp32.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_NVIDIA_KERNELS_WEIGHTFORMAT_H
#define TANDEM_TARGETS_NVIDIA_KERNELS_WEIGHTFORMAT_H

#include "tandem/targets/Nvidia/Kernels/Code.h"

#include <string>

namespace tandem::nvidia {

/// The storage of a matrix [rows][depth].
struct WeightFormat {
  enum class Kind { f32, bf16, blocks };

  Kind kind = Kind::f32;
  int64_t rows = 0, depth = 0;
  int64_t bits = 0;  ///< of a code
  int64_t block = 0; ///< elements that share a scale

  /// The format of a weight of `type`, whose file has [rows, depth] (`isNk`) or
  /// [depth, rows]; nothing where no kernel reads it.
  static std::optional<WeightFormat> of(mlir::RankedTensorType type, bool isNk);

  /// "f32", "bf16", "u4x32": a part of kernels' names and of part.json.
  std::string name() const;
  int64_t blocks() const { return (depth + block - 1) / block; }
  /// Elements from a row to the next, where they are no codes.
  int64_t stride() const;
  int64_t rowBytes() const { return elementBytes() / rows; }
  /// Bytes of codes or elements.
  int64_t elementBytes() const;
  /// Bytes from the start to the scales; the size where there are none.
  int64_t numbersOffset() const { return (elementBytes() + 15) / 16 * 16; }
  int64_t bytes() const;
  /// Addresses that a kernel takes: elements, and scales where there are some.
  int64_t buffers() const { return kind == Kind::blocks ? 2 : 1; }
  /// Elements of a row that are loaded at once.
  int64_t lanes() const { return depth % 4 == 0 ? 4 : 1; }
};

/// Loads `format.lanes()` elements of a row, from `column`, a multiple of that,
/// as fp32.
Expr loadWeights(const WeightFormat &format, llvm::ArrayRef<Pointer> buffers,
                 Expr row, Expr column);

} // namespace tandem::nvidia

#endif // TANDEM_TARGETS_NVIDIA_KERNELS_WEIGHTFORMAT_H
