//===- Segments.h - a step in pieces, a chip each ---------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Cuts a step function at its transfers. What crosses becomes results of one
// piece and arguments of the next; constants, positions and rotary tables are
// computed in each piece that needs them; the cache of a piece holds its own
// layers only.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_OUTLINE_SEGMENTS_H
#define TANDEM_PASSES_OUTLINE_SEGMENTS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include "tandem/dialects/Deploy/IR/DeployOps.h"

namespace tandem {

/// A piece of a step. `function` is detached; its arguments are tokens or
/// activations, the rows, the cache, each where it is used; its results the
/// activations or logits, then the cache where the piece appends to it.
struct Segment {
  deploy::ChipAttr chip;
  int64_t stage = 0;
  mlir::OwningOpRef<mlir::func::FuncOp> function;
};

/// The pieces of `step` in order; the first runs on `first`. Fails, naming the
/// operation, where one uses what no transfer brings.
mlir::FailureOr<std::vector<Segment>> cutAtTransfers(mlir::func::FuncOp step,
                                                     deploy::ChipAttr first);

} // namespace tandem

#endif // TANDEM_PASSES_OUTLINE_SEGMENTS_H
