//===- AttentionKernel.h - attention of heads --------------------*- C++
//-*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The attention that the primitive, ONNX Runtime's forms and the transformer
// operations share, in double.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_PRIMITIVES_ATTENTIONKERNEL_H
#define TANDEM_PASSES_PRIMITIVES_ATTENTIONKERNEL_H

#include "tandem/passes/Primitives/Heads.h"

#include "llvm/ADT/STLFunctionalExtras.h"

namespace tandem::primitives {

/// One score: of query token `query` of head `head` in batch row `row` with key
/// token `key`.
struct ScoreIndex {
  int64_t row, head, query, key;
};

/// A tensor that is added to scores: it broadcasts to [batch, heads, queries,
/// keys], where it may have more keys than there are.
struct AddedScores {
  std::vector<double> values; ///< empty where nothing is added
  Shape strides;              ///< along row, head, query and key

  static llvm::Expected<AddedScores> of(const Tensor &tensor,
                                        const HeadView &queries, int64_t keys);

  double at(const ScoreIndex &index) const {
    return values.empty()
               ? 0
               : values[index.row * strides[0] + index.head * strides[1] +
                        index.query * strides[2] + index.key * strides[3]];
  }
};

/// The scores at one point of the computation, for operators that return them.
struct ScoreRecord {
  enum Stage { scaled, capped, biased, softmax };
  Stage stage;
  std::vector<double> values; ///< [batch, heads, queries, keys]
};

/// What is attended to, and how.
struct AttentionArguments {
  HeadView queryView, keyView, valueView;
  llvm::ArrayRef<double> query, key, value;
  double scale;
  double softcap = 0;
  /// Added to a score; minus infinity leaves the key out. Called from several
  /// threads.
  llvm::function_ref<double(const ScoreIndex &)> bias;
  /// Per query head, the score of a key without a value; may be empty.
  llvm::ArrayRef<double> sinks = {};
  ScoreRecord *record = nullptr;
};

/// Softmax(scale * q.k, capped, biased) times the values, in the layout
/// `resultView`. A query without any key gives zeros.
std::vector<double> attend(const AttentionArguments &arguments,
                           const HeadView &resultView);

/// Fails unless heads and widths of the three fit together.
llvm::Error checkHeads(const HeadView &query, const HeadView &key,
                       const HeadView &value);

} // namespace tandem::primitives

#endif // TANDEM_PASSES_PRIMITIVES_ATTENTIONKERNEL_H
