//===- RowWise.h - operations that work row by row --------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Which operations treat each token alone, so that they carry over when batch
// and sequence become one dimension of tokens.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_SPLIT_ROWWISE_H
#define TANDEM_PASSES_SPLIT_ROWWISE_H

#include <string>

#include "tandem/dialects/Onnx/IR/OnnxOps.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace tandem {

/// Whether the primitive computes each element from the elements at its place.
bool isElementWise(onnx::NodeOp op);

/// Empty if `op` computes each token's results from that token's operands, the
/// reason in words otherwise. `isTokenMajor` says which operands lead with
/// batch and sequence; the others must be the same for every token.
std::string whyNotRowWise(mlir::Operation &op,
                          llvm::function_ref<bool(mlir::Value)> isTokenMajor);

/// `type` with its first two dimensions, batch and sequence, as one of tokens.
mlir::Type flattenTokens(mlir::Type type);

} // namespace tandem

#endif // TANDEM_PASSES_SPLIT_ROWWISE_H
