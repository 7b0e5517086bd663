//===- EvaluateRotary.cpp - rotary position embeddings -----------*- C++
//-*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// RotaryEmbedding of opset 23 and ONNX Runtime's, which orders its inputs
// otherwise.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Primitives/Evaluation.h"
#include "tandem/passes/Primitives/Evaluators.h"
#include "tandem/passes/Primitives/RotaryKernel.h"

using namespace mlir;
using namespace tandem::primitives;
using llvm::createStringError;
using llvm::Error;
using llvm::Expected;

/// Gives input 0 rotated. `positions` is [B, S], one offset for all tokens, or
/// omitted where the tables hold a row for each token of each batch row.
static Error giveRotated(EvaluationContext &context, const HeadView &view,
                         const Tensor &cosines, const Tensor &sines,
                         const Tensor &positions) {
  auto tables = RotaryTables::of(cosines, sines,
                                 context.node.getInt("interleaved", 0) != 0);
  if (!tables) {
    return tables.takeError();
  }
  int64_t rotated = context.node.getInt("rotary_embedding_dim", 0);
  if (rotated != 0 && rotated != 2 * tables->columns) {
    return createStringError("rotary_embedding_dim is " + llvm::Twine(rotated) +
                             " for tables of " + llvm::Twine(tables->columns) +
                             " columns");
  }
  SmallVector<int64_t> rows;
  if (positions) {
    rows = positions.toIntegers();
  }
  int64_t perRow = view.tokens;
  bool isOffset = positions && rows.size() == 1 && view.batch * perRow != 1;
  if (positions && !isOffset &&
      static_cast<int64_t>(rows.size()) != view.batch * perRow) {
    return createStringError("positions have shape " +
                             printShape(positions.getShape()));
  }
  // Tables by token may serve all batch rows.
  bool isShared = !positions && tables->rows == perRow;
  auto rowOf = [&](int64_t row, int64_t token) {
    if (isOffset) {
      return rows[0] + token;
    }
    int64_t index = row * perRow + token;
    return positions ? rows[index] : isShared ? token : index;
  };
  const Tensor &input = context.getInput(0);
  std::vector<double> values = input.widen<double>();
  if (Error error = rotate(values, view, *tables, rowOf)) {
    return error;
  }
  return context.give(0, input.getElementType(), input.getShape(), values);
}

Error evaluate::rotaryEmbedding(EvaluationContext &context) {
  auto view = HeadView::of(context.getInput(0),
                           context.node.getInt("num_heads", 0), "input");
  if (!view) {
    return view.takeError();
  }
  return giveRotated(context, *view, context.getInput(1), context.getInput(2),
                     context.getInput(3));
}

Error evaluate::contributedRotaryEmbedding(EvaluationContext &context) {
  const Tensor &input = context.getInput(0), &cosines = context.getInput(2);
  int64_t heads = context.node.getInt("num_heads", 0);
  // Without a number of heads, a head is as wide as the tables rotate.
  if (heads == 0 && input.getRank() == 3 && cosines.getRank() == 2 &&
      cosines.getDim(1) > 0) {
    heads = input.getDim(2) / (2 * cosines.getDim(1));
  }
  auto view = HeadView::of(input, heads, "input");
  if (!view) {
    return view.takeError();
  }
  return giveRotated(context, *view, cosines, context.getInput(3),
                     context.getInput(1));
}
