//===- PlaceModule.h - searches a placement for a program -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What the pass and the tools share: from options in text and a module to a
// searched placement.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_PLACE_PLACEMODULE_H
#define TANDEM_PASSES_PLACE_PLACEMODULE_H

#include "mlir/IR/BuiltinOps.h"

#include "tandem/passes/Place/Search.h"

namespace tandem {

/// Options of the pass tandem-assign-chips, as text.
struct PlacementOptions {
  int64_t capacityTokens = 4096; ///< tokens a cache slot holds
  std::string workload;          ///< see parseWorkload; empty: the default
  std::string slo;               ///< see parseSlo; empty: no limit
  std::string prefillChip;       ///< empty: any
  std::string decodeChip;        ///< empty: any
};

/// Resolves options against `module`, which holds `@step` and `deploy.fleet`.
/// Fails where one of them is missing, a text cannot be read, a chip is not of
/// the fleet, or a request does not fit a slot.
llvm::Expected<PlacementRequest>
makePlacementRequest(mlir::ModuleOp module, const PlacementOptions &options);

/// Searches the placement of `@step` on the chips of `deploy.fleet`.
Placement placeModule(mlir::ModuleOp module, const PlacementRequest &request);

/// Whether `@step` has a phase on several chips already: the user names the
/// stages of a pipeline, they are not searched.
bool hasStages(mlir::ModuleOp module);

} // namespace tandem

#endif // TANDEM_PASSES_PLACE_PLACEMODULE_H
