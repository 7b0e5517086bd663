//===- EvaluateGroupQueryAttention.cpp - GroupQueryAttention -----*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// ONNX Runtime's attention of decoders: packed or separate projections,
// rotation, a cache whose rows have lengths of their own, a window, sinks.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Primitives/AttentionKernel.h"
#include "tandem/passes/Primitives/Evaluation.h"
#include "tandem/passes/Primitives/Evaluators.h"
#include "tandem/passes/Primitives/Normalize.h"
#include "tandem/passes/Primitives/RotaryKernel.h"

using namespace mlir;
using namespace tandem::primitives;
using llvm::createStringError;
using llvm::Error;
using llvm::Expected;
using llvm::Twine;

namespace {
/// Queries, keys and values of the new tokens, token-major.
struct Projections {
  HeadView queryView, keyView;
  std::vector<double> query, key, value;
};

/// Tokens of each batch row.
struct Lengths {
  Shape past;       ///< in front of the new ones
  int64_t capacity; ///< tokens that the presents hold
};
} // namespace

/// Columns [begin, begin + width) of rows of `rowWidth` values.
static std::vector<double> takeColumns(ArrayRef<double> values,
                                       int64_t rowWidth, int64_t begin,
                                       int64_t width) {
  std::vector<double> result;
  for (size_t row = 0; row < values.size(); row += rowWidth) {
    llvm::append_range(result, values.slice(row + begin, width));
  }
  return result;
}

/// Reads query, key and value, which may be packed side by side in the query.
static Expected<Projections> readProjections(EvaluationContext &context) {
  const Tensor &query = context.getInput(0);
  int64_t heads = context.node.getInt("num_heads", 0);
  int64_t keyHeads = context.node.getInt("kv_num_heads", 0);
  bool isPacked = !context.hasInput(1);
  int64_t allHeads = isPacked ? heads + 2 * keyHeads : heads;
  if (heads < 1 || keyHeads < 1 || heads % keyHeads != 0 ||
      query.getRank() != 3 || query.getDim(2) == 0 ||
      query.getDim(2) % allHeads != 0) {
    return createStringError("query has shape " + printShape(query.getShape()) +
                             " for " + Twine(heads) + " query heads and " +
                             Twine(keyHeads) + " key heads");
  }
  int64_t batch = query.getDim(0), tokens = query.getDim(1);
  int64_t width = query.getDim(2) / allHeads;
  Projections result{HeadView::tokenMajor(batch, tokens, heads, width),
                     HeadView::tokenMajor(batch, tokens, keyHeads, width),
                     query.widen<double>(),
                     {},
                     {}};
  if (isPacked) {
    std::vector<double> packed = std::move(result.query);
    int64_t q = heads * width, k = keyHeads * width, all = q + 2 * k;
    result.query = takeColumns(packed, all, 0, q);
    result.key = takeColumns(packed, all, q, k);
    result.value = takeColumns(packed, all, q + k, k);
    return result;
  }
  for (unsigned index : {1, 2}) {
    if (context.getInput(index).getShape() !=
        ArrayRef<int64_t>(result.keyView.getShape())) {
      return createStringError("input " + Twine(index) + " has shape " +
                               printShape(context.getInput(index).getShape()) +
                               ", expected " +
                               printShape(result.keyView.getShape()));
    }
  }
  result.key = context.getInput(1).widen<double>();
  result.value = context.getInput(2).widen<double>();
  return result;
}

/// Reads how many tokens the rows hold: `seqlens_k` is the length less one.
static Expected<Lengths> readLengths(EvaluationContext &context,
                                     const HeadView &keys) {
  const Tensor &past = context.getInput(3);
  Shape last = context.getIntegers(5), total = context.getIntegers(6);
  if (static_cast<int64_t>(last.size()) != keys.batch || total.size() != 1) {
    return createStringError("there are " + Twine(last.size()) +
                             " lengths for " + Twine(keys.batch) + " rows");
  }
  int64_t held = past && past.getRank() == 4 ? past.getDim(2) : 0;
  bool isFirst = total[0] == keys.tokens;
  Lengths lengths{{}, std::max(held, total[0])};
  for (int64_t index : last) {
    int64_t pastTokens = isFirst ? 0 : index + 1 - keys.tokens;
    if (pastTokens < 0 || pastTokens > held ||
        pastTokens + keys.tokens > lengths.capacity) {
      return createStringError("a row has " + Twine(index + 1) +
                               " tokens with " + Twine(keys.tokens) +
                               " new ones, behind a past of " + Twine(held));
    }
    lengths.past.push_back(pastTokens);
  }
  Shape presents = {keys.batch, keys.heads, lengths.capacity, keys.width};
  if (Error error =
          context.check(context.getInput(0).getElementType(), presents)) {
    return error;
  }
  return lengths;
}

/// The past (a head-major buffer) with the new tokens of each row behind its
/// own past ones.
static Expected<JoinedHeads> appendRows(const Tensor &past,
                                        ArrayRef<double> fresh,
                                        const HeadView &view,
                                        const Lengths &lengths) {
  JoinedHeads joined{
      HeadView::headMajor(view.batch, view.heads, lengths.capacity, view.width),
      {}};
  joined.values.resize(joined.view.getNumElements());
  std::vector<double> old = past ? past.widen<double>() : std::vector<double>();
  int64_t held = past ? past.getDim(2) : 0;
  HeadView pastView =
      HeadView::headMajor(view.batch, view.heads, held, view.width);
  if (past && past.getShape() != ArrayRef<int64_t>(pastView.getShape())) {
    return createStringError("past has shape " + printShape(past.getShape()) +
                             ", expected " + printShape(pastView.getShape()));
  }
  for (int64_t row = 0; row < view.batch; ++row) {
    for (int64_t head = 0; head < view.heads; ++head) {
      double *target = &joined.values[joined.view.offset(row, 0, head)];
      if (lengths.past[row]) {
        // Only the row's own past, as ONNX Runtime does; the rest stays 0.
        std::copy_n(&old[pastView.offset(row, 0, head)],
                    lengths.past[row] * view.width, target);
      }
      for (int64_t token = 0; token < view.tokens; ++token) {
        std::copy_n(&fresh[view.offset(row, token, head)], view.width,
                    target + (lengths.past[row] + token) * view.width);
      }
    }
  }
  return joined;
}

/// Normalises each head of queries or keys by a weight of the head's width.
static Error normalizeHeads(EvaluationContext &context, const Tensor &weight,
                            std::vector<double> &values, const HeadView &view) {
  if (!weight) {
    return Error::success();
  }
  if (weight.getNumElements() != view.width) {
    return createStringError("norm weight has shape " +
                             printShape(weight.getShape()));
  }
  std::vector<double> scale = weight.widen<double>();
  double epsilon = context.node.getFloat("qk_norm_epsilon", 1e-6);
  for (size_t begin = 0; begin < values.size(); begin += view.width) {
    MutableArrayRef<double> head(values.data() + begin, view.width);
    normalizeByRootMeanSquare(head, epsilon);
    for (auto [value, factor] : llvm::zip(head, scale)) {
      value *= factor;
    }
  }
  return Error::success();
}

/// Rotates queries and keys by the tokens' positions, where asked for.
static Error rotateProjections(EvaluationContext &context,
                               Projections &projections,
                               const Lengths &lengths) {
  if (!context.node.getInt("do_rotary", 0)) {
    return Error::success();
  }
  if (!context.hasInput(7) || !context.hasInput(8)) {
    return createStringError("rotates without tables");
  }
  auto tables =
      RotaryTables::of(context.getInput(7), context.getInput(8),
                       context.node.getInt("rotary_interleaved", 0) != 0);
  if (!tables) {
    return tables.takeError();
  }
  const HeadView &view = projections.keyView;
  Shape positions = context.getIntegers(9);
  if (context.hasInput(9) &&
      static_cast<int64_t>(positions.size()) != view.batch * view.tokens) {
    return createStringError("there are " + Twine(positions.size()) +
                             " positions for " +
                             Twine(view.batch * view.tokens) + " tokens");
  }
  auto rowOf = [&](int64_t row, int64_t token) {
    return positions.empty() ? lengths.past[row] + token
                             : positions[row * view.tokens + token];
  };
  if (Error error =
          rotate(projections.query, projections.queryView, *tables, rowOf)) {
    return error;
  }
  return rotate(projections.key, view, *tables, rowOf);
}

/// Scores of a key without a value for each query head; empty where there is
/// none.
static Expected<std::vector<double>> readSinks(EvaluationContext &context,
                                               int64_t heads) {
  const Tensor &sinks = context.getInput(11);
  if (!sinks) {
    bool isSmooth = context.node.getInt("smooth_softmax", 0) > 0;
    return std::vector<double>(isSmooth ? heads : 0, 0);
  }
  if (sinks.getNumElements() != heads) {
    return createStringError("sinks have shape " +
                             printShape(sinks.getShape()) + " for " +
                             Twine(heads) + " heads");
  }
  return sinks.widen<double>();
}

/// Fails for what is not evaluated.
static Error checkSupport(EvaluationContext &context) {
  for (unsigned index : {12, 13}) {
    if (context.hasInput(index)) {
      return createStringError("a quantised cache is not supported");
    }
  }
  if (context.node.getInt("sliding_window_cache", 0)) {
    return createStringError("sliding_window_cache is not supported");
  }
  return Error::success();
}

Error evaluate::groupQueryAttention(EvaluationContext &context) {
  if (Error error = checkSupport(context)) {
    return error;
  }
  auto projections = readProjections(context);
  if (!projections) {
    return projections.takeError();
  }
  const HeadView &queryView = projections->queryView;
  const HeadView &keyView = projections->keyView;
  auto lengths = readLengths(context, keyView);
  if (!lengths) {
    return lengths.takeError();
  }
  if (Error error = normalizeHeads(context, context.getInput(14),
                                   projections->query, queryView)) {
    return error;
  }
  if (Error error = normalizeHeads(context, context.getInput(15),
                                   projections->key, keyView)) {
    return error;
  }
  if (Error error = rotateProjections(context, *projections, *lengths)) {
    return error;
  }
  auto keys =
      appendRows(context.getInput(3), projections->key, keyView, *lengths);
  if (!keys) {
    return keys.takeError();
  }
  auto values =
      appendRows(context.getInput(4), projections->value, keyView, *lengths);
  if (!values) {
    return values.takeError();
  }
  auto sinks = readSinks(context, queryView.heads);
  if (!sinks) {
    return sinks.takeError();
  }

  auto addends =
      AddedScores::of(context.getInput(10), queryView, lengths->capacity);
  if (!addends) {
    return addends.takeError();
  }
  int64_t window = context.node.getInt("local_window_size", -1);
  auto bias = [&](const ScoreIndex &index) -> double {
    int64_t position = lengths->past[index.row] + index.query;
    if (index.key > position ||
        (window > 0 && index.key <= position - window)) {
      return -HUGE_VAL;
    }
    return addends->at(index);
  };
  double scale = context.node.getFloat("scale", 0);
  if (scale == 0) {
    scale = 1 / std::sqrt(static_cast<double>(queryView.width));
  }
  std::vector<double> result =
      attend({queryView, keys->view, values->view, projections->query,
              keys->values, values->values, scale,
              context.node.getFloat("softcap", 0), bias, *sinks},
             queryView);
  Type elementType = context.getInput(0).getElementType();
  if (Error error =
          context.give(1, elementType, keys->view.getShape(), keys->values)) {
    return error;
  }
  if (Error error = context.give(2, elementType, values->view.getShape(),
                                 values->values)) {
    return error;
  }
  return context.give(0, elementType, queryView.getShape(), result);
}
