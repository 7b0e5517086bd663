//===- FigureText.cpp - figures as people write them -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#include "tandem/targets/Fleets/FigureText.h"

#include <cmath>
#include <vector>

#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"

using llvm::StringRef;
using tandem::deploy::Dimension;

namespace tandem {
namespace {

struct Unit {
  StringRef name;
  double size;
};

/// What a dimension may be: units (the first is the base), an example, and the
/// least and greatest value that any chip could have.
struct Rules {
  std::vector<Unit> units;
  StringRef example;
  double least, greatest;
};

const Rules &rulesOf(Dimension dimension) {
  static const Rules ratio{{{"", 1}, {"%", 0.01}}, "0.82 or 82 %", 1e-3, 1};
  static const Rules tokens{{{"", 1}, {"tokens", 1}}, "64", 0.01, 1e6};
  static const Rules bytes{{{"B", 1},
                            {"kB", 1e3},
                            {"MB", 1e6},
                            {"GB", 1e9},
                            {"TB", 1e12},
                            {"KiB", 0x1p10},
                            {"MiB", 0x1p20},
                            {"GiB", 0x1p30},
                            {"TiB", 0x1p40}},
                           "16 GB",
                           1e3,
                           1e16};
  static const Rules rate{{{"B/s", 1},
                           {"kB/s", 1e3},
                           {"MB/s", 1e6},
                           {"GB/s", 1e9},
                           {"TB/s", 1e12},
                           {"PB/s", 1e15},
                           {"Gbit/s", 1.25e8},
                           {"Tbit/s", 1.25e11},
                           {"GiB/s", 0x1p30}},
                          "819 GB/s",
                          1e3,
                          1e18};
  static const Rules operations{{{"FLOP/s", 1},
                                 {"GFLOP/s", 1e9},
                                 {"TFLOP/s", 1e12},
                                 {"PFLOP/s", 1e15},
                                 {"EFLOP/s", 1e18}},
                                "197 TFLOP/s",
                                1e3,
                                1e21};
  static const Rules seconds{
      {{"s", 1}, {"ms", 1e-3}, {"us", 1e-6}, {"ns", 1e-9}},
      "20 us",
      1e-12,
      100};
  static const Rules watts{{{"W", 1}, {"kW", 1e3}}, "700 W", 1e-3, 1e6};
  static const Rules price{{{"USD/h", 1}}, "1.2 USD/h", 1e-6, 1e6};
  switch (dimension) {
  case Dimension::ratio:
    return ratio;
  case Dimension::tokens:
    return tokens;
  case Dimension::bytes:
    return bytes;
  case Dimension::bytesPerSecond:
    return rate;
  case Dimension::operationsPerSecond:
    return operations;
  case Dimension::seconds:
    return seconds;
  case Dimension::watts:
    return watts;
  case Dimension::usdPerHour:
    return price;
  }
  llvm_unreachable("not a dimension");
}

} // namespace

llvm::Expected<double> parseFigure(Dimension dimension, StringRef text) {
  const Rules &rules = rulesOf(dimension);
  size_t end = text.find_first_not_of("0123456789.eE+-");
  // The exponent's letter may be the start of a unit ("1 EFLOP/s" has a space).
  StringRef number = text.take_front(end).trim();
  StringRef unit = text.drop_front(number.size()).trim();
  double value = 0;
  bool isNumber = !number.getAsDouble(value);
  const Unit *found = nullptr;
  for (const Unit &candidate : rules.units) {
    if (candidate.name == unit) {
      found = &candidate;
    }
  }
  if (!isNumber || !found) {
    return llvm::createStringError(llvm::formatv(
        "'{0}', expected a number{1} such as {2}", text,
        rules.units.front().name.empty() ? "" : " with a unit", rules.example));
  }
  value *= found->size;
  if (!std::isfinite(value) || value < rules.least || value > rules.greatest) {
    return llvm::createStringError(
        llvm::formatv("'{0}', expected {1} to {2}", text,
                      formatFigure(dimension, rules.least),
                      formatFigure(dimension, rules.greatest)));
  }
  return value;
}

std::string formatFigure(Dimension dimension, double value) {
  // Decimal units only (no percentage): they are what data sheets mean.
  Unit best = rulesOf(dimension).units.front();
  for (const Unit &unit : rulesOf(dimension).units) {
    bool isDecimal = std::fmod(std::log10(unit.size), 3) == 0;
    // The largest that is not above the value, else the smallest.
    bool isBetter = best.size > value
                        ? unit.size < best.size
                        : unit.size <= value && unit.size > best.size;
    if (isDecimal && isBetter) {
      best = unit;
    }
  }
  std::string text =
      llvm::formatv("{0}", llvm::format("%.6g", value / best.size));
  return best.name.empty() ? text : text + " " + best.name.str();
}

} // namespace tandem
