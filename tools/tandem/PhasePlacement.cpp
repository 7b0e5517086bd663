//===- PhasePlacement.cpp - places the phases of a model -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#include "PhasePlacement.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/StringExtras.h"

#include "Diagnostics.h"
#include "tandem/passes/Place/PlaceModule.h"
#include "tandem/targets/Interface/Target.h"

using namespace mlir;

namespace tandem {

/// An error where `name` is given and no chip of the fleet.
static llvm::Error checkChip(const Fleet &fleet, StringRef name) {
  auto names =
      llvm::map_range(fleet.chips, [](const Chip &chip) { return chip.name; });
  if (name.empty() || llvm::is_contained(names, name)) {
    return llvm::Error::success();
  }
  return llvm::createStringError("fleet '%s' has no chip '%s', only %s",
                                 fleet.name.c_str(), name.str().c_str(),
                                 llvm::join(names, ", ").c_str());
}

/// Whether an option names the stages of a pipeline.
static bool isList(StringRef chips) { return chips.contains(','); }

llvm::Error checkPlacementOptions(const CompileRequest &request,
                                  const Fleet &fleet) {
  llvm::Error errors = llvm::Error::success();
  auto add = [&](llvm::Error error) {
    errors = llvm::joinErrors(std::move(errors), std::move(error));
  };
  for (const std::string &chips : {request.prefillChip, request.decodeChip}) {
    for (StringRef name : llvm::split(chips, ',')) {
      add(checkChip(fleet, name));
    }
  }
  bool hasStages = isList(request.prefillChip) || isList(request.decodeChip);
  if (hasStages && request.prefillChip != request.decodeChip) {
    add(llvm::createStringError(
        "--prefill and --decode name different stages ('%s' and '%s'); stages "
        "run both phases: give both the same list",
        request.prefillChip.c_str(), request.decodeChip.c_str()));
  }
  if (!request.workload.empty()) {
    add(parseWorkload(request.workload).takeError());
  }
  if (!request.slo.empty()) {
    add(parseSlo(request.slo).takeError());
  }
  return errors;
}

/// Outlines a copy of the program for `chip` and asks its target. Diagnostics
/// tell what it refuses.
static LogicalResult checkProgram(Frontend &frontend, const Chip &chip,
                                  const Target &target) {
  OwningOpRef<ModuleOp> module = frontend.getModule().clone();
  auto step = module->lookupSymbol<func::FuncOp>("step");
  OpBuilder builder(step);
  deploy::ChipAttr attribute = toAttribute(chip, step.getContext());
  step->setAttr(
      "deploy.placement",
      builder.getDictionaryAttr({builder.getNamedAttr("prefill", attribute),
                                 builder.getNamedAttr("decode", attribute)}));
  if (failed(runStage(*lookupStage("outline"), *module, frontend.options))) {
    return failure();
  }
  LogicalResult result = success();
  for (deploy::PartOp part : module->getOps<deploy::PartOp>()) {
    if (failed(target.checkSupported(part))) {
      result = failure();
    }
  }
  return result;
}

Refusal findRefusal(Frontend &frontend, const Chip &chip) {
  Refusal refusal;
  const Target *target = lookupTarget(chip.target);
  if (!target) {
    refusal.isTargetMissing = true;
    refusal.reasons.push_back("chip '" + chip.name + "' names target '" +
                              chip.target +
                              "', which this build does not have; see 'tandem "
                              "targets'");
    return refusal;
  }
  ScopedDiagnosticHandler handler(
      &frontend.getContext(), [&](Diagnostic &diagnostic) {
        if (diagnostic.getSeverity() == DiagnosticSeverity::Error) {
          std::string where = describeLocation(diagnostic.getLocation());
          refusal.reasons.push_back((where.empty() ? "" : where + ": ") +
                                    diagnostic.str());
        }
        return success(); // the rest is about a copy of the program
      });
  if (failed(checkProgram(frontend, chip, *target)) &&
      refusal.reasons.empty()) {
    refusal.reasons.push_back("target '" + chip.target +
                              "' refuses the program");
  }
  return refusal;
}

/// The reasons in one line; `check` lists all.
static std::string summarize(const Refusal &refusal) {
  constexpr size_t shown = 3;
  size_t count = refusal.reasons.size();
  std::string text = llvm::join(
      llvm::ArrayRef(refusal.reasons).take_front(std::min(shown, count)), "; ");
  if (count > shown) {
    text += "; and " + std::to_string(count - shown) + " more";
  }
  return text;
}

llvm::Expected<PhasePlacement> estimatePlacements(Frontend &frontend,
                                                  const CompileRequest &request,
                                                  const Fleet &fleet) {
  std::map<std::string, std::string> excluded;
  for (const Chip &chip : fleet.chips) {
    if (fleet.chips.size() > 1 || !lookupTarget(chip.target)) {
      Refusal refusal = findRefusal(frontend, chip);
      if (!refusal.reasons.empty()) {
        excluded[chip.name] = summarize(refusal);
      }
    }
  }
  ModuleOp module = frontend.getModule();
  module->setAttr("deploy.fleet",
                  toAttribute(fleet, excluded, &frontend.getContext()));
  frontend.options.workload = request.workload;
  frontend.options.slo = request.slo;
  frontend.options.prefillChip = request.prefillChip;
  frontend.options.decodeChip = request.decodeChip;
  auto resolved = makePlacementRequest(
      module, {frontend.options.capacityTokens, request.workload, request.slo,
               request.prefillChip, request.decodeChip});
  if (!resolved) {
    return resolved.takeError();
  }
  return PhasePlacement{*resolved, placeModule(module, *resolved)};
}

/// Whether the program is what no allowed chip takes, rather than fleet, limit
/// or build.
static bool isProgramRefused(const Placement &placement, const Fleet &fleet) {
  return llvm::all_of(
             fleet.chips,
             [](const Chip &chip) { return lookupTarget(chip.target); }) &&
         llvm::all_of(placement.candidates, [](const Candidate &candidate) {
           return candidate.isRejectedFor(Obstacle::excluded);
         });
}

/// The request, with the chips of a program that was saved after place.
static CompileRequest followSaved(ModuleOp module,
                                  const CompileRequest &request) {
  CompileRequest resolved = request;
  auto step = module.lookupSymbol<func::FuncOp>("step");
  auto saved = step->getAttrOfType<DictionaryAttr>("deploy.placement");
  if (saved) {
    const std::pair<StringRef, std::string &> phases[] = {
        {"prefill", resolved.prefillChip}, {"decode", resolved.decodeChip}};
    for (auto &[phase, name] : phases) {
      if (auto chip = saved.getAs<deploy::ChipAttr>(phase)) {
        name = chip.getName().str();
      }
    }
  }
  return resolved;
}

/// Says on @step which chips are the stages of both phases.
static void placeStages(Frontend &frontend, const CompileRequest &request,
                        const Fleet &fleet) {
  auto step = frontend.getModule().lookupSymbol<func::FuncOp>("step");
  SmallVector<Attribute> chips;
  for (StringRef name : llvm::split(request.prefillChip, ',')) {
    const Chip &chip = *llvm::find_if(
        fleet.chips, [&](const Chip &c) { return c.name == name; });
    chips.push_back(toAttribute(chip, step.getContext()));
  }
  OpBuilder builder(step);
  ArrayAttr stages = builder.getArrayAttr(chips);
  step->setAttr(
      "deploy.placement",
      builder.getDictionaryAttr({builder.getNamedAttr("prefill", stages),
                                 builder.getNamedAttr("decode", stages)}));
}

ExitCode placePhases(Frontend &frontend, const CompileRequest &request,
                     const Fleet &fleet, PhasePlacement &result) {
  if (isList(request.prefillChip)) {
    placeStages(frontend, request, fleet);
  }
  if (hasStages(frontend.getModule())) {
    return frontend.run("place"); // not estimated: the user chose
  }
  // With one chip there is nothing to choose: its target says what it refuses,
  // operation by operation.
  const Target *target = lookupTarget(fleet.chips.front().target);
  if (fleet.chips.size() == 1 && target &&
      failed(checkProgram(frontend, fleet.chips.front(), *target))) {
    return ExitCode::Unsupported;
  }
  auto estimated = estimatePlacements(
      frontend, followSaved(frontend.getModule(), request), fleet);
  if (!estimated) {
    return fail(ExitCode::Infeasible, estimated.takeError());
  }
  result = std::move(*estimated);
  if (!result.placement.getChosen()) {
    return fail(isProgramRefused(result.placement, fleet)
                    ? ExitCode::Unsupported
                    : ExitCode::Infeasible,
                llvm::join(describeInfeasible(result.placement, result.request),
                           "\n  "));
  }
  return frontend.run("place");
}

} // namespace tandem
