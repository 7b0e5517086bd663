//===- EvaluateModelAttention.cpp - transformer.attention --------*- C++
//-*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Attention over past and new keys, as the file shapes them.
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

namespace {
/// What is added to the scores of one attention.
struct ScoreBias {
  Keep keep;
  int64_t pastTokens = 0;
  std::vector<double> padding = {}; ///< [B, P + S]; empty where there is none
  AddedScores added = {};
  int64_t keys = 0;

  double operator()(const ScoreIndex &index) const {
    bool isPadded =
        !padding.empty() && padding[index.row * keys + index.key] == 0;
    if (isPadded || !keep.sees(pastTokens + index.query, index.key)) {
      return -HUGE_VAL;
    }
    return added.at(index);
  }
};
} // namespace

/// Reads padding and bias, whose shapes depend on those of `queries`.
static Error readBias(AttentionOp attention, Frame &frame,
                      const HeadView &queries, ScoreBias &result) {
  if (Tensor padding = frame.getTensor(attention.getPadding())) {
    if (padding.getNumElements() != queries.batch * result.keys) {
      return createStringError("padding has shape " +
                               printShape(padding.getShape()) + " for " +
                               llvm::Twine(result.keys) + " keys");
    }
    result.padding = padding.widen<double>();
  }
  auto added = AddedScores::of(frame.getTensor(attention.getBias()), queries,
                               result.keys);
  if (!added) {
    return added.takeError();
  }
  result.added = std::move(*added);
  return Error::success();
}

/// Sets a present to the joined heads.
static void setPresent(Frame &frame, Value present, const JoinedHeads &joined) {
  if (!present) {
    return;
  }
  Type elementType = cast<ShapedType>(present.getType()).getElementType();
  frame.set(present,
            Tensor::narrow(elementType, joined.view.getShape(), joined.values));
}

Error tandem::primitives::evaluateAttention(Operation *op, Frame &frame) {
  auto attention = cast<AttentionOp>(op);
  Tensor query = frame.getTensor(attention.getQuery());
  Tensor key = frame.getTensor(attention.getKey());
  Tensor value = frame.getTensor(attention.getValue());
  auto queryView = HeadView::of(query, attention.getHeads(), "query");
  if (!queryView) {
    return queryView.takeError();
  }
  auto keyView = HeadView::of(key, attention.getKvHeads(), "key");
  if (!keyView) {
    return keyView.takeError();
  }
  auto valueView = HeadView::of(value, attention.getKvHeads(), "value");
  if (!valueView) {
    return valueView.takeError();
  }
  auto keys = joinHeads(frame.getTensor(attention.getPastKey()), key, *keyView);
  if (!keys) {
    return keys.takeError();
  }
  auto values =
      joinHeads(frame.getTensor(attention.getPastValue()), value, *valueView);
  if (!values) {
    return values.takeError();
  }
  if (Error error = checkHeads(*queryView, keys->view, values->view)) {
    return error;
  }

  ScoreBias bias{Keep(attention.getKeep())};
  bias.keys = keys->view.tokens;
  bias.pastTokens = bias.keys - keyView->tokens;
  if (Error error = readBias(attention, frame, *queryView, bias)) {
    return error;
  }
  std::vector<double> queries = query.widen<double>();
  HeadView resultView = HeadView::tokenMajor(
      queryView->batch, queryView->tokens, queryView->heads, valueView->width);
  std::vector<double> result =
      attend({*queryView, keys->view, values->view, queries, keys->values,
              values->values, attention.getScale().convertToDouble(),
              attention.getSoftcap().convertToDouble(), bias},
             resultView);
  setPresent(frame, attention.getPresentKey(), *keys);
  setPresent(frame, attention.getPresentValue(), *values);
  return frame.setResult(op, resultView.getShape(), result);
}
