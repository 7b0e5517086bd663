//===- AttentionParts.h - what an attention consists of ---------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Provides the common result of the recognisers of attention, and the
// recognisers themselves: one for fused operators, one for arithmetic.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_RAISE_ATTENTIONPARTS_H
#define TANDEM_PASSES_RAISE_ATTENTIONPARTS_H

#include "tandem/dialects/Onnx/IR/OnnxOps.h"
#include "tandem/dialects/Transformer/IR/TransformerOps.h"

#include "mlir/IR/PatternMatch.h"

namespace tandem::raise {

class ElementAccess;

/// The category of remarks on attention.
inline constexpr llvm::StringLiteral attentionCategory = "raise-attention";

/// Operands and attributes of a `transformer.attention`, as they are found.
struct AttentionParts {
  mlir::Value query, key, value;
  mlir::Value pastKey, pastValue; ///< null where there is no cache
  mlir::Value padding, bias;      ///< null where absent
  int64_t heads = 0, kvHeads = 0;
  double scale = 1, softcap = 0;
  bool causal = false;
  int64_t window = 0; ///< 0: unlimited
};

/// Builds the operation; with a past, the presents have type `present`.
transformer::AttentionOp createAttention(const AttentionParts &parts,
                                         mlir::Type output,
                                         mlir::TypeRange presents,
                                         mlir::Location loc,
                                         mlir::OpBuilder &builder);

/// Cuts `packed` along its last dimension into parts of the given widths.
llvm::SmallVector<mlir::Value>
splitLastDimension(mlir::Value packed, llvm::ArrayRef<int64_t> widths,
                   mlir::Location loc, mlir::OpBuilder &builder);

/// Replaces Attention of ai.onnx and GroupQueryAttention; says why not.
void raiseFusedAttention(onnx::NodeOp node, ElementAccess &access,
                         mlir::IRRewriter &rewriter);

/// Replaces the attention around a Softmax; says why not.
void raiseDecomposedAttention(onnx::NodeOp softmax, ElementAccess &access,
                              mlir::IRRewriter &rewriter);

} // namespace tandem::raise

#endif // TANDEM_PASSES_RAISE_ATTENTIONPARTS_H
