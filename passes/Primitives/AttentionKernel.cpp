//===- AttentionKernel.cpp - attention of heads ------------------*- C++
//-*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Heads are independent and run in parallel; within a head everything runs in
// order, so results do not depend on threads.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Primitives/AttentionKernel.h"
#include "tandem/passes/Primitives/Softmax.h"

#include "llvm/Support/Parallel.h"

using namespace llvm;
using namespace tandem::primitives;

namespace {
/// The attention of one head in one batch row.
class HeadAttention {
public:
  HeadAttention(const AttentionArguments &arguments, int64_t row, int64_t head)
      : arguments(arguments), row(row), head(head),
        keyHead(head / (arguments.queryView.heads / arguments.keyView.heads)) {}

  /// Computes the result of query token `query`.
  void run(int64_t query, double *result);

private:
  double score(int64_t query, int64_t key, double bias);
  void note(ScoreRecord::Stage stage, int64_t query, int64_t key, double value);

  const AttentionArguments &arguments;
  int64_t row, head, keyHead;
  std::vector<double> scores;
};
} // namespace

void HeadAttention::note(ScoreRecord::Stage stage, int64_t query, int64_t key,
                         double value) {
  ScoreRecord *record = arguments.record;
  if (!record || record->stage != stage) {
    return;
  }
  const HeadView &queries = arguments.queryView;
  record->values[((row * queries.heads + head) * queries.tokens + query) *
                     arguments.keyView.tokens +
                 key] = value;
}

double HeadAttention::score(int64_t query, int64_t key, double bias) {
  // The product is not needed for keys that are left out.
  if (std::isinf(bias) && bias < 0 && !arguments.record) {
    return bias;
  }
  const double *a =
      &arguments.query[arguments.queryView.offset(row, query, head)];
  const double *b = &arguments.key[arguments.keyView.offset(row, key, keyHead)];
  double score = 0;
  for (int64_t i = 0; i < arguments.queryView.width; ++i) {
    score += a[i] * b[i];
  }
  score *= arguments.scale;
  note(ScoreRecord::scaled, query, key, score);
  if (arguments.softcap > 0) {
    score = arguments.softcap * std::tanh(score / arguments.softcap);
  }
  note(ScoreRecord::capped, query, key, score);
  score = std::isinf(bias) && bias < 0 ? bias : score + bias;
  note(ScoreRecord::biased, query, key, score);
  return score;
}

void HeadAttention::run(int64_t query, double *result) {
  int64_t keys = arguments.keyView.tokens;
  scores.clear();
  bool isEmpty = true;
  for (int64_t key = 0; key < keys; ++key) {
    double bias = arguments.bias({row, head, query, key});
    scores.push_back(score(query, key, bias));
    isEmpty &= std::isinf(bias) && bias < 0;
  }
  if (!arguments.sinks.empty()) {
    scores.push_back(arguments.sinks[head]);
  }
  if (isEmpty) {
    scores.assign(scores.size(), 0);
  } else {
    softmaxInPlace(scores);
  }
  const HeadView &values = arguments.valueView;
  std::fill_n(result, values.width, 0);
  for (int64_t key = 0; key < keys; ++key) {
    note(ScoreRecord::softmax, query, key, scores[key]);
    if (scores[key] == 0) {
      continue;
    }
    const double *value = &arguments.value[values.offset(row, key, keyHead)];
    for (int64_t i = 0; i < values.width; ++i) {
      result[i] += scores[key] * value[i];
    }
  }
}

std::vector<double>
tandem::primitives::attend(const AttentionArguments &arguments,
                           const HeadView &resultView) {
  const HeadView &queries = arguments.queryView;
  std::vector<double> result(resultView.getNumElements());
  if (arguments.record) {
    arguments.record->values.resize(queries.batch * queries.heads *
                                    queries.tokens * arguments.keyView.tokens);
  }
  auto attendHead = [&](size_t index) {
    int64_t row = index / queries.heads, head = index % queries.heads;
    HeadAttention attention(arguments, row, head);
    for (int64_t query = 0; query < queries.tokens; ++query) {
      attention.run(query, result.data() + resultView.offset(row, query, head));
    }
  };
  // Small products are not worth waking threads.
  int64_t heads = queries.batch * queries.heads;
  if (double(queries.getNumElements()) * arguments.keyView.tokens > 1e6) {
    parallelFor(0, heads, attendHead);
  } else {
    for (int64_t index = 0; index < heads; ++index) {
      attendHead(index);
    }
  }
  return result;
}

Error tandem::primitives::checkHeads(const HeadView &query, const HeadView &key,
                                     const HeadView &value) {
  if (query.width != key.width || key.heads != value.heads ||
      key.tokens != value.tokens || query.batch != key.batch ||
      key.batch != value.batch || key.heads == 0 ||
      query.heads % key.heads != 0) {
    return createStringError(
        "query, key and value have shapes " + printShape(query.getShape()) +
        ", " + printShape(key.getShape()) + " and " +
        printShape(value.getShape()) + ", which do not fit together");
  }
  return Error::success();
}

Expected<AddedScores> AddedScores::of(const Tensor &tensor,
                                      const HeadView &queries, int64_t keys) {
  if (!tensor) {
    return AddedScores();
  }
  int64_t width = tensor.getRank() == 0 ? 1 : tensor.getShape().back();
  Shape full = {queries.batch, queries.heads, queries.tokens,
                std::max(width, keys)};
  Expected<Shape> shape = broadcastShapes(tensor.getShape(), full);
  if (!shape) {
    return shape.takeError();
  }
  if (*shape != full) {
    return createStringError(
        "added scores have shape " + printShape(tensor.getShape()) +
        ", expected one that broadcasts to " + printShape(full));
  }
  return AddedScores{tensor.widen<double>(),
                     broadcastStrides(tensor.getShape(), full)};
}
