//===- Blake3Tree.cpp - BLAKE3 of a long file by pieces -------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Names and numbers are those of the BLAKE3 paper, sections 2.1 to 2.5. Both
// functions of the library are internal to its header but not to its archive;
// the unit test compares every kind of tree with the public interface.
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/Blake3Tree.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "tandem/targets/Runtime/Digest.h"

extern "C" {
size_t llvm_blake3_compress_subtree_wide(const uint8_t *input, size_t bytes,
                                         const uint32_t key[8],
                                         uint64_t firstChunk, uint8_t flags,
                                         uint8_t *values, bool useThreads);
void llvm_blake3_compress_in_place(uint32_t value[8], const uint8_t block[64],
                                   uint8_t bytes, uint64_t counter,
                                   uint8_t flags);
}

namespace tandem::runtime {

static constexpr uint32_t initialValue[8] = {0x6A09E667, 0xBB67AE85, 0x3C6EF372,
                                             0xA54FF53A, 0x510E527F, 0x9B05688C,
                                             0x1F83D9AB, 0x5BE0CD19};
static constexpr uint64_t chunkBytes = 1024;
static constexpr uint8_t parentFlag = 4, rootFlag = 8;
/// Chaining values that a subtree may come as: the widest vector unit.
static constexpr size_t widest = 16;

using ChainingValue = std::array<unsigned char, 32>;
static_assert(std::endian::native == std::endian::little);

static ChainingValue compressParent(const ChainingValue &left,
                                    const ChainingValue &right, uint8_t flags) {
  unsigned char block[64];
  std::copy(left.begin(), left.end(), block);
  std::copy(right.begin(), right.end(), block + 32);
  uint32_t words[8];
  std::copy_n(initialValue, 8, words);
  llvm_blake3_compress_in_place(words, block, sizeof(block), 0, flags);
  ChainingValue result;
  std::memcpy(result.data(), words, sizeof(words));
  return result;
}

/// The value above `values`, neighbours in one subtree: pairs level by level,
/// one without a partner rises, which makes BLAKE3's tree. `topFlags` goes to
/// the last pair.
static ChainingValue joinSubtree(std::vector<ChainingValue> values,
                                 uint8_t topFlags) {
  while (values.size() > 1) {
    uint8_t flags = parentFlag | (values.size() == 2 ? topFlags : 0);
    size_t pairs = values.size() / 2;
    for (size_t i = 0; i < pairs; ++i) {
      values[i] = compressParent(values[2 * i], values[2 * i + 1], flags);
    }
    if (values.size() % 2 != 0) {
      values[pairs++] = values.back();
    }
    values.resize(pairs);
  }
  return values.front();
}

Blake3Tree::Blake3Tree(uint64_t bytes)
    : bytes(bytes),
      values(std::max<uint64_t>(1, (bytes + pieceBytes - 1) / pieceBytes)) {}

uint64_t Blake3Tree::bytesOf(uint64_t piece) const {
  return std::min(pieceBytes, bytes - piece * pieceBytes);
}

void Blake3Tree::hash(uint64_t piece, const char *data) {
  if (values.size() == 1) {
    whole = Blake3::of({data, bytes});
    return;
  }
  std::vector<ChainingValue> level(widest);
  level.resize(llvm_blake3_compress_subtree_wide(
      reinterpret_cast<const uint8_t *>(data), bytesOf(piece), initialValue,
      piece * (pieceBytes / chunkBytes), /*flags=*/0, level.front().data(),
      /*useThreads=*/false));
  values[piece] = joinSubtree(std::move(level), /*topFlags=*/0);
}

std::string Blake3Tree::finish() const {
  if (values.size() == 1) {
    return whole;
  }
  ChainingValue root = joinSubtree(values, rootFlag);
  return toHex(root.data(), root.size());
}

} // namespace tandem::runtime
