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
#include "tandem/targets/Fleets/Fleet.h"
#include "tandem/targets/Interface/Target.h"

namespace tandem {

ExitCode runTargets(const std::string &name) {
  if (!name.empty() && !lookupTarget(name)) {
    return fail(ExitCode::Usage, "no target is called '" + name +
                                     "'; 'tandem targets' lists them");
  }
  for (const std::unique_ptr<Target> &target : getTargets()) {
    if (name.empty() || target->getName() == name) {
      llvm::outs() << llvm::formatv("{0,-12} {1}\n", target->getName(),
                                    target->getDescription());
    }
  }
  if (!name.empty()) {
    return ExitCode::Success;
  }
  llvm::outs() << "\nbuilt-in fleets:\n";
  for (const std::string &fleetName : getBuiltInFleets()) {
    llvm::Expected<Fleet> fleet = loadFleet(fleetName);
    if (!fleet) {
      return fail(ExitCode::InternalError, fleet.takeError());
    }
    llvm::outs() << llvm::formatv("{0,-12}", fleet->name);
    for (const Chip &chip : fleet->chips) {
      llvm::outs() << llvm::formatv(" {0} ({1})", chip.name, chip.target);
    }
    llvm::outs() << "\n";
  }
  return ExitCode::Success;
}

} // namespace tandem
