//===- AttentionTile.cpp - how attention is cut into tiles ------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Kernels/Attention/AttentionTile.h"

#include "llvm/Support/MathExtras.h"

using namespace tandem::nvidia;

static constexpr int64_t mostWarps = 4, leastKeys = 16;
/// More keys at once cost registers (8 a thread for each 16 keys), and where
/// each warp has keys of its own, shared memory.
static constexpr int64_t mostKeys = 64, mostKeysOfWarp = 32;

int64_t AttentionTile::sharedBytes(const AttentionShape &shape) const {
  constexpr int64_t stages = 2;
  int64_t copies = sharesRows ? warps : 1;
  int64_t staged = copies * stages * stageBytes(shape.cache);
  // Where warps share rows, their results meet in the same memory.
  int64_t results =
      sharesRows ? warps * warpRows * shape.partialWidth() * sizeof(float) : 0;
  return std::max(staged, results);
}

AttentionTile AttentionTile::of(const AttentionShape &shape) {
  AttentionTile tile;
  int64_t rows = shape.newTokens * shape.group();
  tile.sharesRows = shape.newTokens == 1 || rows <= warpRows;
  tile.warps =
      tile.sharesRows
          ? mostWarps
          : std::min(mostWarps, int64_t(llvm::divideCeil(rows, warpRows)));
  tile.keys =
      std::min(tile.sharesRows ? mostKeysOfWarp : mostKeys, shape.cache.tokens);
  while (tile.sharedBytes(shape) > shape.sharedBytes) {
    if (tile.keys > leastKeys) {
      tile.keys /= 2;
    } else if (tile.sharesRows && tile.warps > 1) {
      tile.warps /= 2;
    } else {
      break; // the plan's verifier says so
    }
  }
  int64_t mostRows = tile.sharesRows ? warpRows : tile.warps * warpRows;
  tile.heads = std::min(shape.group(), mostRows);
  tile.tokens = std::min(shape.newTokens, mostRows / tile.heads);
  tile.chunks = llvm::divideCeil(shape.group(), tile.heads);
  return tile;
}

int64_t AttentionShape::blocks(int64_t tokens) const {
  if (!usesMatrixUnits()) {
    return heads * tokens;
  }
  AttentionTile tile = AttentionTile::of(*this);
  return cache.heads * tile.chunks * llvm::divideCeil(tokens, tile.tokens);
}
