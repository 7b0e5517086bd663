//===- Fleet.cpp - the chips that a user has -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#include "tandem/targets/Fleets/Fleet.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

#include "tandem/targets/Fleets/FleetReader.h"

using llvm::StringRef;
using tandem::deploy::Dimension;

namespace tandem {
namespace {

constexpr std::pair<StringRef, StringRef> builtIn[] = {
#include "tandem/targets/Fleets/BuiltInFleets.inc"
};

/// Reads one fleet.
class FleetParser {
public:
  FleetParser(YamlText &text, StringRef origin)
      : text(text), reader(text), origin(origin) {}

  Fleet parse() {
    Fleet fleet;
    const YamlNode &root = text.getRoot();
    if (!reader.checkMap(root, "a fleet", {"name", "chips", "links"})) {
      return fleet;
    }
    fleet.name = reader.readWord(root, "the fleet", "name");
    for (const YamlNode &node : readList(root, "chips", /*isRequired=*/true)) {
      parseChip(fleet, node);
    }
    for (const YamlNode &node : readList(root, "links", /*isRequired=*/false)) {
      parseLink(fleet, node);
    }
    return fleet;
  }

private:
  llvm::ArrayRef<YamlNode> readList(const YamlNode &root, StringRef key,
                                    bool isRequired) {
    const YamlNode *node = root.find(key);
    bool isEmpty =
        !node || node->kind != YamlNode::Kind::list || node->items.empty();
    if (isEmpty && (node || isRequired)) {
      text.report(node ? node->range : root.range,
                  "a fleet needs '" + key +
                      "', a list with at least one entry");
    }
    return isEmpty ? llvm::ArrayRef<YamlNode>() : llvm::ArrayRef(node->items);
  }

  void parseChip(Fleet &fleet, const YamlNode &node) {
    if (!reader.checkMap(
            node, "a chip",
            {"name", "chip", "target", "count", "machine", "figures"})) {
      return;
    }
    Chip chip;
    chip.name = reader.readWord(node, "a chip", "name");
    if (llvm::any_of(fleet.chips, [&](const Chip &other) {
          return !chip.name.empty() && other.name == chip.name;
        })) {
      text.report(node.find("name")->range,
                  "another chip is called '" + chip.name + "' already");
    }
    bool described = applyDescription(chip, node);
    if (node.find("target")) {
      chip.target = reader.readOptionalWord(node, "target");
    } else if (described && chip.target.empty()) {
      reader.readWord(node, "chip '" + chip.name + "'", "target");
    }
    parseCount(chip, node);
    reader.readMachine(node, chip.machine);
    reader.readFigures(node, chip.figures);
    if (described) {
      reader.checkComplete(node, chip.name, chip.figures);
    }
    fleet.chips.push_back(std::move(chip));
  }

  void parseCount(Chip &chip, const YamlNode &node) {
    const YamlNode *count = node.find("count");
    if (count && (StringRef(count->text).getAsInteger(10, chip.count) ||
                  chip.count < 1 || chip.count > 65536)) {
      text.report(count->range, "'count' is '" + count->text +
                                    "', expected a number from 1 to 65536");
    }
  }

  /// Starts from the description that `chip:` names, a file beside the fleet or
  /// a built-in one. False where it could not be read.
  bool applyDescription(Chip &chip, const YamlNode &node) {
    const YamlNode *reference = node.find("chip");
    if (!reference) {
      return true;
    }
    std::string name = reader.readOptionalWord(node, "chip");
    llvm::SmallVector<StringRef> names;
    for (const ChipDescription &description : getChipDescriptions()) {
      names.push_back(description.name);
      if (description.name == name) {
        apply(chip, description);
        return true;
      }
    }
    llvm::SmallString<128> path(llvm::sys::path::parent_path(origin));
    llvm::sys::path::append(path, name);
    auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/true);
    if (!buffer || name.empty()) {
      StringRef nearest = findNearest(name, names);
      text.report(
          reference->range,
          nearest.empty()
              ? "no description is called '" + name +
                    "', built in or as a file beside this one; built in are " +
                    llvm::join(names, ", ")
              : "no description is called '" + name + "'; did you mean '" +
                    nearest.str() + "'?");
      return false;
    }
    auto description = parseChipDescription((*buffer)->getBuffer(), path);
    if (!description) {
      text.report(reference->range,
                  "the description cannot be read:\n" +
                      llvm::toString(description.takeError()));
      return false;
    }
    apply(chip, *description);
    return true;
  }

  static void apply(Chip &chip, const ChipDescription &description) {
    chip.target = description.target;
    chip.machine = description.machine;
    chip.figures = description.figures;
  }

  void parseLink(Fleet &fleet, const YamlNode &node) {
    if (!reader.checkMap(node, "a link", {"between", "bandwidth", "latency"})) {
      return;
    }
    Link link;
    const YamlNode *between = node.find("between");
    if (!between || between->kind != YamlNode::Kind::list ||
        between->items.size() != 2) {
      text.report(between ? between->range : node.range,
                  "a link needs 'between', the names of two chips: [a, b]");
    } else {
      link.from = between->items[0].text;
      link.to = between->items[1].text;
      checkEnds(fleet, link, *between);
    }
    link.bandwidth = reader
                         .readFigure(node, "the link", "bandwidth",
                                     Dimension::bytesPerSecond)
                         .value_or(Figure());
    link.latency =
        reader.readFigure(node, "the link", "latency", Dimension::seconds)
            .value_or(Figure());
    fleet.links.push_back(std::move(link));
  }

  void checkEnds(const Fleet &fleet, const Link &link,
                 const YamlNode &between) {
    llvm::SmallVector<StringRef> names;
    for (const Chip &chip : fleet.chips) {
      names.push_back(chip.name);
    }
    for (const YamlNode &end : between.items) {
      if (!llvm::is_contained(names, end.text)) {
        StringRef nearest = findNearest(end.text, names);
        text.report(end.range,
                    "no chip is called '" + end.text + "'" +
                        (nearest.empty()
                             ? ""
                             : "; did you mean '" + nearest.str() + "'?"));
      }
    }
    if (link.from == link.to) {
      text.report(between.range, "a link joins two different chips");
    }
    for (const Link &other : fleet.links) {
      if (std::minmax(other.from, other.to) ==
          std::minmax(link.from, link.to)) {
        text.report(between.range, "'" + link.from + "' and '" + link.to +
                                       "' have a link already");
      }
    }
  }

  YamlText &text;
  FleetReader reader;
  StringRef origin;
};

llvm::Expected<Fleet> loadOne(StringRef name) {
  for (auto [builtInName, text] : builtIn) {
    if (builtInName == name) {
      return parseFleet(text, name);
    }
  }
  auto buffer = llvm::MemoryBuffer::getFile(name, /*IsText=*/true);
  if (!buffer) {
    return llvm::createStringError(
        "fleet '%s' is neither a file nor built in (%s)", name.str().c_str(),
        llvm::join(getBuiltInFleets(), ", ").c_str());
  }
  return parseFleet((*buffer)->getBuffer(), name);
}

/// Adds `other` to `fleet`, with links between their chips.
llvm::Error join(Fleet &fleet, Fleet other) {
  // Nothing is known about the way between two fleets, so it is a network that
  // any machine has.
  const Figure bandwidth = {12.5e9, deploy::FigureKind::assumed,
                            "100 Gbit/s Ethernet between joined fleets"};
  const Figure latency = {20e-6, deploy::FigureKind::assumed,
                          "Ethernet between joined fleets"};
  for (const Chip &chip : other.chips) {
    for (const Chip &mine : fleet.chips) {
      if (chip.name == mine.name) {
        return llvm::createStringError(
            "fleets '%s' and '%s' both have a chip '%s'; rename one",
            fleet.name.c_str(), other.name.c_str(), chip.name.c_str());
      }
    }
  }
  size_t mine = fleet.chips.size();
  fleet.name += "+" + other.name;
  llvm::append_range(fleet.chips, other.chips);
  llvm::append_range(fleet.links, other.links);
  for (size_t i = 0; i < mine; ++i) {
    for (size_t j = mine; j < fleet.chips.size(); ++j) {
      fleet.links.push_back(
          {fleet.chips[i].name, fleet.chips[j].name, bandwidth, latency});
    }
  }
  return llvm::Error::success();
}

} // namespace

std::vector<std::string> getBuiltInFleets() {
  std::vector<std::string> names;
  for (auto [name, text] : builtIn) {
    names.push_back(name.str());
  }
  return names;
}

llvm::Expected<Fleet> parseFleet(StringRef text, StringRef origin) {
  YamlText yaml(text, origin);
  Fleet fleet;
  if (!yaml.hasErrors()) {
    fleet = FleetParser(yaml, origin).parse();
  }
  if (llvm::Error error = yaml.takeError()) {
    return std::move(error);
  }
  fleet.text = writeFleet(fleet);
  return fleet;
}

llvm::Expected<Fleet> loadFleet(StringRef name) {
  // A file may have a + in its name.
  if (llvm::sys::fs::exists(name) || !name.contains('+')) {
    return loadOne(name);
  }
  llvm::SmallVector<StringRef> names;
  name.split(names, '+');
  llvm::Expected<Fleet> fleet = loadOne(names.front());
  for (StringRef next : llvm::ArrayRef(names).drop_front()) {
    if (!fleet) {
      return fleet;
    }
    llvm::Expected<Fleet> other = loadOne(next);
    if (!other) {
      return other;
    }
    if (llvm::Error error = join(*fleet, std::move(*other))) {
      return std::move(error);
    }
  }
  if (fleet) {
    fleet->text = writeFleet(*fleet);
  }
  return fleet;
}

} // namespace tandem
