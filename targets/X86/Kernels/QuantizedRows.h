//===- QuantizedRows.h - rows of 8-bit values in memory ---------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A quantised row is [ceil(width / 32)] of blocks, the last one filled up with
// zeros:
//
//   codes   [32] signed bytes, -127 to 127
//   scale   fp32: the largest magnitude of the block / 127
//   sum     fp32: minus the sum of the codes
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_X86_KERNELS_QUANTIZEDROWS_H
#define TANDEM_TARGETS_X86_KERNELS_QUANTIZEDROWS_H

#include "tandem/dialects/Transformer/IR/WeightStorage.h"

namespace tandem::x86 {

/// Values that share a scale.
inline constexpr int64_t rowBlock = transformer::activationBlock;

/// Bytes of a block, and where its scale and its sum lie.
inline constexpr int64_t rowBlockBytes = rowBlock + 8;
inline constexpr int64_t rowScaleOffset = rowBlock;
inline constexpr int64_t rowSumOffset = rowBlock + 4;

/// Bytes of a quantised row of `width` values.
constexpr int64_t quantizedRowBytes(int64_t width) {
  return (width + rowBlock - 1) / rowBlock * rowBlockBytes;
}

} // namespace tandem::x86

#endif // TANDEM_TARGETS_X86_KERNELS_QUANTIZEDROWS_H
