//===- TiledAttentionScores.cpp - products of queries and keys --*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Kernels/Attention/TiledAttention.h"

#include "tandem/targets/Nvidia/Kernels/Math.h"
#include "tandem/targets/Nvidia/Kernels/Matrix.h"

using namespace mlir;
using namespace tandem::nvidia;

/// Scores of two rows and all keys of a tile: 4 for each 8 keys.
Exprs TiledAttentionCode::scoresOf(Pointer keys) {
  int64_t rowBytes = AttentionTile::rowBytes(shape.cache.keyDim);
  // Four tiles at once: keys 0 to 7 at dimensions 0 and 8, keys 8 to 15 so.
  Expr row = laneOfWarp % 8 + laneOfWarp / 16.0 * 8.0;
  Expr piece = laneOfWarp / 8.0 % 2;
  Pointer from = keys.bytes(row * double(rowBytes) + piece * 16.0);
  Exprs scores(tile.keys / 2, code.real(0));
  for (auto [step, fragment] : llvm::enumerate(fragments)) {
    for (int64_t key = 0; key < tile.keys; key += 16) {
      Exprs right = loadTiles(
          from.bytes(code.integer(key * rowBytes + int64_t(step) * 32)), 4);
      for (int64_t half : {0, 1}) {
        Expr *place = &scores[key / 2 + half * 4];
        Exprs sums =
            multiplyTiles(shape.cache.element, fragment,
                          ArrayRef(right).slice(half * 2, 2), {place, 4});
        llvm::copy(sums, place);
      }
    }
  }
  if (shape.softcap > 0) {
    for (Expr &score : scores) {
      score = hyperbolicTangent(score) * (shape.softcap * log2OfE);
    }
  }
  return scores;
}

/// Scores of keys that a row does not see become -infinity.
Exprs TiledAttentionCode::maskScores(const Exprs &scores, Expr position,
                                     Expr sequence) {
  Exprs ends = rowEnds;
  if (tile.tokens > 1) {
    for (int64_t row : {0, 1}) {
      ends[row] = code.select(rowSequences[row] == sequence, ends[row],
                              code.integer(0));
    }
  }
  Expr reachesEnd =
      position + double(tile.keys) > code.minimum(ends[0], ends[1]);
  Expr isEdge = reachesEnd;
  if (shape.window > 0) {
    isEdge = isEdge | (position < code.maximum(rowFirsts[0], rowFirsts[1]));
  }
  return code.choose(isEdge, scores, [&] {
    Exprs masked;
    Expr own = position + lane * 2.0; // of the thread's first key
    for (auto [i, score] : llvm::enumerate(scores)) {
      int64_t row = i % 4 / 2;
      Expr key = code.integer(i / 4 * 8 + i % 2);
      Expr kept =
          code.select(key < ends[row] - own, score, code.real(Softmax::unseen));
      if (shape.window > 0) {
        kept = code.select(key < rowFirsts[row] - own,
                           code.real(Softmax::unseen), kept);
      }
      masked.push_back(kept);
    }
    return masked;
  });
}
