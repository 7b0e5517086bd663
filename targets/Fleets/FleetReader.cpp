//===- FleetReader.cpp - from YAML to chips and links -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#include "tandem/targets/Fleets/FleetReader.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

#include "tandem/targets/Fleets/FigureText.h"

using llvm::StringRef;
using tandem::deploy::Dimension;

namespace tandem {

bool FleetReader::checkMap(const YamlNode &node, StringRef what,
                           llvm::ArrayRef<StringRef> keys) {
  if (node.kind != YamlNode::Kind::map) {
    text.report(node.range, what + " is no map; expected the keys " +
                                llvm::join(keys, ", "));
    return false;
  }
  text.reportUnknownKeys(node, keys);
  return true;
}

std::string FleetReader::readOptionalWord(const YamlNode &map, StringRef key) {
  const YamlNode *node = map.find(key);
  if (!node) {
    return {};
  }
  if (node->kind != YamlNode::Kind::scalar || node->text.empty()) {
    text.report(node->range, "'" + key + "' has no value; expected a word");
    return {};
  }
  return node->text;
}

std::string FleetReader::readWord(const YamlNode &map, StringRef what,
                                  StringRef key) {
  if (!map.find(key)) {
    text.report(map.range, what + " lacks '" + key + "'");
    return {};
  }
  return readOptionalWord(map, key);
}

Figure FleetReader::readFigureNode(const YamlNode &node, StringRef key,
                                   Dimension dimension) {
  Figure figure;
  if (node.kind != YamlNode::Kind::map) {
    text.report(node.range,
                "'" + key +
                    "' is no figure; expected {value: ..., kind: ..., source: "
                    "...}, kind one of measured, vendor, reported, assumed");
    return figure;
  }
  text.reportUnknownKeys(node, {"value", "kind", "source"});
  std::string what = ("figure '" + key + "'").str();
  std::string value = readWord(node, what, "value");
  std::string kind = readWord(node, what, "kind");
  figure.source = readWord(node, what, "source");
  if (!value.empty()) {
    llvm::Expected<double> number = parseFigure(dimension, value);
    if (number) {
      figure.value = *number;
    } else {
      text.report(node.find("value")->range,
                  "'" + key + "' is " + llvm::toString(number.takeError()));
    }
  }
  auto known = deploy::symbolizeFigureKind(kind);
  if (known) {
    figure.kind = *known;
  } else if (!kind.empty()) {
    text.report(node.find("kind")->range,
                "kind is '" + kind +
                    "', expected measured, vendor, reported or assumed");
  }
  return figure;
}

std::optional<Figure> FleetReader::readFigure(const YamlNode &map,
                                              StringRef what, StringRef key,
                                              Dimension dimension) {
  const YamlNode *node = map.find(key);
  if (!node) {
    text.report(map.range, what + " lacks '" + key + "'");
    return std::nullopt;
  }
  return readFigureNode(*node, key, dimension);
}

void FleetReader::readCompute(const YamlNode &node,
                              std::map<std::string, Figure> &figures) {
  llvm::SmallVector<StringRef> types(deploy::getComputeTypes());
  if (!checkMap(node, "'compute'", types)) {
    return;
  }
  for (auto [type, value] : llvm::zip(node.keys, node.items)) {
    if (llvm::is_contained(types, type)) {
      figures["compute_" + type] = readFigureNode(
          value, "compute: " + type, Dimension::operationsPerSecond);
    }
  }
}

void FleetReader::readFigures(const YamlNode &map,
                              std::map<std::string, Figure> &figures) {
  const YamlNode *node = map.find("figures");
  if (!node) {
    return;
  }
  llvm::SmallVector<StringRef> keys(llvm::map_range(
      deploy::getFigureKeys(),
      [](const deploy::FigureKey &key) { return StringRef(key.name); }));
  if (!checkMap(*node, "'figures'", keys)) {
    return;
  }
  for (auto [key, value] : llvm::zip(node->keys, node->items)) {
    if (key == "compute") {
      readCompute(value, figures);
    } else if (const deploy::FigureKey *known = deploy::lookupFigureKey(key)) {
      figures[key] = readFigureNode(value, key, known->dimension);
    }
  }
}

void FleetReader::readMachine(const YamlNode &map,
                              std::map<std::string, std::string> &machine) {
  const YamlNode *node = map.find("machine");
  if (!node) {
    return;
  }
  if (node->kind != YamlNode::Kind::map) {
    text.report(node->range,
                "'machine' is no map; expected the keys of the chip's target");
    return;
  }
  for (auto [key, value] : llvm::zip(node->keys, node->items)) {
    if (value.kind != YamlNode::Kind::scalar || value.text.empty()) {
      text.report(value.range, "'" + key +
                                   "' has no value; expected a number "
                                   "or a word");
    }
    machine[key] = value.text;
  }
}

void FleetReader::checkComplete(const YamlNode &node, StringRef name,
                                const std::map<std::string, Figure> &figures) {
  bool hasCompute = llvm::any_of(figures, [](const auto &entry) {
    return StringRef(entry.first).starts_with("compute_") &&
           entry.first != "compute_efficiency";
  });
  if (!hasCompute) {
    text.report(node.range,
                "chip '" + name +
                    "' lacks figure 'compute'; state a rate by "
                    "element type, or name a description by 'chip'");
  }
  if (!figures.count("memory_bandwidth")) {
    text.report(node.range, "chip '" + name +
                                "' lacks figure 'memory_bandwidth'; state it, "
                                "or name a description by 'chip'");
  }
}

} // namespace tandem
