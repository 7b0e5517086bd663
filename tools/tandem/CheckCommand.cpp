//===- CheckCommand.cpp - tandem check -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

#include "Commands.h"
#include "Diagnostics.h"
#include "Frontend.h"
#include "ModelFacts.h"
#include "PhasePlacement.h"
#include "TextSupport.h"

using namespace mlir;

namespace tandem {

/// Runs every stage up to the parts; code and weights are left alone.
static ExitCode runStages(Frontend &frontend) {
  if (ExitCode code = frontend.load(); code != ExitCode::Success) {
    return code;
  }
  for (llvm::StringRef stage : {"simplify", "raise", "split"}) {
    if (ExitCode code = frontend.run(stage); code != ExitCode::Success) {
      return code;
    }
  }
  return frontend.chooseCapacity();
}

static void report(Frontend &frontend) {
  runtime::ModelFacts facts = describeModel(frontend.getModule());
  runtime::CacheContract cache =
      describeCache(frontend.getModule(), frontend.getCapacity().tokens);
  llvm::outs() << llvm::formatv(
      "{0} layers, {1} query and {2} key heads of width {3}, vocabulary {4}\n",
      facts.layers, facts.queryHeads, facts.keyValueHeads, facts.headDim,
      facts.vocabulary);
  llvm::outs() << llvm::formatv("context {0} tokens ({1})\n",
                                frontend.getCapacity().tokens,
                                frontend.getCapacity().cause);
  for (const std::string &assumption : cache.assumptions) {
    llvm::outs() << "assumes: " << assumption << "\n";
  }
}

/// What a chip needs and has for both phases, in one line.
static std::string describeMemory(const Candidate &candidate) {
  const MemoryUse &use = candidate.decodeMemory;
  std::string text = llvm::formatv(
      "needs {0} (weights {1}, {2} cache slots {3}, activations {4})",
      formatBytes(use.getBytes()), formatBytes(use.weightBytes), use.slots,
      formatBytes(use.cacheBytes), formatBytes(use.activationBytes));
  std::optional<double> memory = candidate.decode.getMemoryBytes();
  return text + (memory ? " of " + formatBytes(*memory)
                        : ", its memory is not stated");
}

/// The candidate of `chip` alone.
static const Candidate &findAlone(const Placement &placement,
                                  const Chip &chip) {
  return *llvm::find_if(placement.candidates, [&](const Candidate &candidate) {
    deploy::ChipInterface decode = candidate.decode;
    return !candidate.isSplit() && decode.getChip().getName() == chip.name;
  });
}

/// A line for each chip and every operation that its target refuses, then what
/// the model of the chips says.
static ExitCode reportChips(Frontend &frontend, const CompileRequest &request,
                            const Fleet &fleet) {
  auto estimated = estimatePlacements(frontend, request, fleet);
  if (!estimated) {
    return fail(ExitCode::Infeasible, estimated.takeError());
  }
  const Placement &placement = estimated->placement;
  bool canRun = false, isTargetMissing = false;
  for (const Chip &chip : fleet.chips) {
    Refusal refusal = findRefusal(frontend, chip);
    llvm::outs() << llvm::formatv(
        "{0} ({1}): {2}\n", chip.name, chip.target,
        refusal.reasons.empty() ? "prefill and decode can run; " +
                                      describeMemory(findAlone(placement, chip))
                                : "cannot run");
    llvm::outs().flush();
    for (const std::string &reason : refusal.reasons) {
      fail(ExitCode::Unsupported, reason);
    }
    canRun |= refusal.reasons.empty();
    isTargetMissing |= refusal.isTargetMissing;
  }
  if (!canRun) {
    return isTargetMissing ? ExitCode::Infeasible : ExitCode::Unsupported;
  }
  if (!placement.getChosen()) {
    return fail(
        ExitCode::Infeasible,
        llvm::join(describeInfeasible(placement, estimated->request), "\n  "));
  }
  llvm::outs() << llvm::formatv(
      "modelled for {0}: {1}: {2}\n", toString(estimated->request.workload),
      placement.getChosen()->getName(), placement.getChosen()->describe());
  return ExitCode::Success;
}

ExitCode runCheck(const CompileRequest &request) {
  llvm::Expected<Fleet> fleet = loadFleet(request.fleet);
  if (!fleet) {
    return fail(ExitCode::Usage, fleet.takeError());
  }
  if (llvm::Error error = checkPlacementOptions(request, *fleet)) {
    return fail(ExitCode::Usage, std::move(error));
  }
  Frontend frontend(request);
  DiagnosticPrinter printer(&frontend.getContext());
  if (ExitCode code = runStages(frontend); code != ExitCode::Success) {
    return code;
  }
  std::vector<std::string> gaps;
  if (ExitCode code = checkText(frontend, gaps); code != ExitCode::Success) {
    return code;
  }
  report(frontend);
  llvm::outs() << describeText(gaps) << "\n";
  return reportChips(frontend, request, *fleet);
}

} // namespace tandem
