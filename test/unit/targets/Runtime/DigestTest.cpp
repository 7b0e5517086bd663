//===- DigestTest.cpp - digests by pieces, and what is remembered ---------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include <gtest/gtest.h>

#include "tandem/targets/Runtime/Blake3Tree.h"
#include "tandem/targets/Runtime/Digest.h"
#include "tandem/targets/Runtime/DigestMemory.h"

using namespace tandem::runtime;

/// The digest by pieces, hashed from the last to the first.
static std::string hashByPieces(const std::string &text) {
  Blake3Tree tree(text.size());
  for (uint64_t i = tree.pieceCount(); i-- > 0;) {
    tree.hash(i, text.data() + i * Blake3Tree::pieceBytes);
  }
  return tree.finish();
}

TEST(Blake3Tree, EqualsTheDigestOfTheWhole) {
  constexpr size_t piece = Blake3Tree::pieceBytes;
  std::string text(7 * piece + 5000, '\0');
  uint32_t state = 1;
  for (char &c : text) {
    c = static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
  }
  // Every shape of the last piece: none, a byte, a block, chunks and odd ones
  // of them, full; every number of pieces up to 8.
  for (size_t pieces = 0; pieces < 8; ++pieces) {
    for (size_t rest : {0, 1, 64, 1023, 1024, 1025, 2048, 3 * 1024 + 1, 5000}) {
      std::string part = text.substr(0, pieces * piece + rest);
      EXPECT_EQ(hashByPieces(part), Blake3::of(part)) << part.size();
    }
  }
  std::string part = text.substr(0, 3 * piece - 1);
  EXPECT_EQ(hashByPieces(part), Blake3::of(part));
  std::string changed = part;
  changed[2 * piece] ^= 1;
  EXPECT_NE(hashByPieces(changed), hashByPieces(part));
}

TEST(DigestMemory, KnowsNothingOfAbsentFiles) {
  FileStamp stamp = FileStamp::of("/nowhere");
  EXPECT_EQ(stamp.bytes, 0u);
  EXPECT_FALSE(stamp.isSettled);
  EXPECT_FALSE(DigestMemory("/nowhere", "digest").knows(stamp));
}
