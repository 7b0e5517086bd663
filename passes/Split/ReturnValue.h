//===- ReturnValue.h - values of a step by node -----------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Which node of the file an operation computes, for comparisons node by node.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_SPLIT_RETURNVALUE_H
#define TANDEM_PASSES_SPLIT_RETURNVALUE_H

#include "mlir/IR/Operation.h"

namespace tandem {

/// The name of the file's node that `op` stands for; empty where it has none.
llvm::StringRef nodeOf(mlir::Operation *op);

/// Whether the first result of `op` is a row of floats for each token.
bool hasRows(mlir::Operation *op);

} // namespace tandem

#endif // TANDEM_PASSES_SPLIT_RETURNVALUE_H
