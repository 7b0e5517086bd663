//===- ChipDescriptions.cpp - kinds of chips that are built in -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#include "tandem/targets/Fleets/FleetReader.h"

#include "llvm/Support/ErrorHandling.h"

using llvm::StringRef;

namespace tandem {

static constexpr std::pair<StringRef, StringRef> builtIn[] = {
#include "tandem/targets/Fleets/BuiltInChips.inc"
};

llvm::Expected<ChipDescription> parseChipDescription(StringRef text,
                                                     StringRef origin) {
  YamlText yaml(text, origin);
  FleetReader reader(yaml);
  ChipDescription chip;
  const YamlNode &root = yaml.getRoot();
  if (!yaml.hasErrors() &&
      reader.checkMap(root, "a chip",
                      {"name", "target", "summary", "machine", "figures"})) {
    chip.name = reader.readWord(root, "the chip", "name");
    chip.target = reader.readWord(root, "the chip", "target");
    chip.summary = reader.readOptionalWord(root, "summary");
    reader.readMachine(root, chip.machine);
    reader.readFigures(root, chip.figures);
    reader.checkComplete(root, chip.name, chip.figures);
  }
  if (llvm::Error error = yaml.takeError()) {
    return std::move(error);
  }
  return chip;
}

const std::vector<ChipDescription> &getChipDescriptions() {
  static const std::vector<ChipDescription> descriptions = [] {
    std::vector<ChipDescription> list;
    for (auto [name, text] : builtIn) {
      auto chip = parseChipDescription(text, name);
      if (!chip) { // files of this repository, read by a unit test
        llvm::report_fatal_error(chip.takeError());
      }
      list.push_back(std::move(*chip));
    }
    return list;
  }();
  return descriptions;
}

} // namespace tandem
