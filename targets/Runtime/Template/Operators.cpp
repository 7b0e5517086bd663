//===- Operators.cpp - arithmetic of chat templates -----------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Python's arithmetic in 64 bits; what does not fit is an error.
//
//===----------------------------------------------------------------------===//

#include <algorithm>
#include <cmath>

#include "tandem/targets/Runtime/Template/Evaluator.h"

namespace tandem::runtime::jinja {

using Kind = Binary::Kind;

static int64_t power(Rendering &rendering, int64_t base, int64_t exponent) {
  int64_t result = 1;
  bool overflows = false;
  for (; exponent > 0 && !overflows; exponent >>= 1) {
    if (exponent & 1) {
      overflows |= __builtin_mul_overflow(result, base, &result);
    }
    overflows |= exponent > 1 && __builtin_mul_overflow(base, base, &base);
  }
  if (overflows) {
    rendering.refuse("an integer beyond 64 bits");
  }
  return result;
}

static void requireDivisor(Rendering &rendering, bool isZero) {
  if (isZero) {
    rendering.fail("division by zero");
  }
}

static Value calculateIntegers(Rendering &rendering, Kind kind, int64_t a,
                               int64_t b) {
  int64_t result = 0;
  bool overflows = false;
  switch (kind) {
  case Kind::Add:
    overflows = __builtin_add_overflow(a, b, &result);
    break;
  case Kind::Subtract:
    overflows = __builtin_sub_overflow(a, b, &result);
    break;
  case Kind::Multiply:
    overflows = __builtin_mul_overflow(a, b, &result);
    break;
  case Kind::Divide:
    requireDivisor(rendering, b == 0);
    return double(a) / double(b);
  case Kind::Floor:
  case Kind::Modulo: {
    requireDivisor(rendering, b == 0);
    if (b == -1) { // the one division that can overflow
      return kind == Kind::Modulo
                 ? Value(int64_t(0))
                 : calculateIntegers(rendering, Kind::Subtract, 0, a);
    }
    bool rounds = a % b != 0 && (a < 0) != (b < 0); // towards minus infinity
    result = kind == Kind::Floor ? a / b - rounds : a % b + (rounds ? b : 0);
    break;
  }
  case Kind::Power:
    if (b < 0) {
      requireDivisor(rendering, a == 0);
      return std::pow(double(a), double(b));
    }
    return power(rendering, a, b);
  }
  if (overflows) {
    rendering.refuse("an integer beyond 64 bits");
  }
  return result;
}

static Value calculateFloats(Rendering &rendering, Kind kind, double a,
                             double b) {
  switch (kind) {
  case Kind::Add:
    return a + b;
  case Kind::Subtract:
    return a - b;
  case Kind::Multiply:
    return a * b;
  case Kind::Divide:
    requireDivisor(rendering, b == 0);
    return a / b;
  case Kind::Floor:
    requireDivisor(rendering, b == 0);
    return std::floor(a / b);
  case Kind::Modulo: {
    requireDivisor(rendering, b == 0);
    double rest = std::fmod(a, b);
    return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
  }
  case Kind::Power:
    return std::pow(a, b);
  }
  return 0.0;
}

/// `text * count` and `list * count`.
static Value repeat(Rendering &rendering, const Value &value, int64_t count) {
  auto times = uint64_t(std::max<int64_t>(count, 0));
  if (const Text *text = value.asText()) {
    times = text->bytes.empty() ? 0 : times;
    rendering.hold(std::min(times, maximumBytes) * text->bytes.size());
    TextBuilder result(rendering);
    result.append(times, text->bytes);
    return rendering.text(result.take(), text->isMarkup);
  }
  const Sequence &sequence = *value.asSequence();
  times = sequence.items.empty() ? 0 : times;
  rendering.hold(std::min(times, maximumBytes) * sequence.items.size() *
                 sizeof(Value));
  std::vector<Value> items;
  for (uint64_t i = 0; i < times; ++i) {
    items.insert(items.end(), sequence.items.begin(), sequence.items.end());
  }
  return rendering.list(std::move(items), sequence.form);
}

static bool isListOrTuple(const Value &value) {
  return value.asSequence() &&
         value.asSequence()->form <= Sequence::Form::Tuple;
}

/// Sums of texts and of lists; nothing for other values.
static std::optional<Value> join(Rendering &rendering, const Value &a,
                                 const Value &b) {
  if (a.asText() && b.asText()) {
    bool isMarkup = a.asText()->isMarkup || b.asText()->isMarkup;
    if (isMarkup) {
      Value left = escapeMarkup(rendering, a);
      Value right = escapeMarkup(rendering, b);
      return rendering.text(left.asText()->bytes + right.asText()->bytes, true);
    }
    return rendering.text(a.asText()->bytes + b.asText()->bytes);
  }
  if (isListOrTuple(a) && isListOrTuple(b) &&
      a.asSequence()->form == b.asSequence()->form) {
    std::vector<Value> items = a.asSequence()->items;
    const std::vector<Value> &more = b.asSequence()->items;
    items.insert(items.end(), more.begin(), more.end());
    return rendering.list(std::move(items), a.asSequence()->form);
  }
  return std::nullopt;
}

Value calculate(Rendering &rendering, Kind kind, const Value &a,
                const Value &b) {
  if (kind == Kind::Modulo && a.asText()) {
    return formatPercent(rendering, *a.asText(), b);
  }
  for (const Value &value : {a, b}) {
    if (value.isUndefined()) {
      rendering.failUndefined(value);
    }
  }
  if (a.index() && b.index()) {
    return calculateIntegers(rendering, kind, *a.index(), *b.index());
  }
  if (a.number() && b.number()) {
    return calculateFloats(rendering, kind, *a.number(), *b.number());
  }
  if (kind == Kind::Add) {
    if (std::optional<Value> sum = join(rendering, a, b)) {
      return *sum;
    }
  }
  if (kind == Kind::Multiply && (a.asText() || isListOrTuple(a)) && b.index()) {
    return repeat(rendering, a, *b.index());
  }
  if (kind == Kind::Multiply && (b.asText() || isListOrTuple(b)) && a.index()) {
    return repeat(rendering, b, *a.index());
  }
  static const char *const signs[] = {"+", "-", "*", "/", "//", "%", "**"};
  rendering.fail(std::string("'") + signs[int(kind)] + "' cannot take '" +
                 a.typeName() + "' and '" + b.typeName() + "'");
}

Value add(Rendering &rendering, const Value &a, const Value &b) {
  return calculate(rendering, Kind::Add, a, b);
}

} // namespace tandem::runtime::jinja
