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

  Pointer run(ArrayRef<int64_t> groups) {
    copyArguments();
    fillIndices();
    for (auto [index, group] : llvm::enumerate(groups)) {
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

  void listTiles(int64_t index, int64_t group) {
    int64_t pairs = kernels.tilePairs();
    Pointer list = take((group + pairs - 1) / pairs * tileBytes, 0);
    Pointer counts = argument(offsetof(TandemStep, counts));
    Expr length =
        e.loop(e.integer(0), rows, 1, {e.integer(0)},
               [&](Expr row, const Exprs &outer) {
                 Expr rowPairs =
                     element(counts, row).loadInteger32() * double(group);
                 return e.loop(e.integer(0), rowPairs, pairs, outer,
                               [&](Expr pair, const Exprs &inner) {
                                 Pointer tile =
                                     list.bytes(inner[0] * double(tileBytes));
                                 tile.store(e.truncate32(row));
                                 tile.bytes(4).store(e.truncate32(pair));
                                 return Exprs{inner[0] + 1.0};
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
                               Pointer state, ArrayRef<int64_t> groups,
                               ArenaNeed &need) {
  return StateWriter(e, kernels, step, state, need).run(groups);
}
