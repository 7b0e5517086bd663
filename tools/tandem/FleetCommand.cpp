//===- FleetCommand.cpp - tandem fleet -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

#include "Commands.h"
#include "Diagnostics.h"
#include "tandem/targets/Fleets/Fleet.h"
#include "tandem/targets/Fleets/HostFleet.h"
#include "tandem/targets/Interface/Target.h"

namespace tandem {

static ExitCode writeHostFleet(const std::string &path) {
  llvm::Expected<std::string> text = describeHost();
  if (!text) {
    return fail(ExitCode::Environment, text.takeError());
  }
  if (path.empty()) {
    llvm::outs() << *text;
    return ExitCode::Success;
  }
  std::error_code error;
  llvm::raw_fd_ostream file(path, error, llvm::sys::fs::CD_CreateNew);
  if (error) {
    return fail(ExitCode::Usage,
                "cannot write '" + path + "': " + error.message());
  }
  file << *text;
  llvm::errs() << "wrote " << path << "\n";
  return ExitCode::Success;
}

static ExitCode checkFleet(const std::string &name) {
  llvm::Expected<Fleet> fleet = loadFleet(name);
  if (!fleet) {
    return fail(ExitCode::Usage, fleet.takeError());
  }
  llvm::outs() << fleet->text;
  for (const Chip &chip : fleet->chips) {
    if (!lookupTarget(chip.target)) {
      llvm::outs() << llvm::formatv(
          "# chip '{0}' cannot be compiled for: this build has no target "
          "'{1}'\n",
          chip.name, chip.target);
    }
  }
  return ExitCode::Success;
}

ExitCode runFleet(const std::vector<std::string> &arguments) {
  std::string action = arguments.empty() ? "" : arguments[0];
  if (action == "init" && arguments.size() <= 2) {
    return writeHostFleet(arguments.size() == 2 ? arguments[1] : "");
  }
  if (action == "check" && arguments.size() == 2) {
    return checkFleet(arguments[1]);
  }
  return fail(ExitCode::Usage,
              "expected 'tandem fleet init [FILE]' or 'tandem fleet check "
              "FLEET'");
}

} // namespace tandem
