//===- Products.h - products inside of each token ---------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A MatMul or Einsum works token by token where batch and sequence lead each
// operand that depends on tokens, and the result, and nothing is summed over
// them.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_SPLIT_PRODUCTS_H
#define TANDEM_PASSES_SPLIT_PRODUCTS_H

#include <string>

#include "tandem/dialects/Onnx/IR/OnnxOps.h"

namespace tandem {

/// Whether the primitive is a MatMul or an Einsum.
bool isProduct(onnx::NodeOp op);

/// Empty if the product works token by token, the reason in words otherwise.
std::string
whyNotTokenProduct(onnx::NodeOp op,
                   llvm::function_ref<bool(mlir::Value)> isTokenMajor);

/// Rewrites the product, whose operands have lost a dimension.
void flattenProduct(onnx::NodeOp op);

} // namespace tandem

#endif // TANDEM_PASSES_SPLIT_PRODUCTS_H
