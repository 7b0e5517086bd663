//===- CachePairs.h - pasts and presents of a graph -------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A file states by its inputs and outputs which present is the past of the next
// step. An append to a cache is the same only where that is what each attention
// returns.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_SPLIT_CACHEPAIRS_H
#define TANDEM_PASSES_SPLIT_CACHEPAIRS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Support/LLVM.h"

namespace tandem {

/// Whether `value` is a present of an attention.
bool isPresent(mlir::Value value);

/// Fails, naming every input and output at fault, unless each past is an input
/// of one attention and the output that follows it is the present of the same
/// attention. Inputs and outputs are paired by their names without the
/// beginning that all have in common, or by their order where those do not
/// agree.
mlir::LogicalResult verifyCachePairs(mlir::func::FuncOp graph);

} // namespace tandem

#endif // TANDEM_PASSES_SPLIT_CACHEPAIRS_H
