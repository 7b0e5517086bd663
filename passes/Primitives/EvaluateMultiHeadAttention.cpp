//===- EvaluateMultiHeadAttention.cpp - MultiHeadAttention -------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// ONNX Runtime's attention of encoders and of exports with repeated keys:
// separate projections of as many heads, a padding mask, added scores.
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

/// Adds columns [begin, ...) of the bias of all three projections to one.
static Expected<Tensor> addBias(const Tensor &input, const Tensor &bias,
                                int64_t begin) {
  if (!bias) {
    return input;
  }
  int64_t width = input.getShape().back();
  if (begin + width > bias.getNumElements()) {
    return createStringError("bias has shape " + printShape(bias.getShape()));
  }
  std::vector<double> values = input.widen<double>(),
                      addends = bias.widen<double>();
  for (size_t i = 0; i < values.size(); ++i) {
    values[i] += addends[begin + i % width];
  }
  return Tensor::narrow(input.getElementType(), input.getShape(), values);
}

Error evaluate::multiHeadAttention(EvaluationContext &context) {
  int64_t heads = context.node.getInt("num_heads", 0);
  for (unsigned index : {0, 1, 2}) {
    if (context.getInput(index).getRank() != 3 || !context.hasInput(index)) {
      return createStringError("packed projections are not supported");
    }
  }
  for (unsigned index : {8, 9}) {
    if (context.hasInput(index)) {
      return createStringError("a shared cache buffer is not supported");
    }
  }
  Tensor projections[3];
  int64_t begin = 0;
  for (unsigned index : {0, 1, 2}) {
    auto biased = addBias(context.getInput(index), context.getInput(3), begin);
    if (!biased) {
      return biased.takeError();
    }
    projections[index] = *biased;
    begin += biased->getShape().back();
  }
  auto queryView = HeadView::of(projections[0], heads, "query");
  if (!queryView) {
    return queryView.takeError();
  }
  auto keyView = HeadView::of(projections[1], heads, "key");
  if (!keyView) {
    return keyView.takeError();
  }
  auto valueView = HeadView::of(projections[2], heads, "value");
  if (!valueView) {
    return valueView.takeError();
  }
  auto keys = joinHeads(context.getInput(6), projections[1], *keyView);
  if (!keys) {
    return keys.takeError();
  }
  auto values = joinHeads(context.getInput(7), projections[2], *valueView);
  if (!values) {
    return values.takeError();
  }
  if (Error error = checkHeads(*queryView, keys->view, values->view)) {
    return error;
  }
  int64_t total = keys->view.tokens, past = total - keyView->tokens;
  auto added = AddedScores::of(context.getInput(5), *queryView, total);
  if (!added) {
    return added.takeError();
  }
  Shape mask = context.getIntegers(4);
  if (context.hasInput(4) &&
      static_cast<int64_t>(mask.size()) != queryView->batch * total) {
    return createStringError("a mask other than one value for each key is not "
                             "supported");
  }
  bool isCausal = context.node.getInt("unidirectional", 0);
  double filter = context.node.getFloat("mask_filter_value", -10000);
  auto bias = [&](const ScoreIndex &index) -> double {
    if (isCausal && index.key > past + index.query) {
      return -HUGE_VAL;
    }
    bool isMasked = !mask.empty() && mask[index.row * total + index.key] == 0;
    return added->at(index) + (isMasked ? filter : 0);
  };
  double scale = context.node.getFloat("scale", 0);
  if (scale == 0) {
    scale = 1 / std::sqrt(static_cast<double>(queryView->width));
  }
  HeadView resultView = HeadView::tokenMajor(
      queryView->batch, queryView->tokens, heads, valueView->width);
  std::vector<double> queries = projections[0].widen<double>();
  std::vector<double> result =
      attend({*queryView, keys->view, values->view, queries, keys->values,
              values->values, scale, /*softcap=*/0, bias},
             resultView);
  Type elementType = context.getInput(0).getElementType();
  if (Error error =
          context.give(1, elementType, keys->view.getShape(), keys->values)) {
    return error;
  }
  if (Error error = context.give(2, elementType, values->view.getShape(),
                                 values->values)) {
    return error;
  }
  return context.give(0, elementType, resultView.getShape(), result);
}
