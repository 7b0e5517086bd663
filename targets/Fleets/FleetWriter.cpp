//===- FleetWriter.cpp - a fleet as text and as an attribute -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#include "tandem/targets/Fleets/Fleet.h"

#include "mlir/IR/Builders.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/YAMLParser.h"
#include "llvm/Support/raw_ostream.h"

#include "tandem/targets/Fleets/FigureText.h"

using namespace mlir;

namespace tandem {

/// A word as YAML, quoted where it might be read as something else.
static std::string quote(StringRef word) {
  bool isPlain = !word.empty() && llvm::all_of(word, [](char c) {
    return llvm::isAlnum(c) || c == '_' || c == '-' || c == '.';
  });
  return isPlain ? word.str() : "\"" + llvm::yaml::escape(word) + "\"";
}

static std::string write(const Figure &figure, deploy::Dimension dimension) {
  return "{value: " + formatFigure(dimension, figure.value) +
         ", kind: " + stringifyFigureKind(figure.kind).str() +
         ", source: " + quote(figure.source) + "}";
}

static void writeFigures(raw_ostream &out,
                         const std::map<std::string, Figure> &figures) {
  for (const deploy::FigureKey &key : deploy::getFigureKeys()) {
    if (auto found = figures.find(key.name.str()); found != figures.end()) {
      out << "      " << key.name << ": " << write(found->second, key.dimension)
          << "\n";
    }
    if (key.name != "compute") {
      continue;
    }
    out << "      compute:\n";
    for (StringRef type : deploy::getComputeTypes()) {
      if (auto found = figures.find(("compute_" + type).str());
          found != figures.end()) {
        out << "        " << type << ": " << write(found->second, key.dimension)
            << "\n";
      }
    }
  }
}

std::string writeFleet(const Fleet &fleet) {
  std::string text;
  llvm::raw_string_ostream out(text);
  out << "name: " << quote(fleet.name) << "\nchips:\n";
  for (const Chip &chip : fleet.chips) {
    out << "  - name: " << quote(chip.name)
        << "\n    target: " << quote(chip.target)
        << "\n    count: " << chip.count << "\n";
    if (!chip.machine.empty()) {
      out << "    machine:\n";
      for (const auto &[key, value] : chip.machine) {
        out << "      " << quote(key) << ": " << quote(value) << "\n";
      }
    }
    out << "    figures:\n";
    writeFigures(out, chip.figures);
  }
  if (!fleet.links.empty()) {
    out << "links:\n";
  }
  for (const Link &link : fleet.links) {
    out << "  - between: [" << quote(link.from) << ", " << quote(link.to)
        << "]\n    bandwidth: "
        << write(link.bandwidth, deploy::Dimension::bytesPerSecond)
        << "\n    latency: " << write(link.latency, deploy::Dimension::seconds)
        << "\n";
  }
  return text;
}

deploy::ChipAttr toAttribute(const Chip &chip, MLIRContext *context) {
  Builder builder(context);
  SmallVector<NamedAttribute> machine;
  for (const auto &[key, value] : chip.machine) {
    int64_t number = 0;
    bool isNumber = !StringRef(value).getAsInteger(10, number);
    machine.push_back(builder.getNamedAttr(
        key, isNumber ? Attribute(builder.getI64IntegerAttr(number))
                      : builder.getStringAttr(value)));
  }
  return deploy::ChipAttr::get(
      context, chip.name, chip.target,
      machine.empty() ? DictionaryAttr() : builder.getDictionaryAttr(machine));
}

static deploy::FigureAttr toAttribute(const Figure &figure, Builder &builder) {
  return deploy::FigureAttr::get(builder.getContext(),
                                 builder.getF64FloatAttr(figure.value),
                                 figure.kind, figure.source);
}

deploy::FleetAttr
toAttribute(const Fleet &fleet,
            const std::map<std::string, std::string> &excluded,
            MLIRContext *context) {
  Builder builder(context);
  SmallVector<Attribute> chips, links;
  for (const Chip &chip : fleet.chips) {
    SmallVector<NamedAttribute> figures;
    for (const auto &[key, figure] : chip.figures) {
      figures.push_back(
          builder.getNamedAttr(key, toAttribute(figure, builder)));
    }
    auto why = excluded.find(chip.name);
    chips.push_back(deploy::RooflineAttr::get(
        context, toAttribute(chip, context), chip.count,
        builder.getDictionaryAttr(figures),
        why == excluded.end() ? StringAttr()
                              : builder.getStringAttr(why->second)));
  }
  for (const Link &link : fleet.links) {
    links.push_back(deploy::LinkAttr::get(context, link.from, link.to,
                                          toAttribute(link.bandwidth, builder),
                                          toAttribute(link.latency, builder)));
  }
  return deploy::FleetAttr::get(context, fleet.name,
                                builder.getArrayAttr(chips),
                                builder.getArrayAttr(links));
}

} // namespace tandem
