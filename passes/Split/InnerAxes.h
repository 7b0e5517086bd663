//===- InnerAxes.h - primitives along axes behind tokens --------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A primitive that names axes works token by token where each of them lies
// behind batch and sequence. It carries over when these become one dimension
// if its axes are counted from the end.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_SPLIT_INNERAXES_H
#define TANDEM_PASSES_SPLIT_INNERAXES_H

#include <string>

#include "tandem/dialects/Onnx/IR/OnnxOps.h"

namespace tandem {

/// Whether the primitive is said by axes: Softmax, ReduceSum, Transpose, ...
bool hasAxes(onnx::NodeOp op);

/// Empty if every axis of `op`, which leads with batch and sequence, lies
/// behind them; the reason in words otherwise.
std::string whyNotInner(onnx::NodeOp op,
                        llvm::function_ref<bool(mlir::Value)> isTokenMajor);

/// Rewrites what says the axes of `op`, whose inputs have lost a dimension;
/// its first input had `rank`. `makeIntegers` makes a constant list.
void flattenAxes(
    onnx::NodeOp op, int64_t rank,
    llvm::function_ref<mlir::Value(llvm::ArrayRef<int64_t>)> makeIntegers);

} // namespace tandem

#endif // TANDEM_PASSES_SPLIT_INNERAXES_H
