//===- EvaluateAttention.cpp - Attention -------------------------*- C++
//-*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Attention of opset 24, with the window of opset 25 left out: scaled scores,
// then the cap, then the mask.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Primitives/AttentionKernel.h"
#include "tandem/passes/Primitives/Evaluation.h"
#include "tandem/passes/Primitives/Evaluators.h"

#include <cmath>

using namespace mlir;
using namespace tandem::primitives;
using llvm::createStringError;
using llvm::Error;
using llvm::Expected;

static constexpr double minusInfinity = -HUGE_VAL;

namespace {
/// The mask of an attention: a tensor, causality and lengths.
class Mask {
public:
  /// Reads the inputs; `pastTokens` are keys in front of the new ones.
  static Expected<Mask> read(EvaluationContext &context, const HeadView &query,
                             const HeadView &key, int64_t pastTokens);

  double operator()(const ScoreIndex &index) const {
    bool isPadding = !lengths.empty() && index.key >= lengths[index.row];
    bool isAhead = isCausal && index.key > index.query + offset(index.row);
    if (isPadding || isAhead) {
      return minusInfinity;
    }
    if (values.empty()) {
      return 0;
    }
    if (index.key >= width) { // a mask that is too short ends in "left out"
      return minusInfinity;
    }
    double value = values[index.row * strides[0] + index.head * strides[1] +
                          index.query * strides[2] + index.key * strides[3]];
    if (isBoolean) {
      return value != 0 ? 0 : minusInfinity;
    }
    return value;
  }

private:
  /// The position of query 0 among the keys.
  int64_t offset(int64_t row) const {
    return lengths.empty() ? pastTokens : lengths[row] - queryTokens;
  }

  std::vector<double> values; ///< empty where there is no mask
  Shape strides;              ///< along row, head, query and key
  int64_t width = 0;          ///< keys that the mask covers
  bool isBoolean = false, isCausal = false;
  Shape lengths; ///< valid keys of each row; empty where all are
  int64_t pastTokens = 0, queryTokens = 0;
};
} // namespace

Expected<Mask> Mask::read(EvaluationContext &context, const HeadView &query,
                          const HeadView &key, int64_t pastTokens) {
  Mask mask;
  mask.isCausal = context.node.getInt("is_causal", 0);
  mask.pastTokens = pastTokens;
  mask.queryTokens = query.tokens;
  mask.lengths = context.getIntegers(6);
  if (context.hasInput(6) &&
      static_cast<int64_t>(mask.lengths.size()) != query.batch) {
    return createStringError("there are " + llvm::Twine(mask.lengths.size()) +
                             " lengths for " + llvm::Twine(query.batch) +
                             " rows");
  }
  const Tensor &tensor = context.getInput(3);
  if (!tensor) {
    return mask;
  }
  mask.width = tensor.getRank() == 0 ? 1 : tensor.getShape().back();
  Shape full = {query.batch, query.heads, query.tokens, mask.width};
  Expected<Shape> broadcast = broadcastShapes(tensor.getShape(), full);
  if (!broadcast) {
    return broadcast.takeError();
  }
  if (*broadcast != full || mask.width > key.tokens) {
    return createStringError("mask has shape " + printShape(tensor.getShape()) +
                             ", expected one that broadcasts to " +
                             printShape(full));
  }
  if (mask.width == 1) { // one key for all, not a short mask
    mask.width = key.tokens;
  }
  mask.strides = broadcastStrides(tensor.getShape(), full);
  mask.values = tensor.widen<double>();
  mask.isBoolean = tensor.getElementType().isInteger(1);
  return mask;
}

/// The scores that result 3 holds, by attribute.
static ScoreRecord::Stage recordedStage(EvaluationContext &context) {
  static constexpr ScoreRecord::Stage stages[] = {
      ScoreRecord::scaled, ScoreRecord::capped, ScoreRecord::biased,
      ScoreRecord::softmax};
  return stages[context.node.getInt("qk_matmul_output_mode", 0) & 3];
}

Error evaluate::attention(EvaluationContext &context) {
  const Tensor &query = context.getInput(0);
  Type elementType = query.getElementType();
  int64_t keyHeads = context.node.getInt("kv_num_heads", 0);
  auto queryView =
      HeadView::of(query, context.node.getInt("q_num_heads", 0), "query");
  if (!queryView) {
    return queryView.takeError();
  }
  auto keyView = HeadView::of(context.getInput(1), keyHeads, "key");
  if (!keyView) {
    return keyView.takeError();
  }
  auto valueView = HeadView::of(context.getInput(2), keyHeads, "value");
  if (!valueView) {
    return valueView.takeError();
  }
  auto keys = joinHeads(context.getInput(4), context.getInput(1), *keyView);
  if (!keys) {
    return keys.takeError();
  }
  auto values = joinHeads(context.getInput(5), context.getInput(2), *valueView);
  if (!values) {
    return values.takeError();
  }
  if (Error error = checkHeads(*queryView, keys->view, values->view)) {
    return error;
  }
  auto mask = Mask::read(context, *queryView, keys->view,
                         keys->view.tokens - keyView->tokens);
  if (!mask) {
    return mask.takeError();
  }

  HeadView resultView =
      query.getRank() == 4
          ? HeadView::headMajor(queryView->batch, queryView->heads,
                                queryView->tokens, valueView->width)
          : HeadView::tokenMajor(queryView->batch, queryView->tokens,
                                 queryView->heads, valueView->width);
  ScoreRecord record{recordedStage(context), {}};
  std::vector<double> queries = query.widen<double>();
  double scale = context.node.getFloat(
      "scale", 1 / std::sqrt(static_cast<double>(queryView->width)));
  std::vector<double> result =
      attend({*queryView, keys->view, values->view, queries, keys->values,
              values->values, scale, context.node.getFloat("softcap", 0), *mask,
              /*sinks=*/{}, context.isResultUsed(3) ? &record : nullptr},
             resultView);

  if (!record.values.empty()) {
    if (Error error = context.give(3, elementType,
                                   {queryView->batch, queryView->heads,
                                    queryView->tokens, keys->view.tokens},
                                   record.values)) {
      return error;
    }
  }
  if (Error error = context.give(1, context.getInput(1).getElementType(),
                                 keys->view.getShape(), keys->values)) {
    return error;
  }
  if (Error error = context.give(2, context.getInput(2).getElementType(),
                                 values->view.getShape(), values->values)) {
    return error;
  }
  return context.give(0, elementType, resultView.getShape(), result);
}
