//===- Quantity.cpp - counts of a step as formulas -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#include "tandem/passes/Place/Quantity.h"

#include <algorithm>

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

namespace tandem {

void Quantity::add(Count count, double coefficient, int64_t window) {
  terms[{count, window}] += coefficient;
}

/// Keys that the new tokens of one row see, summed over them. With a window,
/// token i sees min(past + i + 1, window).
static double countPairs(const StepShape &shape, double window) {
  double n = shape.newTokens, past = shape.context - n;
  // The first `growing` tokens see all before them, the others the window.
  double growing = std::clamp(window - past, 0.0, n);
  return growing * past + growing * (growing + 1) / 2 + (n - growing) * window;
}

static double evaluateCount(Count count, int64_t window,
                            const StepShape &shape) {
  double limit = window > 0 ? double(window) : shape.context;
  switch (count) {
  case Count::once:
    return 1;
  case Count::rows:
    return shape.rows;
  case Count::tokens:
    return shape.rows * shape.newTokens;
  case Count::pairs:
    return shape.rows * countPairs(shape, limit);
  case Count::keys:
    return shape.rows * std::min(shape.context, limit + shape.newTokens - 1);
  }
  return 0;
}

double Quantity::evaluate(const StepShape &shape) const {
  double sum = 0;
  for (const auto &[key, coefficient] : terms) {
    sum += coefficient * evaluateCount(key.first, key.second, shape);
  }
  return sum;
}

std::string Quantity::toString() const {
  static constexpr const char *names[] = {"", "*rows", "*tokens", "*pairs",
                                          "*keys"};
  std::string text;
  for (const auto &[key, coefficient] : terms) {
    text += text.empty() ? "" : " + ";
    text += llvm::formatv("{0:f0}{1}", coefficient, names[int(key.first)]);
    if (key.second > 0) {
      text += llvm::formatv("(window {0})", key.second);
    }
  }
  return text.empty() ? "0" : text;
}

} // namespace tandem
