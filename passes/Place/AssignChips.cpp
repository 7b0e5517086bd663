//===- AssignChips.cpp - choose the chip of each phase -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Reads fleet and step off the module, searches, writes the placement and
// reports every decision as a remark.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Place/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Remarks.h"

#include "tandem/passes/Place/PlaceModule.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::deploy;

namespace tandem {
#define GEN_PASS_DEF_ASSIGNCHIPSPASS
#include "tandem/passes/Place/Passes.h.inc"
} // namespace tandem

namespace {

void report(Location loc, const Placement &placement) {
  const Candidate &chosen = *placement.getChosen();
  auto options = remark::RemarkOpts::name("assign-chips").category("place");
  remark::passed(loc, options)
      << chosen.getName() + ": " + chosen.describe() + "; " +
             (placement.objective == Objective::price ? "price" : "time") +
             " decides, since " + placement.objectiveReason;
  for (const Candidate &other : placement.candidates) {
    if (&other != &chosen) {
      remark::missed(loc, options)
          << other.getName() + ": " + compareWithChosen(placement, other);
    }
  }
}

struct AssignChipsPass : tandem::impl::AssignChipsPassBase<AssignChipsPass> {
  using AssignChipsPassBase::AssignChipsPassBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    if (hasStages(module)) {
      return;
    }
    PlacementOptions options{capacityTokens, workload, slo, prefillChip,
                             decodeChip};
    auto request = makePlacementRequest(module, options);
    if (!request) {
      module.emitError(llvm::toString(request.takeError()));
      return signalPassFailure();
    }
    Placement placement = placeModule(module, *request);
    if (!placement.chosen) {
      std::vector<std::string> lines = describeInfeasible(placement, *request);
      InFlightDiagnostic error = module.emitError(lines.front());
      for (const std::string &line : llvm::drop_begin(lines)) {
        error.attachNote() << line;
      }
      return signalPassFailure();
    }
    auto step = module.lookupSymbol<func::FuncOp>("step");
    report(step.getLoc(), placement);
    Builder builder(&getContext());
    NamedAttrList chips;
    for (auto phase : step->getAttrOfType<ArrayAttr>("deploy.phases")
                          .getAsRange<StringAttr>()) {
      ChipInterface chip = phase.getValue() == "prefill"
                               ? placement.getChosen()->prefill
                               : placement.getChosen()->decode;
      chips.append(phase, chip.getChip());
    }
    step->setAttr("deploy.placement", chips.getDictionary(&getContext()));
  }
};

} // namespace
