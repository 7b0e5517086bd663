//===- TiledAttention.h - attention on tensor cores -------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A warp multiplies 16 rows of queries by tiles of keys, makes weights of the
// scores in its registers, where they already lie as the left factor of the
// product with the values, and rescales what it has where a tile has a larger
// score than all before. Queries and weights are rounded to the cache's
// elements; scores, weights' sums and results are fp32. Queries are scaled so
// that 2 to the power of a score is its weight.
//
// Keys and values are copied ahead of their use, a tile at a time. What lies
// behind the last key becomes zero: it may be anything, and 0 * NaN is NaN.
// A tile of keys lies in one block of the cache.
//
// The tokens of a block of threads may be of several sequences. It goes through
// the keys of each, and rows of other sequences see none of them.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_NVIDIA_KERNELS_ATTENTION_TILEDATTENTION_H
#define TANDEM_TARGETS_NVIDIA_KERNELS_ATTENTION_TILEDATTENTION_H

#include "tandem/targets/Nvidia/Kernels/Attention/AttentionTile.h"
#include "tandem/targets/Nvidia/Kernels/Attention/CacheAddress.h"

#include <limits>

namespace tandem::nvidia {

/// One row of queries: a head of a token.
struct QueryRow {
  Expr token, head;
};

/// The keys of a sequence that a block of threads sees, [first, end), and the
/// sequence's blocks.
struct KeyRange {
  Expr first, end;
  CacheAddress cache;
};

/// What a thread carries from tile to tile. It has elements of rows g and
/// g + 8 of the warp's.
struct Softmax {
  Exprs largest; ///< score of each of the two rows
  Exprs sums;    ///< of this thread's weights, of each of the two rows
  Exprs outputs; ///< 4 for each 8 dimensions

  /// The score of a key that a row does not see.
  static constexpr double unseen = -std::numeric_limits<double>::infinity();

  static Softmax of(const Exprs &carried) {
    llvm::ArrayRef<Expr> all(carried);
    return {Exprs(all.take_front(2)), Exprs(all.slice(2, 2)),
            Exprs(all.drop_front(4))};
  }
  Exprs carried() const {
    Exprs all(largest);
    all.append(sums);
    all.append(outputs);
    return all;
  }
};

/// The larger one of numbers, in one instruction.
Expr largerNumber(Expr a, Expr b);

/// Code of one thread.
class TiledAttentionCode {
public:
  TiledAttentionCode(const AttentionShape &shape, const AttentionTile &tile,
                     Code &code, llvm::ArrayRef<Pointer> arguments,
                     Pointer shared, Expr row, Expr count);

  void run();

private:
  static constexpr double log2OfE = 1.4426950408889634;

  // Rows (TiledAttentionQueries.cpp).
  QueryRow rowAt(Expr number);
  Expr loadQuery(const QueryRow &row, int64_t dim);
  void loadQueries();
  Expr visibleEnd(Expr token);

  // Keys (TiledAttentionKeys.cpp).
  KeyRange rangeOf(Expr sequence);
  void takeSlice(KeyRange &range);
  void copyTile(const KeyRange &range, Expr position, Expr stage);
  void copyRows(Pointer from, Pointer to, int64_t dim, int64_t stride,
                Expr count);
  void synchronize();

  // Arithmetic (TiledAttentionScores.cpp, TiledAttentionWeights.cpp).
  Exprs scoresOf(Pointer keys);
  Exprs maskScores(const Exprs &scores, Expr position, Expr sequence);
  Exprs weigh(Softmax &state, const Exprs &scores);
  void addValues(Softmax &state, const Exprs &weights, Pointer values);

  // From tile to tile (TiledAttention.cpp).
  Exprs addTile(Pointer staged, Expr position, Expr sequence,
                const Exprs &carried);
  Exprs addSequence(Expr sequence, const Exprs &carried);

  // Results (TiledAttentionResults.cpp).
  void storeRows(Softmax &state);
  void mergeWarps(Softmax &state);
  Pointer partOf(const QueryRow &row);
  void storePair(Pointer to, int64_t dim, Expr a, Expr b);
  void storeOutput(const QueryRow &row, Expr dim, Expr value);

  int64_t outputPairs() const { // of tiles of 8 dimensions
    return AttentionTile::piecesOf(shape.cache.valueDim);
  }

  const AttentionShape &shape;
  const AttentionTile &tile;
  Code &code;
  Pointer queries, positions, sequences, lengths, blocks, layer, results;
  Pointer shared; ///< the stages of this thread's copies
  Pointer allShared;
  Expr warp, laneOfWarp, group, lane; ///< thread 4 group + lane of the warp
  Expr firstToken, lastToken, keyHead, firstHead;
  Exprs rowEnds, rowFirsts, rowSequences; ///< of the thread's two rows
  llvm::SmallVector<QueryRow> rows;
  llvm::SmallVector<Exprs> fragments; ///< of queries, for each 16 dimensions
};

} // namespace tandem::nvidia

#endif // TANDEM_TARGETS_NVIDIA_KERNELS_ATTENTION_TILEDATTENTION_H
