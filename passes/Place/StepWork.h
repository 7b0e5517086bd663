//===- StepWork.h - the work of a step, by structural unit -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Counts operations and bytes of a step function once, as formulas over the
// step's shape, so that a search can ask for any number of shapes.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_PLACE_STEPWORK_H
#define TANDEM_PASSES_PLACE_STEPWORK_H

#include <map>
#include <string>
#include <vector>

#include "tandem/dialects/Deploy/IR/Work.h"
#include "tandem/passes/Place/Quantity.h"
#include "tandem/passes/Place/Units.h"

namespace tandem {

/// One unit's work, or that of `times` equal ones.
struct UnitWork {
  UnitKind kind = UnitKind::embedding;
  int64_t times = 1;
  std::map<std::string, Quantity> flop; ///< of products, by element type
  Quantity weightBytes, cacheBytes, activationBytes;
  Quantity tokens; ///< rows of the products

  deploy::Work evaluate(const StepShape &shape) const;
};

/// The work of a step and the memory it lives in.
struct StepWork {
  mlir::func::FuncOp step; ///< what was counted
  /// Equal units stand once, in the order of their first.
  std::vector<UnitWork> units;
  int64_t layers = 0;
  int64_t weightBytes = 0;           ///< every weight once
  int64_t tableBytesPerPosition = 0; ///< rotary tables, per token of capacity
  int64_t cacheBytesPerToken = 0;    ///< over all layers

  /// The widest values that a step holds between units.
  double getActivationBytes(const StepShape &shape) const;
};

/// Counts `step` (the level after split). Products are linear layers and
/// attention; other operations count by the bytes that enter and leave their
/// unit, since targets fuse them.
StepWork countWork(mlir::func::FuncOp step);

} // namespace tandem

#endif // TANDEM_PASSES_PLACE_STEPWORK_H
