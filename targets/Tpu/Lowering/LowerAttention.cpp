//===- LowerAttention.cpp - the cache and attention in StableHLO *- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Keys and values are [layers, heads, capacity, dim]. Padding tokens of a step
// are appended behind the real ones: no query of a real token sees them, and
// the next step, which starts at the end of the real ones, overwrites them.
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Tpu/Lowering/Scope.h"

#include <limits>

using namespace mlir;
using namespace tandem::stablehlo;
using namespace tandem::tpu;
using namespace tandem::transformer;

/// Puts rows of tokens, [tokens, heads * dim], into the cache.
static Value put(Scope &scope, Value cache, Value layer, Value rows) {
  StableHloBuilder &b = scope.b;
  int64_t heads = shapeOf(cache)[1], dim = shapeOf(cache)[3];
  int64_t tokens = shapeOf(rows)[0];
  Value byHead = b.transpose(b.reshape(rows, {tokens, heads, dim}), {1, 0, 2});
  Value update = b.reshape(byHead, {1, heads, tokens, dim});
  Value zero = b.integer(0);
  return DynamicUpdateSliceOp::create(
      b, cache.getType(), cache, update,
      ValueRange{layer, zero, scope.start, zero});
}

void tandem::tpu::lowerAppend(AppendOp op, Scope &scope) {
  CacheTensors cache = scope.caches.at(op.getCache());
  Value layer = scope.getIndex(op.getLayer());
  scope.caches[op.getOutput()] = {
      put(scope, cache.keys, layer, scope.get(op.getKey())),
      put(scope, cache.values, layer, scope.get(op.getValue()))};
}

/// What a layer holds: [heads, capacity, dim].
static Value ofLayer(Scope &scope, Value cache, Value layer) {
  StableHloBuilder &b = scope.b;
  SmallVector<int64_t> sizes(shapeOf(cache));
  sizes[0] = 1;
  Value zero = b.integer(0);
  Value slice = b.dynamicSlice(cache, {layer, zero, zero, zero}, sizes);
  return b.reshape(slice, ArrayRef(sizes).drop_front());
}

/// Which keys each query sees, [tokens, capacity].
static Value seen(Scope &scope, KeepAttr keep) {
  StableHloBuilder &b = scope.b;
  SmallVector<int64_t> shape = {scope.program.tokens,
                                scope.program.capacityTokens};
  Value key = b.iota(shape, 1);
  Value query = b.binary<AddOp>(b.iota(shape, 0), scope.start);
  Value sees;
  if (keep.getCausal()) {
    sees = b.compare(ComparisonDirection::LE, key, query);
  } else { // the tokens there are
    Value end = b.binary<AddOp>(scope.start, scope.count);
    sees = b.compare(ComparisonDirection::LT, key, end);
  }
  if (keep.getWindow() > 0) {
    Value oldest = b.binary<SubtractOp>(query, double(keep.getWindow()));
    sees =
        b.binary<AndOp>(sees, b.compare(ComparisonDirection::GT, key, oldest));
  }
  return sees;
}

/// Softmax along the last of four dimensions.
static Value softmax(StableHloBuilder &b, Value x) {
  Value most =
      b.reduce<MaximumOp>(x, 3, -std::numeric_limits<double>::infinity());
  SmallVector<int64_t> shape(shapeOf(x));
  auto spread = [&](Value value) {
    return b.broadcast(value, shape, {0, 1, 2});
  };
  Value power = b.unary<ExponentialOp>(b.binary<SubtractOp>(x, spread(most)));
  return b.binary<DivideOp>(power, spread(b.reduce<AddOp>(power, 3, 0.0)));
}

void tandem::tpu::lowerAttention(CachedAttentionOp op, Scope &scope) {
  StableHloBuilder &b = scope.b;
  CacheTensors cache = scope.caches.at(op.getCache());
  Value layer = scope.getIndex(op.getLayer());
  Value keys = ofLayer(scope, cache.keys, layer);
  Value values = ofLayer(scope, cache.values, layer);
  Value query = scope.get(op.getQuery());
  int64_t tokens = shapeOf(query)[0], keyHeads = shapeOf(keys)[0];
  int64_t keyDim = shapeOf(keys)[2], valueDim = shapeOf(values)[2];
  int64_t heads = op.getHeads(), group = heads / keyHeads;

  // Query head h uses key head h / group: [key head, token, group, key].
  query = b.reshape(query, {tokens, keyHeads, group, keyDim});
  Value scores = b.product(query, keys, {{1}, {0}, {3}, {2}});
  scores = b.binary<MultiplyOp>(scores, op.getScale().convertToDouble());
  if (double cap = op.getSoftcap().convertToDouble(); cap > 0) {
    scores = b.unary<TanhOp>(b.binary<DivideOp>(scores, cap));
    scores = b.binary<MultiplyOp>(scores, cap);
  }
  Value hidden = b.splat(scores, -std::numeric_limits<double>::infinity());
  Value sees = b.broadcast(seen(scope, op.getKeep()), shapeOf(scores), {1, 3});
  Value weights = softmax(b, b.select(sees, scores, hidden));
  Value result = b.product(weights, values, {{0}, {0}, {3}, {1}});
  result = b.transpose(result, {1, 0, 2, 3});
  scope.set(op.getOutput(), b.reshape(result, {tokens, heads * valueDim}));
}
