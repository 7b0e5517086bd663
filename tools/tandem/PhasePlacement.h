//===- PhasePlacement.h - places the phases of a model -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Joins what passes/Place cannot see: the fleet's figures, the targets of this
// build and what they refuse.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TOOLS_TANDEM_PHASEPLACEMENT_H
#define TANDEM_TOOLS_TANDEM_PHASEPLACEMENT_H

#include "Frontend.h"
#include "tandem/passes/Place/Search.h"
#include "tandem/targets/Fleets/Fleet.h"

namespace tandem {

/// What was asked and what was found.
struct PhasePlacement {
  PlacementRequest request;
  Placement placement;
};

/// Errors in --prefill, --decode, --slo and --workload that need no model.
llvm::Error checkPlacementOptions(const CompileRequest &request,
                                  const Fleet &fleet);

/// Why a chip cannot run the program; without reasons, it can.
struct Refusal {
  bool isTargetMissing = false;
  std::vector<std::string> reasons; ///< of the target: one for each operation
};

/// Whether `chip` can run the program, which is at the level after split.
Refusal findRefusal(Frontend &frontend, const Chip &chip);

/// Estimates every choice of chips for the program, at the level after split,
/// and leaves the fleet on the module. Of a fleet with one chip, what its
/// target refuses is left to the target's own diagnostics.
llvm::Expected<PhasePlacement> estimatePlacements(Frontend &frontend,
                                                  const CompileRequest &request,
                                                  const Fleet &fleet);

/// Runs stage place, with a message where nothing is feasible.
ExitCode placePhases(Frontend &frontend, const CompileRequest &request,
                     const Fleet &fleet, PhasePlacement &result);

} // namespace tandem

#endif // TANDEM_TOOLS_TANDEM_PHASEPLACEMENT_H
