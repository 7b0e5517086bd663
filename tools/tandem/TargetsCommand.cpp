//===- TargetsCommand.cpp - tandem targets -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

#include "Commands.h"
#include "Diagnostics.h"
#include "tandem/targets/Fleets/FigureText.h"
#include "tandem/targets/Fleets/Fleet.h"
#include "tandem/targets/Interface/Target.h"

namespace tandem {

static void showFigure(const std::string &name, const Figure &figure,
                       deploy::Dimension dimension) {
  llvm::outs() << llvm::formatv("    {0,-20} {1,-16} {2,-9} {3}\n", name,
                                formatFigure(dimension, figure.value),
                                stringifyFigureKind(figure.kind),
                                figure.source);
}

/// A target, and the figures of the chips that it compiles for.
static void showTarget(const Target &target) {
  llvm::outs() << target.getName() << ": " << target.getDescription() << "\n";
  for (const ChipDescription &chip : getChipDescriptions()) {
    if (chip.target != target.getName()) {
      continue;
    }
    llvm::outs() << "\n  " << chip.name << ": " << chip.summary << "\n";
    for (const deploy::FigureKey &key : deploy::getFigureKeys()) {
      for (const auto &[name, figure] : chip.figures) {
        const deploy::FigureKey *own = deploy::lookupFigureKey(name);
        if (own->name == key.name) {
          showFigure(name, figure, key.dimension);
        }
      }
    }
  }
}

static ExitCode showFleets() {
  llvm::outs() << "\nbuilt-in fleets:\n";
  for (const std::string &fleetName : getBuiltInFleets()) {
    llvm::Expected<Fleet> fleet = loadFleet(fleetName);
    if (!fleet) {
      return fail(ExitCode::InternalError, fleet.takeError());
    }
    llvm::outs() << llvm::formatv("{0,-12}", fleet->name);
    for (const Chip &chip : fleet->chips) {
      llvm::outs() << llvm::formatv(
          " {0} ({1}{2})", chip.name, chip.target,
          lookupTarget(chip.target) ? "" : ", not in this build");
    }
    llvm::outs() << "\n";
  }
  return ExitCode::Success;
}

ExitCode runTargets(const std::string &name) {
  if (!name.empty()) {
    const Target *target = lookupTarget(name);
    if (!target) {
      return fail(ExitCode::Usage, "no target is called '" + name +
                                       "'; 'tandem targets' lists them");
    }
    showTarget(*target);
    return ExitCode::Success;
  }
  for (const std::unique_ptr<Target> &target : getTargets()) {
    llvm::outs() << llvm::formatv("{0,-12} {1}\n", target->getName(),
                                  target->getDescription());
  }
  return showFleets();
}

} // namespace tandem
