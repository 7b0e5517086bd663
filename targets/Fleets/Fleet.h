//===- Fleet.h - the chips that a user has -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A fleet is data: a YAML file, a built-in one by name, or several joined by
// `+`. docs/fleets.md describes the format.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_FLEETS_FLEET_H
#define TANDEM_TARGETS_FLEETS_FLEET_H

#include <map>
#include <string>
#include <vector>

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include "tandem/dialects/Deploy/IR/DeployOps.h"

namespace tandem {

/// A number about a chip or a link, in the base unit of its dimension.
struct Figure {
  double value = 0;
  deploy::FigureKind kind = deploy::FigureKind::assumed;
  std::string source; ///< where it was read or measured
};

/// A kind of chip: what a file under chips/ describes.
struct ChipDescription {
  std::string name;    ///< as `chip:` names it
  std::string target;  ///< target that compiles for it
  std::string summary; ///< one sentence
  /// What the target must know about the chip; the target defines the keys.
  std::map<std::string, std::string> machine;
  /// By key: those of deploy::getFigureKeys, with compute_TYPE for rates.
  std::map<std::string, Figure> figures;
};

/// A chip of the fleet.
struct Chip {
  std::string name;   ///< as the plan and the bundle call it
  std::string target; ///< target that compiles for it
  int64_t count = 1;
  std::map<std::string, std::string> machine; ///< see ChipDescription
  std::map<std::string, Figure> figures;      ///< see ChipDescription
};

/// A way between two chips, the same in both directions.
struct Link {
  std::string from, to; ///< names of chips
  Figure bandwidth;     ///< bytes per second
  Figure latency;       ///< seconds
};

/// Chips that may run phases of one model.
struct Fleet {
  std::string name;
  std::vector<Chip> chips;
  std::vector<Link> links;
  /// The fleet as YAML with every figure in place: it needs no other file.
  std::string text;
};

/// Names of the built-in fleets.
std::vector<std::string> getBuiltInFleets();

/// Reads the built-in fleet or the file called `name`, or several of them
/// joined by `+`. Chips of joined fleets are linked by an assumed network.
/// Errors carry line and caret, or the names that would have been right.
llvm::Expected<Fleet> loadFleet(llvm::StringRef name);

/// Reads a fleet from YAML; `origin` names the text in errors, and chips'
/// description files are looked up beside it.
llvm::Expected<Fleet> parseFleet(llvm::StringRef text, llvm::StringRef origin);

/// Descriptions of chips that are built in, by name.
const std::vector<ChipDescription> &getChipDescriptions();

/// Reads a description from YAML; `origin` names the text in errors.
llvm::Expected<ChipDescription> parseChipDescription(llvm::StringRef text,
                                                     llvm::StringRef origin);

/// The YAML of a fleet, complete and canonical.
std::string writeFleet(const Fleet &fleet);

/// The chip as the program carries it; whole numbers of `machine` become i64.
deploy::ChipAttr toAttribute(const Chip &chip, mlir::MLIRContext *context);

/// The fleet as placement reads it. `excluded` says, by chip, why one cannot
/// run the program.
deploy::FleetAttr
toAttribute(const Fleet &fleet,
            const std::map<std::string, std::string> &excluded,
            mlir::MLIRContext *context);

} // namespace tandem

#endif // TANDEM_TARGETS_FLEETS_FLEET_H
