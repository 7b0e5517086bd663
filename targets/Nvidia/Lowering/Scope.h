//===- Scope.h - the values of a function in a program ----------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_NVIDIA_LOWERING_SCOPE_H
#define TANDEM_TARGETS_NVIDIA_LOWERING_SCOPE_H

#include "tandem/dialects/Onnx/IR/OnnxOps.h"
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
  /// The same with elements of another type, where it has not yet.
  mlir::Value rowsOf(mlir::Value value, llvm::ArrayRef<int64_t> shape,
                     bool isSelected, Element element);
  /// Rows of a value in its own shape.
  mlir::Value rowsAs(mlir::Value value, Element element, bool isSelected);
  /// What an element-wise step reads of `value` beside rows of `shape`.
  mlir::Value operand(mlir::Value value, llvm::ArrayRef<int64_t> shape,
                      bool isSelected);

  /// Whether the inputs of a node have a row for each selected token only.
  bool isOnSelected(onnx::NodeOp op) const;
  /// Launches a kernel for the node.
  void launch(onnx::NodeOp op, const Kernel &kernel, bool onSelected,
              mlir::ValueRange reads, mlir::ValueRange writes);
  Kernels &kernels() { return context.kernels; }

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
