//===- TiledAttention.cpp - attention on tensor cores -----------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Kernels/Attention/TiledAttention.h"

#include "tandem/targets/Nvidia/Kernels/Matrix.h"

#include "mlir/Dialect/LLVMIR/NVVMDialect.h"

using namespace mlir;
using namespace tandem::nvidia;

static constexpr int64_t warpThreads = AttentionTile::warpThreads;

TiledAttentionCode::TiledAttentionCode(const AttentionShape &shape,
                                       const AttentionTile &tile, Code &code,
                                       ArrayRef<Pointer> arguments,
                                       Pointer shared, Expr row, Expr count)
    : shape(shape), tile(tile), code(code), queries(arguments[0]),
      positions(arguments[1]), sequences(arguments[2]), lengths(arguments[3]),
      blocks(arguments[4]), layer(arguments[5]), results(arguments[6]),
      shared(shared), allShared(shared),
      warp(code.thread() / double(warpThreads)),
      laneOfWarp(code.thread() % warpThreads), group(laneOfWarp / 4.0),
      lane(laneOfWarp % 4), firstToken(row),
      lastToken(code.minimum(row + double(tile.tokens), count) - 1.0),
      keyHead(code.blockX() / double(tile.chunks)),
      firstHead(code.blockX() % tile.chunks * double(tile.heads)) {
  if (tile.sharesRows) {
    this->shared =
        shared.bytes(warp * double(2 * tile.stageBytes(shape.cache)));
  }
}

Exprs TiledAttentionCode::addTile(Pointer staged, Expr position, Expr sequence,
                                  const Exprs &carried) {
  Softmax state = Softmax::of(carried);
  Exprs scores = maskScores(scoresOf(staged), position, sequence);
  Exprs weights = weigh(state, scores);
  addValues(state, weights,
            staged.bytes(code.integer(
                tile.keys * AttentionTile::rowBytes(shape.cache.keyDim))));
  return state.carried();
}

/// Goes through this warp's keys of a sequence, one tile ahead of its use.
Exprs TiledAttentionCode::addSequence(Expr sequence, const Exprs &carried) {
  KeyRange range = rangeOf(sequence);
  takeSlice(range);
  synchronize(); // the last tile of the sequence before has been read
  copyTile(range, range.first, code.integer(0));
  return code.loop(
      range.first, range.end, tile.keys, carried,
      [&](Expr position, const Exprs &state) {
        Expr stage = (position - range.first) / double(tile.keys) % 2;
        waitForCopies(code, 0);
        synchronize(); // also, the other stage has been read
        copyTile(range, position + double(tile.keys), 1.0 - stage);
        return addTile(
            shared.bytes(stage * double(tile.stageBytes(shape.cache))),
            position, sequence, state);
      });
}

void TiledAttentionCode::run() {
  loadQueries();
  Softmax initial;
  initial.largest.assign(2, code.real(Softmax::unseen));
  initial.sums.assign(2, code.real(0));
  initial.outputs.assign(outputPairs() * 4, code.real(0));
  Expr first = (sequences + firstToken).loadInteger();
  Exprs carried =
      tile.tokens == 1
          ? addSequence(first, initial.carried())
          : code.loop(first, (sequences + lastToken).loadInteger() + 1.0, 1,
                      initial.carried(),
                      [&](Expr sequence, const Exprs &state) {
                        return addSequence(sequence, state);
                      });
  Softmax state = Softmax::of(carried);
  for (Expr &sum : state.sums) {
    for (int64_t mask : {1, 2}) {
      sum = sum + code.shuffle(sum, mask);
    }
  }
  tile.sharesRows ? mergeWarps(state) : storeRows(state);
  if (shape.splits == 1) {
    shape.clearPadding(results, firstToken, tile.tokens, lastToken + 1.0,
                       tile.threads());
  }
}

Kernel Kernels::attentionByTiles(const AttentionShape &shape) {
  AttentionTile tile = AttentionTile::of(shape);
  Kernel kernel;
  kernel.threads = tile.threads();
  kernel.blocksPerRow = shape.cache.heads * tile.chunks;
  kernel.rowsPerBlock = tile.tokens;
  kernel.splits = shape.splits;
  kernel.sharedBytes = tile.sharedBytes(shape);
  std::string name = shape.name();
  for (int64_t size : {tile.heads, tile.tokens, tile.warps}) {
    name += "_" + std::to_string(size);
  }
  return define(
      name, /*buffers=*/7, kernel, [](int64_t) { return false; },
      [&](const Body &body) {
        body.code.preferRegisters();
        TiledAttentionCode(shape, tile, body.code, body.arguments, body.shared,
                           body.row, body.count)
            .run();
      });
}
