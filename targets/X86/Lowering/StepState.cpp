//===- StepState.cpp - what every task of a step can reach ------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/X86/Lowering/StepState.h"

#include "tandem/targets/Runtime/PartAbi.h"

#include <cstddef>

using namespace mlir;
using namespace tandem::x86;

namespace {

/// Fills the state of a step.
class StateWriter {
public:
  StateWriter(Emitter &e, const Kernels &kernels, Pointer step, Pointer state,
              ArenaNeed &need)
      : e(e), kernels(kernels), step(step), state(state), need(need),
        arena(step.bytes(offsetof(TandemStep, arena)).loadPointer()),
        tokens(step.bytes(offsetof(TandemStep, tokenCount)).loadInteger()),
        rows(step.bytes(offsetof(TandemStep, rowCount)).loadInteger()),
        all(step.bytes(offsetof(TandemStep, allLogits)).loadInteger() != 0) {}

  Pointer run(const AttentionKinds &kinds) {
    copyArguments();
    fillIndices();
    makePartials(kinds);
    for (auto [index, group] : llvm::enumerate(kinds.groups)) {
      listTiles(index, group);
    }
    return arena;
  }

private:
  Pointer field(StateField f, int64_t extra = 0) {
    return fieldAt(state, f, extra);
  }
  static Pointer element(Pointer array, Expr index) {
    return array.bytes(index * double(sizeof(int32_t)));
  }
  Pointer argument(size_t offset) { return step.bytes(offset).loadPointer(); }

  void copyArguments() {
    field(StateField::weights).store(argument(offsetof(TandemStep, weights)));
    Pointer threads = argument(offsetof(TandemStep, threads));
    field(StateField::parallelFor)
        .store(
            threads.bytes(offsetof(TandemThreads, parallelFor)).loadPointer());
    field(StateField::pool)
        .store(threads.bytes(offsetof(TandemThreads, pool)).loadPointer());
    field(StateField::layerDone)
        .store(argument(offsetof(TandemStep, layerDone)));
    field(StateField::layerContext)
        .store(argument(offsetof(TandemStep, layerContext)));
    field(StateField::slots).store(argument(offsetof(TandemStep, slots)));
    field(StateField::starts).store(argument(offsetof(TandemStep, starts)));
    field(StateField::counts).store(argument(offsetof(TandemStep, counts)));
    field(StateField::tokenCount).store(tokens);
    field(StateField::selectedCount).store(e.select(all, tokens, rows));
    Expr capacity = step.bytes(offsetof(TandemStep, capacity)).loadInteger();
    field(StateField::blocks).store(e.ceilDivide(capacity, kernels.blockKeys));
  }

  /// `perToken` (and `perRow`) bytes of the arena for each token (row).
  Pointer take(int64_t perToken, int64_t perRow) {
    need.fixed += 64;
    need.perToken += perToken;
    need.perRow += perRow;
    Pointer start = arena;
    Expr bytes = tokens * double(perToken) + rows * double(perRow);
    arena = arena.bytes(e.ceilDivide(bytes, 64) * 64.0);
    return start;
  }

  void fillIndices() {
    Pointer positions = take(4, 0), tokenRows = take(4, 0),
            selected = take(4, 4), rowOffsets = take(0, 4);
    field(StateField::positions).store(positions);
    field(StateField::tokenRows).store(tokenRows);
    field(StateField::selected).store(selected);
    field(StateField::rowOffsets).store(rowOffsets);
    Pointer counts = argument(offsetof(TandemStep, counts));
    Pointer starts = argument(offsetof(TandemStep, starts));
    e.loop(
        e.integer(0), rows, 1, {e.integer(0)},
        [&](Expr row, const Exprs &carried) {
          Expr first = carried[0];
          Expr count = element(counts, row).loadInteger32();
          Expr start = element(starts, row).loadInteger32();
          element(rowOffsets, row).store(e.truncate32(first));
          e.loop(e.integer(0), count, 1, [&](Expr i) {
            Expr token = first + i;
            element(positions, token).store(e.truncate32(start + i));
            element(tokenRows, token).store(e.truncate32(row));
            e.ifThen(all, [&] {
              element(selected, token).store(e.truncate32(token));
            });
          });
          Expr next = first + count;
          e.ifElse(
              all, [] {},
              [&] { element(selected, row).store(e.truncate32(next - 1.0)); });
          return Exprs{next};
        });
  }

  void makePartials(const AttentionKinds &kinds) {
    field(StateField::partials).store(take(0, 4 * kinds.partialElements));
    Pointer arrived = take(0, 4 * kinds.keyHeads);
    field(StateField::arrived).store(arrived);
    e.loop(e.integer(0), rows * double(kinds.keyHeads), 1, [&](Expr i) {
      element(arrived, i).store(e.truncate32(e.integer(0)));
    });
  }

  /// Segments of a row: several where it has one token whose pairs are a tile.
  Expr segmentsOf(Expr row, int64_t group) {
    Pointer counts = argument(offsetof(TandemStep, counts));
    Pointer starts = argument(offsetof(TandemStep, starts));
    Expr count = element(counts, row).loadInteger32();
    Expr keys = element(starts, row).loadInteger32() + count;
    Expr segments = e.minimum(e.ceilDivide(keys, Kernels::segmentKeys),
                              e.integer(Kernels::maxSegments));
    return group > kernels.tilePairs()
               ? e.integer(1)
               : e.select(count == 1, segments, e.integer(1));
  }

  void listTiles(int64_t index, int64_t group) {
    int64_t pairs = kernels.tilePairs();
    Pointer list = take((group + pairs - 1) / pairs * tileBytes,
                        Kernels::maxSegments * tileBytes);
    Pointer counts = argument(offsetof(TandemStep, counts));
    Expr length = e.loop(
        e.integer(0), rows, 1, {e.integer(0)},
        [&](Expr row, const Exprs &outer) {
          Expr rowPairs = element(counts, row).loadInteger32() * double(group);
          Expr segments = segmentsOf(row, group);
          auto add = [&](Expr pair, Expr segment, Expr place) {
            Pointer tile = list.bytes(place * double(tileBytes));
            for (auto [i, value] :
                 llvm::enumerate(Exprs{row, pair, segment, segments})) {
              tile.bytes(4 * int64_t(i)).store(e.truncate32(value));
            }
            return Exprs{place + 1.0};
          };
          return e.loop(e.integer(0), rowPairs, pairs, outer,
                        [&](Expr pair, const Exprs &inner) {
                          return e.loop(e.integer(0), segments, 1, inner,
                                        [&](Expr segment, const Exprs &places) {
                                          return add(pair, segment, places[0]);
                                        });
                        });
        })[0];
    field(StateField::tiles, 2 * index).store(list);
    field(StateField::tiles, 2 * index + 1).store(length);
  }

  Emitter &e;
  const Kernels &kernels;
  Pointer step, state;
  ArenaNeed &need;
  Pointer arena;
  Expr tokens, rows, all;
};

} // namespace

Pointer tandem::x86::fillState(Emitter &e, const Kernels &kernels, Pointer step,
                               Pointer state, const AttentionKinds &kinds,
                               ArenaNeed &need) {
  return StateWriter(e, kernels, step, state, need).run(kinds);
}
