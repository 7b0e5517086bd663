//===- DeployFleet.cpp - chips that figures describe ------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The roofline of a chip, and the verifiers of fleets.
//
//===----------------------------------------------------------------------===//

#include <limits>

#include "mlir/IR/Builders.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/FormatVariadic.h"

#include "tandem/dialects/Deploy/IR/DeployOps.h"
#include "tandem/dialects/Deploy/IR/Figures.h"

using namespace mlir;
using namespace tandem::deploy;

ChipAttr ChipInterface::getChip() const {
  return cast<ChipAttr>(getIdentity());
}

double FigureAttr::getBand() const {
  // Rooflines from data sheets were 46 to 57 % off measured decode times,
  // fitted ones 6 to 21 % (see docs/fleets.md); an assumption may be wrong by a
  // factor of two.
  switch (getKind()) {
  case FigureKind::measured:
    return 0.2;
  case FigureKind::vendor:
  case FigureKind::reported:
    return 0.5;
  case FigureKind::assumed:
    return 1.0;
  }
  llvm_unreachable("not a kind of figure");
}

LogicalResult RooflineAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                   ChipAttr chip, int64_t count,
                                   DictionaryAttr figures, StringAttr) {
  bool hasCompute = false;
  for (NamedAttribute figure : figures) { // C1
    StringRef name = figure.getName();
    if (!lookupFigureKey(name) || !isa<FigureAttr>(figure.getValue())) {
      return emitError() << "chip '" << chip.getName() << "' has '" << name
                         << "' = " << figure.getValue()
                         << ", expected a figure under a key of docs/fleets.md";
    }
    hasCompute |= lookupFigureKey(name)->name == "compute";
  }
  if (!hasCompute || !figures.contains("memory_bandwidth")) { // C2
    return emitError() << "chip '" << chip.getName()
                       << "' lacks a figure: expected memory_bandwidth and a "
                          "rate such as compute_f32";
  }
  if (count < 1) { // C3
    return emitError() << "chip '" << chip.getName() << "' has count " << count
                       << ", expected at least 1";
  }
  return success();
}

Attribute RooflineAttr::getIdentity() const { return getChip(); }

/// The number under `key`, or `absent`.
static double numberOr(RooflineAttr chip, StringRef key, double absent) {
  FigureAttr figure = chip.getFigure(key);
  return figure ? figure.getNumber() : absent;
}

static std::optional<double> findNumber(RooflineAttr chip, StringRef key) {
  FigureAttr figure = chip.getFigure(key);
  return figure ? std::optional(figure.getNumber()) : std::nullopt;
}

std::optional<double> RooflineAttr::getMemoryBytes() const {
  return findNumber(*this, "memory");
}

std::optional<double> RooflineAttr::getUsdPerHour() const {
  return findNumber(*this, "price");
}

double RooflineAttr::getMemoryBytesPerSecond() const {
  return getFigure("memory_bandwidth").getNumber() *
         numberOr(*this, "memory_efficiency", 1);
}

std::string RooflineAttr::whyNot(Operation *op) const {
  if (getExcluded()) {
    return getExcluded().str();
  }
  // Constants may be of any type: what is computed with them counts.
  if (!op || op->getNumOperands() == 0) {
    return {};
  }
  for (Value value : op->getResults()) {
    auto type = dyn_cast<ShapedType>(value.getType());
    if (!type || !isa<FloatType>(type.getElementType())) {
      continue;
    }
    std::string name;
    llvm::raw_string_ostream(name) << type.getElementType();
    if (!getFigure("compute_" + name)) {
      return llvm::formatv("chip '{0}' states no rate for {1}",
                           getChip().getName(), name);
    }
  }
  return {};
}

Terms RooflineAttr::estimate(const Work &work,
                             const EstimateOptions &options) const {
  Terms terms;
  double computeBand = 0;
  // Few rows do not fill the units that multiply.
  double half = numberOr(*this, "half_rate_tokens", 0);
  double fill = work.tokens > 0 ? work.tokens / (work.tokens + half) : 1;
  double efficiency = numberOr(*this, "compute_efficiency", 1) * fill;
  for (const auto &[type, flop] : work.flop) {
    StringRef name = options.precision.empty() ? type : options.precision;
    FigureAttr rate = getFigure(("compute_" + name).str());
    terms.computeSeconds += rate ? flop / (rate.getNumber() * efficiency)
                                 : std::numeric_limits<double>::infinity();
    computeBand = std::max(computeBand, rate ? rate.getBand() : 1.0);
  }
  terms.bytes = work.getBytes();
  terms.memorySeconds = terms.bytes / getMemoryBytesPerSecond();
  FigureAttr overhead = getFigure("unit_overhead");
  terms.overheadSeconds = overhead ? overhead.getNumber() : 0;
  terms.joules = terms.getSeconds() * numberOr(*this, "power", 0);
  switch (terms.getBound()) {
  case Bound::compute:
    terms.band = computeBand;
    break;
  case Bound::memory:
    terms.band = getFigure("memory_bandwidth").getBand();
    break;
  case Bound::overhead:
    terms.band = overhead.getBand();
    break;
  }
  return terms;
}

LogicalResult FleetAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                StringRef name, ArrayAttr chips,
                                ArrayAttr links) {
  llvm::StringSet<> names;
  for (Attribute attribute : chips) { // C1
    auto chip = dyn_cast<ChipInterface>(attribute);
    if (!chip) {
      return emitError() << "fleet '" << name << "' holds " << attribute
                         << ", expected a chip such as '#deploy.roofline'";
    }
    if (!names.insert(chip.getChip().getName()).second) {
      return emitError() << "fleet '" << name << "' has two chips called '"
                         << chip.getChip().getName() << "'";
    }
  }
  for (Attribute attribute : links) { // C2
    auto link = dyn_cast<LinkAttr>(attribute);
    if (!link || !names.contains(link.getFrom()) ||
        !names.contains(link.getTo()) || link.getFrom() == link.getTo()) {
      return emitError() << "fleet '" << name << "' holds " << attribute
                         << ", expected a link between two of its chips";
    }
  }
  return success();
}

ChipInterface FleetAttr::getChip(StringRef name) const {
  for (Attribute attribute : getChips()) {
    auto chip = cast<ChipInterface>(attribute);
    if (chip.getChip().getName() == name) {
      return chip;
    }
  }
  return {};
}

LinkAttr FleetAttr::getLink(StringRef from, StringRef to) const {
  for (auto link : getLinks().getAsRange<LinkAttr>()) {
    if ((link.getFrom() == from && link.getTo() == to) ||
        (link.getFrom() == to && link.getTo() == from)) {
      return link;
    }
  }
  return {};
}
