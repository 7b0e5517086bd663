//===- Activations.h - what a step computes from its tokens -----*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Tells the values that depend on the tokens of a step from those that any chip
// can compute for itself: constants, positions, rotary tables.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_OUTLINE_ACTIVATIONS_H
#define TANDEM_PASSES_OUTLINE_ACTIVATIONS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/DenseSet.h"

namespace tandem {

/// The activations of a step function: tensors computed from tokens or caches.
class Activations {
public:
  explicit Activations(mlir::func::FuncOp step);

  bool contains(mlir::Value value) const { return values.contains(value); }

private:
  llvm::DenseSet<mlir::Value> values;
};

} // namespace tandem

#endif // TANDEM_PASSES_OUTLINE_ACTIVATIONS_H
