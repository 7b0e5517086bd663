//===- Schedule.h - the order of work in a function -------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Operations become stages. A stage is one parallel region: token-wise
// operations that follow each other (a task takes a run of tokens through all
// of them), or all linear layers that are ready, with what follows each as its
// epilogue, or attentions. Calls and loops over layers are stages of their own.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_X86_LOWERING_SCHEDULE_H
#define TANDEM_TARGETS_X86_LOWERING_SCHEDULE_H

#include "tandem/dialects/Transformer/IR/TransformerOps.h"
#include "tandem/targets/X86/Lowering/Support.h"

namespace tandem::x86 {

/// How the rows of a value lie: as they are computed, or packed for products
/// as tiles of floats (Kernels.h) or in 8 bits (QuantizedRows.h).
enum class RowForm { plain, tiles, bytes };

using PackedValue = std::pair<mlir::Value, RowForm>;

/// An element-wise step after a linear layer.
struct FusedStep {
  std::string function;
  mlir::Value operand; ///< null for a function of one argument
};

/// One or two products over the same columns and what follows them.
struct LinearWork {
  transformer::LinearOp linear;
  /// With `glu`: the layer that makes the gate.
  transformer::LinearOp gate;
  std::string glu;
  /// The columns of the weight: [firstColumn, firstColumn + columns).
  int64_t firstColumn = 0, columns = 0;
  llvm::SmallVector<FusedStep> steps;
  mlir::Value result;
  /// On the selected tokens, not on all.
  bool onSelected = false;
  /// Operations that this covers.
  llvm::SmallVector<mlir::Operation *> fused;

  mlir::Value input() const { return transformer::LinearOp(linear).getInput(); }
  PackedValue packedInput() const;
  int64_t depth() const { return transformer::LinearOp(linear).getK(); }
};

/// A parallel region, or a call or loop.
struct Stage {
  explicit Stage(WorkKind kind, bool onSelected = false)
      : kind(kind), onSelected(onSelected) {}

  WorkKind kind;
  /// Token-wise: on the selected tokens, not on all.
  bool onSelected;
  llvm::SmallVector<mlir::Operation *> operations;
  /// Values that are packed for the linear layers, after the operations.
  llvm::SmallVector<PackedValue> packed;
  llvm::SmallVector<LinearWork> linears;
  /// Of a loop over layers: its body.
  std::vector<Stage> body;

  /// Values that the stage reads and makes, nested ones included.
  void collect(llvm::SmallVectorImpl<mlir::Value> &reads,
               llvm::SmallVectorImpl<mlir::Value> &writes) const;
};

/// The form in which `linear` reads its input.
RowForm inputFormOf(transformer::LinearOp linear);

/// The values of `block` and of the loops in it that have a row for each
/// selected token instead of each token.
llvm::DenseSet<mlir::Value> findSelected(mlir::Block &block);

/// The stages of `block`, whose operations are supported. `selected` is of the
/// whole function.
std::vector<Stage> scheduleBlock(mlir::Block &block,
                                 const llvm::DenseSet<mlir::Value> &selected);

} // namespace tandem::x86

#endif // TANDEM_TARGETS_X86_LOWERING_SCHEDULE_H
