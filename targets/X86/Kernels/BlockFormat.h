//===- BlockFormat.h - quantised matrices and rows in memory ----*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A quantised matrix lies in panels of 16 columns, panel [K / 32] of blocks. A
// block holds the codes of 32 k of the 16 columns, then what they share, so
// that a product reads one stream:
//
//   codes   lines of 64 bytes, 4 for each column. 4 bits: line j has k 8j to 8j
//           + 3 in its low nibbles and 8j + 4 to 8j + 7 in its high ones. 8
//           bits: line j has k 4j to 4j + 3.
//   scales  [16] fp16 or fp32
//   zeros   [16] of the same type: the zero points, where there are any
//
// A quantised row is [K / 32] of blocks as well:
//
//   codes   [32] signed bytes
//   scale   fp32: the largest magnitude of the block / 127
//   sum     fp32: minus the sum of the codes
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_X86_KERNELS_BLOCKFORMAT_H
#define TANDEM_TARGETS_X86_KERNELS_BLOCKFORMAT_H

#include "tandem/targets/X86/Variant.h"

namespace tandem::x86 {

/// Values that share a scale, of a matrix (along K) and of a row.
inline constexpr int64_t blockDepth = 32;

/// Bytes of a line: 4 bytes for each column of a panel.
inline constexpr int64_t lineBytes = 4 * panelColumns;

/// How the blocks of a quantised matrix lie.
struct BlockFormat {
  int64_t bits = 4;           ///< of a code: 4 or 8
  bool hasHalfScales = false; ///< fp16 instead of fp32
  bool hasZeroPoints = false; ///< else half the range of the codes: 8 or 128

  int64_t lines() const { return blockDepth * bits / 32; }
  /// Where the scales and the zero points of a block begin.
  int64_t scalesOffset() const { return lines() * lineBytes; }
  int64_t zerosOffset() const { return scalesOffset() + scalesBytes(); }
  int64_t blockBytes() const {
    return scalesOffset() + scalesBytes() * (hasZeroPoints ? 2 : 1);
  }
  double defaultZeroPoint() const { return double(int64_t(1) << (bits - 1)); }
  /// For names of kernels: "4h", "8fz".
  std::string name() const {
    return std::to_string(bits) + (hasHalfScales ? "h" : "f") +
           (hasZeroPoints ? "z" : "");
  }

private:
  int64_t scalesBytes() const { return panelColumns * (hasHalfScales ? 2 : 4); }
};

/// Bytes of a block of a quantised row, and where its parts begin.
inline constexpr int64_t rowBlockBytes = blockDepth + 8;
inline constexpr int64_t rowScaleOffset = blockDepth;
inline constexpr int64_t rowSumOffset = blockDepth + 4;

/// Bytes of a quantised row of `width` values.
constexpr int64_t quantizedRowBytes(int64_t width) {
  return (width + blockDepth - 1) / blockDepth * rowBlockBytes;
}

} // namespace tandem::x86

#endif // TANDEM_TARGETS_X86_KERNELS_BLOCKFORMAT_H
