//===- FleetReader.h - from YAML to chips and links -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Reads the keys that fleets and descriptions of chips share.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_FLEETS_FLEETREADER_H
#define TANDEM_TARGETS_FLEETS_FLEETREADER_H

#include <optional>

#include "tandem/dialects/Deploy/IR/Figures.h"
#include "tandem/targets/Fleets/Fleet.h"
#include "tandem/targets/Fleets/YamlTree.h"

namespace tandem {

/// Reads values off a tree and reports what is wrong with each.
class FleetReader {
public:
  explicit FleetReader(YamlText &text) : text(text) {}

  /// The text under `key` of `map`, which is called `what` in errors; empty,
  /// with an error, where it is missing or no text.
  std::string readWord(const YamlNode &map, llvm::StringRef what,
                       llvm::StringRef key);
  /// The same where the key may be absent.
  std::string readOptionalWord(const YamlNode &map, llvm::StringRef key);
  /// The figure `{value, kind, source}` under `key`.
  std::optional<Figure> readFigure(const YamlNode &map, llvm::StringRef what,
                                   llvm::StringRef key,
                                   deploy::Dimension dimension);
  /// Adds the figures under `figures:` of `map` to `figures`.
  void readFigures(const YamlNode &map, std::map<std::string, Figure> &figures);
  /// Adds the entries under `machine:` of `map` to `machine`.
  void readMachine(const YamlNode &map,
                   std::map<std::string, std::string> &machine);
  /// Whether `node` is a map with known keys only; reports what is not.
  bool checkMap(const YamlNode &node, llvm::StringRef what,
                llvm::ArrayRef<llvm::StringRef> keys);
  /// Reports the figures that estimates need and `figures` lacks, at `node`.
  void checkComplete(const YamlNode &node, llvm::StringRef name,
                     const std::map<std::string, Figure> &figures);

private:
  Figure readFigureNode(const YamlNode &node, llvm::StringRef key,
                        deploy::Dimension dimension);
  void readCompute(const YamlNode &node,
                   std::map<std::string, Figure> &figures);

  YamlText &text;
};

} // namespace tandem

#endif // TANDEM_TARGETS_FLEETS_FLEETREADER_H
