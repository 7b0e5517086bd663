//===- EvaluateDeployment.cpp - operations on rows and caches ----*- C++
//-*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The transformer operations of the deployment level: tokens of all rows lie
// one after another.
//
//===----------------------------------------------------------------------===//

#include "tandem/dialects/Transformer/IR/TransformerOps.h"
#include "tandem/passes/Primitives/AttentionKernel.h"
#include "tandem/passes/Primitives/Frame.h"
#include "tandem/passes/Primitives/Keep.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::primitives;
using namespace tandem::transformer;
using llvm::createStringError;
using llvm::Error;
using llvm::Expected;
using llvm::Twine;

/// The rows that `value` holds.
static Expected<const Rows *> getRows(Frame &frame, Value value) {
  if (const auto *rows = std::get_if<Rows>(&frame.get(value))) {
    return rows;
  }
  return createStringError("has no rows");
}

/// The cache that `value` holds; fails unless it has layer `layer` and a slot
/// for each row.
static Expected<std::shared_ptr<Cache>>
getCache(Frame &frame, Value value, int64_t layer, const Rows &rows) {
  const auto *held = std::get_if<std::shared_ptr<Cache>>(&frame.get(value));
  if (!held || !*held) {
    return createStringError("has no cache");
  }
  int64_t layers = (*held)->layers.size();
  if (layer < 0 || layer >= layers) {
    return createStringError("uses layer " + Twine(layer) + " of " +
                             Twine(layers));
  }
  for (const Rows::Row &row : rows.rows) {
    if (row.slot < 0 ||
        row.slot >= static_cast<int64_t>((*held)->layers[layer].size())) {
      return createStringError("uses slot " + Twine(row.slot) + " of " +
                               Twine((*held)->layers[layer].size()));
    }
  }
  return *held;
}

static Error evaluatePositions(Operation *op, Frame &frame) {
  auto rows = getRows(frame, cast<PositionsOp>(op).getRows());
  if (!rows) {
    return rows.takeError();
  }
  std::vector<int64_t> positions;
  for (const Rows::Row &row : (*rows)->rows) {
    for (int64_t i = 0; i < row.count; ++i) {
      positions.push_back(row.start + i);
    }
  }
  auto type = cast<ShapedType>(op->getResultTypes()[0]);
  int64_t count = positions.size();
  frame.set(op->getResult(0),
            Tensor::narrow(type.getElementType(), {count}, positions));
  return Error::success();
}

/// Writes `width` values for each token of `row` behind position `row.start`.
static void append(std::vector<double> &held, const std::vector<double> &fresh,
                   int64_t firstToken, const Rows::Row &row, int64_t width) {
  held.resize((row.start + row.count) * width);
  std::copy_n(fresh.begin() + firstToken * width, row.count * width,
              held.begin() + row.start * width);
}

static Error evaluateAppend(Operation *op, Frame &frame) {
  auto appendOp = cast<AppendOp>(op);
  auto rows = getRows(frame, appendOp.getRows());
  if (!rows) {
    return rows.takeError();
  }
  int64_t layer = std::get<int64_t>(frame.get(appendOp.getLayer()));
  auto cache = getCache(frame, appendOp.getCache(), layer, **rows);
  if (!cache) {
    return cache.takeError();
  }
  std::vector<double> keys = frame.getTensor(appendOp.getKey()).widen<double>();
  std::vector<double> values =
      frame.getTensor(appendOp.getValue()).widen<double>();
  int64_t keyWidth = (*cache)->heads * (*cache)->keyDim;
  int64_t valueWidth = (*cache)->heads * (*cache)->valueDim;
  int64_t tokens = (*rows)->countTokens(), token = 0;
  if (static_cast<int64_t>(keys.size()) != tokens * keyWidth ||
      static_cast<int64_t>(values.size()) != tokens * valueWidth) {
    return createStringError("appends " + Twine(keys.size()) +
                             " elements for " + Twine(tokens) + " tokens of " +
                             Twine(keyWidth));
  }
  for (const Rows::Row &row : (*rows)->rows) {
    Cache::Slot &slot = (*cache)->layers[layer][row.slot];
    int64_t held = slot.keys.size() / std::max<int64_t>(keyWidth, 1);
    if (row.start > held) {
      return createStringError("starts at position " + Twine(row.start) +
                               " of slot " + Twine(row.slot) +
                               ", which holds " + Twine(held) + " tokens");
    }
    append(slot.keys, keys, token, row, keyWidth);
    append(slot.values, values, token, row, valueWidth);
    token += row.count;
  }
  frame.set(op->getResult(0), *cache);
  return Error::success();
}

static Error evaluateCachedAttention(Operation *op, Frame &frame) {
  auto attention = cast<CachedAttentionOp>(op);
  auto rows = getRows(frame, attention.getRows());
  if (!rows) {
    return rows.takeError();
  }
  int64_t layer = std::get<int64_t>(frame.get(attention.getLayer()));
  auto held = getCache(frame, attention.getCache(), layer, **rows);
  if (!held) {
    return held.takeError();
  }
  const Cache &cache = **held;
  Tensor query = frame.getTensor(attention.getQuery());
  int64_t heads = attention.getHeads(), tokens = (*rows)->countTokens();
  if (query.getNumElements() != tokens * heads * cache.keyDim) {
    return createStringError("query has shape " + printShape(query.getShape()) +
                             " for " + Twine(tokens) + " tokens and " +
                             Twine(heads) + " heads of width " +
                             Twine(cache.keyDim));
  }

  Keep keep(attention.getKeep());
  std::vector<double> queries = query.widen<double>(), results;
  ArrayRef<double> next = queries;
  for (const Rows::Row &row : (*rows)->rows) {
    const Cache::Slot &slot = cache.layers[layer][row.slot];
    int64_t keys = slot.keys.size() / (cache.heads * cache.keyDim);
    auto bias = [&](const ScoreIndex &index) {
      return keep.sees(row.start + index.query, index.key) ? 0 : -HUGE_VAL;
    };
    int64_t length = row.count * heads * cache.keyDim;
    std::vector<double> result =
        attend({HeadView::tokenMajor(1, row.count, heads, cache.keyDim),
                HeadView::tokenMajor(1, keys, cache.heads, cache.keyDim),
                HeadView::tokenMajor(1, keys, cache.heads, cache.valueDim),
                next.take_front(length), slot.keys, slot.values,
                attention.getScale().convertToDouble(),
                attention.getSoftcap().convertToDouble(), bias},
               HeadView::tokenMajor(1, row.count, heads, cache.valueDim));
    llvm::append_range(results, result);
    next = next.drop_front(length);
  }
  return frame.setResult(op, {tokens, heads * cache.valueDim}, results);
}

static Error evaluateSelectTokens(Operation *op, Frame &frame) {
  auto select = cast<SelectTokensOp>(op);
  auto rows = getRows(frame, select.getRows());
  if (!rows) {
    return rows.takeError();
  }
  Tensor input = frame.getTensor(select.getInput());
  if ((*rows)->keepsAllTokens) {
    frame.set(op->getResult(0), input);
    return Error::success();
  }
  int64_t width = input.getShape().back(), token = 0;
  std::vector<double> values((*rows)->rows.size() * width);
  for (auto [i, row] : llvm::enumerate((*rows)->rows)) {
    token += row.count;
    input.widenTo(values.data() + i * width, (token - 1) * width, width);
  }
  int64_t count = (*rows)->rows.size();
  return frame.setResult(op, {count, width}, values);
}

ArrayRef<OperationRow> tandem::primitives::getDeploymentEvaluators() {
  static constexpr OperationRow rows[] = {
      {"transformer.append", evaluateAppend},
      {"transformer.cached_attention", evaluateCachedAttention},
      {"transformer.positions", evaluatePositions},
      {"transformer.select_tokens", evaluateSelectTokens},
  };
  return rows;
}
