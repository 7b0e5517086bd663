//===- AttentionTile.h - how attention is cut into tiles --------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_NVIDIA_KERNELS_ATTENTION_ATTENTIONTILE_H
#define TANDEM_TARGETS_NVIDIA_KERNELS_ATTENTION_ATTENTIONTILE_H

#include "tandem/targets/Nvidia/Kernels/Kernels.h"

namespace tandem::nvidia {

/// What a block of threads does of an attention on tensor cores. Its rows are
/// query heads of one head of the cache, `heads` of each of `tokens` tokens;
/// a warp multiplies 16 of them by `keys` keys at once.
struct AttentionTile {
  static constexpr int64_t warpRows = 16, warpThreads = 32;

  int64_t heads = 1, tokens = 1; ///< rows of the block: heads * tokens at most
  /// Blocks that share the query heads of a head of the cache.
  int64_t chunks = 1;
  int64_t warps = 1;
  /// All warps have the same 16 rows and each some of the keys; else all have
  /// the same keys and each 16 of the rows.
  bool sharesRows = false;
  int64_t keys = 16; ///< in shared memory at once, twice

  /// The tile for `shape`: few rows are shared by all warps, many are not, and
  /// as many keys as the chip's shared memory and a block of the cache hold.
  static AttentionTile of(const AttentionShape &shape);

  int64_t threads() const { return warps * warpThreads; }
  /// Bytes of a key or value of `dim` 16-bit elements in shared memory: whole
  /// fragments of 16, and an odd number of 16-byte pieces, so that 8 of the
  /// same place lie in different banks.
  static int64_t rowBytes(int64_t dim) { return piecesOf(dim) * 16 + 16; }
  /// 16-byte pieces of a row that products read.
  static int64_t piecesOf(int64_t dim) { return (dim + 15) / 16 * 2; }
  /// Keys and values of one stage of one copy.
  int64_t stageBytes(const CacheBlocks &cache) const {
    return keys * (rowBytes(cache.keyDim) + rowBytes(cache.valueDim));
  }
  int64_t sharedBytes(const AttentionShape &shape) const;
};

} // namespace tandem::nvidia

#endif // TANDEM_TARGETS_NVIDIA_KERNELS_ATTENTION_ATTENTIONTILE_H
