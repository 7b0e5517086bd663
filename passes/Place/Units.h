//===- Units.h - the structural units of a step -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Cuts a step function where few bytes pass: between embedding, attention and
// feed-forward of each layer, and head. The cut follows from uses alone, never
// from names, and every operation belongs to one unit.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_PLACE_UNITS_H
#define TANDEM_PASSES_PLACE_UNITS_H

#include <vector>

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace tandem {

/// What a unit is for. `feedForward` is all of a layer that is not attention.
enum class UnitKind { embedding, attention, feedForward, head };

/// The word for a kind: "embedding", "attention", "ffn", "head".
llvm::StringRef toString(UnitKind kind);

/// Operations that would run on one chip together.
struct Unit {
  UnitKind kind;
  int64_t layer = 0; ///< of attention and feed-forward, from 0
  llvm::SmallVector<mlir::Operation *> operations;
};

/// The units of `step` (the level after split) in the order they run.
/// Constants and tables belong to whoever uses them, so to no unit.
std::vector<Unit> findUnits(mlir::func::FuncOp step);

/// Whether `value` is there before the first step: a constant or a table of
/// rotary angles.
bool isWeight(mlir::Value value);

} // namespace tandem

#endif // TANDEM_PASSES_PLACE_UNITS_H
