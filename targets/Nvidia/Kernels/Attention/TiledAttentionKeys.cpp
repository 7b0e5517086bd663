//===- TiledAttentionKeys.cpp - keys and values in shared memory *- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Kernels/Attention/TiledAttention.h"

#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "tandem/targets/Nvidia/Kernels/Matrix.h"

using namespace mlir;
using namespace tandem::nvidia;

static constexpr int64_t warpThreads = AttentionTile::warpThreads;

/// The keys of `sequence` that a row of the block may see.
KeyRange TiledAttentionCode::rangeOf(Expr sequence) {
  Expr end = visibleEnd(lastToken);
  if (tile.tokens > 1) {
    // All new tokens of the sequences before the last end in this block.
    Expr last = (sequences + lastToken).loadInteger();
    end =
        code.select(sequence == last, end, (lengths + sequence).loadInteger());
  }
  Expr first = code.integer(0);
  if (shape.window > 0 && shape.isCausal) {
    // The first of at most `tokens` tokens sees the earliest key.
    first = end - double(shape.window - 1 + tile.tokens);
    first = code.maximum(first, code.integer(0));
    first = first - first % tile.keys;
  }
  return {first, end, CacheAddress(shape.cache, layer, blocks, sequence)};
}

/// Leaves what this warp does where several share the keys, in whole tiles. The
/// last ones may have none.
void TiledAttentionCode::takeSlice(KeyRange &range) {
  int64_t sharers = tile.sharesRows ? tile.warps : 1;
  int64_t slices = shape.splits * sharers;
  if (slices == 1) {
    return;
  }
  int64_t keys = tile.keys * slices;
  Expr length = (range.end - range.first + double(keys - 1)) / double(keys) *
                double(tile.keys);
  Expr slice = code.blockZ();
  if (tile.sharesRows) {
    slice = slice * double(sharers) + warp;
  }
  range.first = range.first + slice * length;
  range.end = code.minimum(range.first + length, range.end);
}

/// Waits for the threads that share stages with this one.
void TiledAttentionCode::synchronize() {
  if (!tile.sharesRows) {
    return code.barrier();
  }
  NVVM::SyncWarpOp::create(code, code.integer(-1));
}

/// Begins to copy the keys or values of a tile, `count` of which are there.
void TiledAttentionCode::copyRows(Pointer from, Pointer to, int64_t dim,
                                  int64_t stride, Expr count) {
  int64_t pieces = AttentionTile::piecesOf(dim), all = tile.keys * pieces;
  int64_t copiers = tile.sharesRows ? warpThreads : tile.threads();
  Expr copier = tile.sharesRows ? laneOfWarp : code.thread();
  int64_t globalBytes = stride * shape.cache.elementBytes();
  for (int64_t i = 0; i < all; i += copiers) {
    Expr number = copier + double(i);
    auto copy = [&] {
      Expr row = number / double(pieces), piece = number % pieces;
      Expr bytes = code.integer(16);
      if (dim % 16 != 0) { // the last pieces have fewer or none
        Expr left = double(dim * shape.cache.elementBytes()) - piece * 16.0;
        bytes = code.maximum(code.minimum(left, bytes), code.integer(0));
      }
      copyAsync(
          to.bytes(row * double(AttentionTile::rowBytes(dim)) + piece * 16.0),
          from.bytes(row * double(globalBytes) + piece * 16.0),
          code.select(row < count, bytes, code.integer(0)));
    };
    if (i + copiers <= all) {
      copy();
    } else {
      code.ifThen(number < double(all), copy);
    }
  }
}

/// Begins to copy the tile at `position` to a stage, if it has keys.
void TiledAttentionCode::copyTile(const KeyRange &range, Expr position,
                                  Expr stage) {
  code.ifThen(position < range.end, [&] {
    const CacheBlocks &cache = shape.cache;
    Pointer to = shared.bytes(stage * double(tile.stageBytes(cache)));
    Expr count = range.end - position;
    copyRows(range.cache.key(keyHead, position), to, cache.keyDim,
             cache.keyStride(), count);
    copyRows(range.cache.value(keyHead, position),
             to.bytes(code.integer(tile.keys *
                                   AttentionTile::rowBytes(cache.keyDim))),
             cache.valueDim, cache.valueStride(), count);
  });
  commitCopies(code);
}
