//===- CheckCommand.cpp - tandem check -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include "Commands.h"
#include "Diagnostics.h"
#include "Frontend.h"
#include "ModelFacts.h"
#include "tandem/targets/Interface/Target.h"

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

/// Whether both phases can run on `chip`.
static ExitCode checkChip(Frontend &frontend, const Chip &chip) {
  const Target *target = lookupTarget(chip.target);
  if (!target) {
    return fail(ExitCode::Infeasible, "chip '" + chip.name +
                                          "' names target '" + chip.target +
                                          "', which this build does not have");
  }
  OwningOpRef<ModuleOp> module = frontend.getModule().clone();
  auto step = module->lookupSymbol<func::FuncOp>("step");
  OpBuilder builder(step);
  deploy::ChipAttr attribute = toAttribute(chip, step.getContext());
  step->setAttr(
      "deploy.placement",
      builder.getDictionaryAttr({builder.getNamedAttr("prefill", attribute),
                                 builder.getNamedAttr("decode", attribute)}));
  if (failed(runStage(*lookupStage("outline"), *module, frontend.options))) {
    return ExitCode::Unsupported;
  }
  for (deploy::PartOp part : module->getOps<deploy::PartOp>()) {
    if (failed(target->checkSupported(part))) {
      return ExitCode::Unsupported;
    }
  }
  llvm::outs() << llvm::formatv("{0} ({1}): prefill and decode can run\n",
                                chip.name, chip.target);
  return ExitCode::Success;
}

ExitCode runCheck(const CompileRequest &request) {
  llvm::Expected<Fleet> fleet = loadFleet(request.fleet);
  if (!fleet) {
    return fail(ExitCode::Usage, fleet.takeError());
  }
  Frontend frontend(request);
  DiagnosticPrinter printer(&frontend.getContext());
  if (ExitCode code = runStages(frontend); code != ExitCode::Success) {
    return code;
  }
  report(frontend);
  for (const Chip &chip : fleet->chips) {
    if (ExitCode code = checkChip(frontend, chip); code != ExitCode::Success) {
      return code;
    }
  }
  return ExitCode::Success;
}

} // namespace tandem
