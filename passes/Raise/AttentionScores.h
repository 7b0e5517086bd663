//===- AttentionScores.h - what is done to scores ---------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Provides the operators between the product of queries and keys and the
// softmax: scale, soft cap and masks.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_RAISE_ATTENTIONSCORES_H
#define TANDEM_PASSES_RAISE_ATTENTIONSCORES_H

#include "tandem/dialects/Onnx/IR/OnnxOps.h"

#include <optional>

namespace tandem::raise {

/// softcap * tanh(scale * product / softcap), then the masks; without a soft
/// cap scale * product.
struct Scores {
  onnx::NodeOp product; ///< MatMul of queries and keys
  double scale = 1, softcap = 0;
  llvm::SmallVector<mlir::Value> masks; ///< additive, or Boolean: true keeps
};

/// Reads `scores`, the input of a softmax, from the last operator to the first.
std::optional<Scores> readScores(mlir::Value scores);

} // namespace tandem::raise

#endif // TANDEM_PASSES_RAISE_ATTENTIONSCORES_H
