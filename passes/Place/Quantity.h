//===- Quantity.h - counts of a step as formulas -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_PLACE_QUANTITY_H
#define TANDEM_PASSES_PLACE_QUANTITY_H

#include <cstdint>
#include <map>
#include <string>

namespace tandem {

/// The shape of one step: `rows` sequences, each with `newTokens` tokens, the
/// last of which sees `context` tokens (itself included).
struct StepShape {
  double rows = 1;
  double newTokens = 1;
  double context = 1;
};

/// What a step counts. `pairs` are pairs of a new token and a token it attends
/// to; `keys` are the tokens that any new token attends to. Without a window W,
/// per row, with n new tokens and context c:
///
///     pairs = n*c - n*(n - 1)/2        keys = c
///
/// and with it no token sees more than W: keys = min(c, W + n - 1).
enum class Count { once, rows, tokens, pairs, keys };

/// A sum of counts with coefficients, such as `65536*tokens + 256*rows`.
class Quantity {
public:
  /// Adds `coefficient` times `count`; `window` (of pairs and keys) 0: none.
  void add(Count count, double coefficient, int64_t window = 0);
  double evaluate(const StepShape &shape) const;
  /// "128*tokens + 2*pairs(window 4)", or "0".
  std::string toString() const;
  bool operator==(const Quantity &other) const = default;

private:
  std::map<std::pair<Count, int64_t>, double> terms;
};

} // namespace tandem

#endif // TANDEM_PASSES_PLACE_QUANTITY_H
