//===- Scope.h - the values of a function in a program ----------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_NVIDIA_LOWERING_SCOPE_H
#define TANDEM_TARGETS_NVIDIA_LOWERING_SCOPE_H

#include "tandem/targets/Nvidia/Lowering/ProgramBuilder.h"

namespace tandem::nvidia {

/// Values of one function, as the launches of a program see them.
struct Scope {
  Scope(PlanContext &context, ProgramBuilder &builder)
      : context(context), builder(builder) {}

  /// New rows for `value`: in the place of what the program returns, where it
  /// is that.
  Rows makeRows(mlir::Value value, bool isSelected, int64_t terms = 0);
  /// The buffer of a weight that is no matrix.
  mlir::Value vector(mlir::Value weight);
  /// `value` repeated to rows of `shape`, where it is not yet.
  mlir::Value rowsOf(mlir::Value value, llvm::ArrayRef<int64_t> shape,
                     bool isSelected);
  /// What an element-wise step reads of `value` beside rows of `shape`.
  mlir::Value operand(mlir::Value value, llvm::ArrayRef<int64_t> shape,
                      bool isSelected);

  PlanContext &context;
  ProgramBuilder &builder;
  llvm::DenseMap<mlir::Value, Rows> rows; ///< of tensors, ids and positions
  llvm::DenseMap<mlir::Value, int64_t> indices;
  llvm::DenseMap<mlir::Value, int64_t> entries; ///< of weights
  /// What the phase returns, where it is made in its place.
  mlir::Value result;
};

} // namespace tandem::nvidia

#endif // TANDEM_TARGETS_NVIDIA_LOWERING_SCOPE_H
