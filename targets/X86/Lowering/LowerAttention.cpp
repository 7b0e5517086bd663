//===- LowerAttention.cpp - attention as tasks over tiles and heads *- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/X86/Lowering/Scope.h"

using namespace mlir;
using namespace tandem::x86;
using namespace tandem::transformer;

static int64_t groupOf(CachedAttentionOp op) {
  return op.getHeads() / op.getCache().getType().getHeads();
}

static Pointer tileField(Scope &scope, CachedAttentionOp op, int64_t extra) {
  int64_t index = llvm::find(scope.part.attentions.groups, groupOf(op)) -
                  scope.part.attentions.groups.begin();
  return scope.field(StateField::tiles, 2 * index + extra);
}

static Expr taskCount(Scope &scope, CachedAttentionOp op) {
  return tileField(scope, op, 1).loadInteger() *
         double(op.getCache().getType().getHeads());
}

static Expr elementOf(Scope &scope, StateField array, Expr index) {
  return scope.field(array)
      .loadPointer()
      .bytes(index * double(sizeof(int32_t)))
      .loadInteger32();
}

/// One key head of one tile, or a segment of it.
static void emitTile(Scope &scope, CachedAttentionOp op, Expr task,
                     bool isAlone) {
  Emitter &e = scope.e;
  KvCacheType cache = op.getCache().getType();
  int64_t heads = cache.getHeads(), group = groupOf(op);
  int64_t keyWidth = cache.getKeyDim(), valueWidth = cache.getValueDim();
  // Later tiles of a causal row see more keys: they go first.
  Expr head = task % heads;
  Expr tile =
      tileField(scope, op, 1).loadInteger() - 1.0 - task / double(heads);
  Pointer entry =
      tileField(scope, op, 0).loadPointer().bytes(tile * double(tileBytes));
  Expr row = entry.loadInteger32(), firstPair = entry.bytes(4).loadInteger32(),
       segment = entry.bytes(8).loadInteger32(),
       segments = entry.bytes(12).loadInteger32();
  Expr count = elementOf(scope, StateField::counts, row);
  Expr start = elementOf(scope, StateField::starts, row);
  Expr firstToken = elementOf(scope, StateField::rowOffsets, row);
  Expr pairs = e.minimum(count * double(group) - firstPair,
                         e.integer(scope.kernels.tilePairs()));

  const AttentionKinds &kinds = scope.part.attentions;
  double headElements = double(Kernels::maxSegments *
                               Kernels::partialElements(group, valueWidth));
  Pointer partials = scope.field(StateField::partials).loadPointer() +
                     row * double(kinds.partialElements) + head * headElements;
  Pointer arrived = scope.field(StateField::arrived)
                        .loadPointer()
                        .bytes((row * double(kinds.keyHeads) + head) *
                               double(sizeof(int32_t)));
  int64_t paddedValue =
      (valueWidth + panelColumns - 1) / panelColumns * panelColumns;
  double blockElements =
      double(scope.kernels.blockKeys * (keyWidth + paddedValue));
  Pointer slot = scope.field(StateField::slots)
                     .loadPointer()
                     .bytes(row * double(sizeof(void *)))
                     .loadPointer();
  Expr layerHead = scope.index(op.getLayer()) * double(heads) + head;
  Pointer blocks = slot + layerHead *
                              scope.field(StateField::blocks).loadInteger() *
                              blockElements;
  double qStride = op.getHeads() * keyWidth,
         yStride = op.getHeads() * valueWidth;
  Pointer q = scope.tensor(op.getQuery()) + firstToken * qStride +
              head * double(group * keyWidth);
  Pointer y = scope.tensor(op.getOutput()) + firstToken * yStride +
              head * double(group * valueWidth);
  auto attend = [&](Expr part, Expr parts) {
    e.call(scope.kernels.attendTile(),
           {q,
            y,
            blocks,
            e.integer(qStride),
            e.integer(yStride),
            e.integer(keyWidth),
            e.integer(valueWidth),
            e.integer(group),
            firstPair,
            pairs,
            start,
            start + count,
            e.integer(op.getKeep().getCausal()),
            e.integer(op.getKeep().getWindow()),
            e.real(op.getScale().convertToDouble()),
            e.real(op.getSoftcap().convertToDouble()),
            partials,
            arrived,
            part,
            parts});
  };
  // Attentions that run at the same time would share the partial sums.
  if (isAlone) {
    return attend(segment, segments);
  }
  e.ifThen(segment == 0, [&] { attend(e.integer(0), e.integer(1)); });
}

Expr tandem::x86::attentionTaskCount(Scope &scope, const Stage &stage) {
  Expr count = scope.e.integer(0);
  for (Operation *op : stage.operations) {
    count = count + taskCount(scope, cast<CachedAttentionOp>(op));
  }
  return count;
}

void tandem::x86::emitAttentions(Scope &scope, const Stage &stage, Expr index) {
  Emitter &e = scope.e;
  bool isAlone = stage.operations.size() == 1;
  Expr first = e.integer(0);
  for (Operation *op : stage.operations) {
    auto attention = cast<CachedAttentionOp>(op);
    Expr task = index - first, count = taskCount(scope, attention);
    e.ifThen((task >= e.integer(0)) & (task < count),
             [&] { emitTile(scope, attention, task, isAlone); });
    first = first + count;
  }
}
