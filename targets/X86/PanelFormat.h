//===- PanelFormat.h - panels of stored weights -----------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A panel holds 16 rows of a matrix [N][K] as blocks along K, one after another
// in one stream. A block is lines of 64 bytes: 16 words of 32 bits, a word for
// each row with `fields()` elements of that row. Field f is element f of the
// line; codes of 4 bits lie so that the low halves of a word's bytes are the
// first four elements and the high halves the next four, as a product of bytes
// wants them. Behind a block's lines lie its 16 scales and 16 zero points.
// Elements beyond K and rows beyond N have code 0, scale 0.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_X86_PANELFORMAT_H
#define TANDEM_TARGETS_X86_PANELFORMAT_H

#include "tandem/targets/X86/Variant.h"

#include "mlir/IR/BuiltinTypes.h"

#include <optional>

namespace tandem::x86 {

/// How a number beside the codes of a block is stored.
enum class BlockNumber { none, u8, f16, f32 };

/// The layout of a stored weight's panels.
struct PanelFormat {
  int64_t bits;  ///< of an element: codes of 4 or 8, bf16 of 16
  int64_t block; ///< elements of a row in a block
  BlockNumber scales = BlockNumber::none;
  BlockNumber zeroPoints = BlockNumber::none;

  /// The format of a weight of `type`; nothing where it is plain fp32, or has
  /// an encoding that no kernel reads.
  static std::optional<PanelFormat> of(mlir::Type type);

  /// Elements in a word of 32 bits.
  int64_t fields() const { return 32 / bits; }
  /// The lowest bit of an element in its word.
  int64_t shiftOf(int64_t field) const {
    return bits == 4 ? 8 * (field % 4) + 4 * (field / 4) : bits * field;
  }
  int64_t lines() const { return block / fields(); }
  int64_t scaleOffset() const { return lines() * lineBytes; }
  int64_t zeroPointOffset() const {
    return scaleOffset() + panelColumns * bytesOf(scales);
  }
  int64_t blockBytes() const {
    return zeroPointOffset() + panelColumns * bytesOf(zeroPoints);
  }
  int64_t blocks(int64_t depth) const { return (depth + block - 1) / block; }
  int64_t panelBytes(int64_t depth) const {
    return blocks(depth) * blockBytes();
  }
  bool hasCodes() const { return bits < 16; }
  /// The zero point where none are stored.
  double defaultZeroPoint() const { return double(1 << (bits - 1)); }
  /// Names the format in names of kernels: "u4x32_f32_f32".
  std::string name() const;

  static int64_t bytesOf(BlockNumber number);
  static constexpr int64_t lineBytes = 64;
};

/// Bytes of a panel of a weight of `type` with rows of `depth` elements.
int64_t panelBytesOf(mlir::Type type, int64_t depth);

} // namespace tandem::x86

#endif // TANDEM_TARGETS_X86_PANELFORMAT_H
