//===- Blake3Tree.h - BLAKE3 of a long file by pieces -----------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// BLAKE3 is a tree, so pieces can be hashed in any order and at the same time;
// the digest is that of the whole.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_BLAKE3TREE_H
#define TANDEM_TARGETS_RUNTIME_BLAKE3TREE_H

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace tandem::runtime {

/// The digest of `bytes` bytes, made of pieces.
class Blake3Tree {
public:
  /// Bytes of every piece but the last, a power of two.
  static constexpr uint64_t pieceBytes = 1 << 20;

  explicit Blake3Tree(uint64_t bytes);

  /// At least 1: an empty stream has one empty piece.
  uint64_t pieceCount() const { return values.size(); }
  uint64_t bytesOf(uint64_t piece) const;

  /// Hashes a piece; different ones at the same time are allowed.
  void hash(uint64_t piece, const char *data);

  /// The digest, 64 hexadecimal digits, when every piece was hashed.
  std::string finish() const;

private:
  using ChainingValue = std::array<unsigned char, 32>;

  uint64_t bytes;
  std::vector<ChainingValue> values; ///< of the subtree of each piece
  std::string whole;                 ///< the digest where there is one piece
};

} // namespace tandem::runtime

#endif // TANDEM_TARGETS_RUNTIME_BLAKE3TREE_H
