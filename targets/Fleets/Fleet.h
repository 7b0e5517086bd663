//===- Fleet.h - the chips that a user has ----------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A fleet is data: a YAML file, or a built-in one by name.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_FLEETS_FLEET_H
#define TANDEM_TARGETS_FLEETS_FLEET_H

#include <map>
#include <string>
#include <vector>

#include "tandem/dialects/Deploy/IR/DeployOps.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace tandem {

/// A chip of the fleet.
struct Chip {
  std::string name;   ///< as the plan and the bundle call it
  std::string target; ///< target that compiles for it
  /// What the target must know about the chip; the target defines the keys.
  std::map<std::string, std::string> machine;
};

/// Chips that may run phases of one model.
struct Fleet {
  std::string name;
  std::vector<Chip> chips;
  std::string text; ///< the YAML it was read from
};

/// Names of the built-in fleets.
std::vector<std::string> getBuiltInFleets();

/// Reads the built-in fleet called `nameOrFile`, or the file of that name.
/// Errors carry line and caret, or the names that would have been right.
llvm::Expected<Fleet> loadFleet(llvm::StringRef nameOrFile);

/// Reads a fleet from YAML; `origin` names the text in errors.
llvm::Expected<Fleet> parseFleet(llvm::StringRef text, llvm::StringRef origin);

/// The chip as the program carries it; whole numbers of `machine` become i64.
deploy::ChipAttr toAttribute(const Chip &chip, mlir::MLIRContext *context);

} // namespace tandem

#endif // TANDEM_TARGETS_FLEETS_FLEET_H
