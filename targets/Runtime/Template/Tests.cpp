//===- Tests.cpp - what `is` asks -----------------------------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include <algorithm>

#include "tandem/targets/Runtime/Template/Function.h"
#include "tandem/targets/Runtime/Template/Unicode.h"

namespace tandem::runtime::jinja {

static bool isFloat(Call &call) { return call.self.asFloat(); }

static bool isInteger(Call &call) { return call.self.integer().has_value(); }

static int64_t remainder(Call &call, int64_t divisor) {
  std::optional<int64_t> number = call.self.index();
  if (!number || divisor == 0) {
    call.fail("needs integers, the divisor not 0");
  }
  return divisor == -1 ? 0 : *number % divisor;
}

/// Whether a text has cased letters, all of the case.
static Value hasCase(Call &call, bool (*isRight)(char32_t),
                     bool (*isWrong)(char32_t)) {
  std::string text = toText(call.rendering, call.self);
  bool found = false;
  for (size_t position = 0; position < text.size();) {
    char32_t codePoint = nextCharacter(text, position);
    if (isWrong(codePoint)) {
      return false;
    }
    found |= isRight(codePoint);
  }
  return found;
}

static bool isCallable(Call &call) {
  Object *object = call.self.asObject();
  return object && object->isCallable();
}

static bool isSequence(Call &call) {
  const Sequence *sequence = call.self.asSequence();
  return call.self.asText() || call.self.asMapping() ||
         call.self.isUndefined() || // it has a length and items, all missing
         (sequence && sequence->form <= Sequence::Form::Range);
}

template <Order... orders> static Value isOrdered(Call &call) {
  Order order = compare(call.rendering, call.self, *call.given[0]);
  return ((order == orders) || ...);
}

template <bool expected> static Value isEqualTo(Call &call) {
  return isEqual(call.rendering, call.self, *call.given[0]) == expected;
}

/// A test that asks the value alone.
template <bool (*holds)(Call &)> static Value ask(Call &call) {
  return holds(call);
}

static bool isTruth(Call &call, bool expected) {
  const bool *truth = call.self.asBoolean();
  return truth && *truth == expected;
}

static const Function tests[] = {
    {"!=", "other", isEqualTo<false>},
    {"<", "other", isOrdered<Order::Less>},
    {"<=", "other", isOrdered<Order::Less, Order::Equal>},
    {"==", "other", isEqualTo<true>},
    {">", "other", isOrdered<Order::Greater>},
    {">=", "other", isOrdered<Order::Greater, Order::Equal>},
    {"boolean", "", [](Call &c) { return Value(bool(c.self.asBoolean())); }},
    {"callable", "", ask<isCallable>},
    {"defined", "", [](Call &c) { return Value(!c.self.isUndefined()); }},
    {"divisibleby", "num",
     [](Call &c) { return Value(remainder(c, c.integer(0, 0)) == 0); }},
    {"eq", "other", isEqualTo<true>},
    {"equalto", "other", isEqualTo<true>},
    {"escaped", "",
     [](Call &c) {
       return Value(c.self.asText() && c.self.asText()->isMarkup);
     }},
    {"even", "", [](Call &c) { return Value(remainder(c, 2) == 0); }},
    {"false", "", [](Call &c) { return Value(isTruth(c, false)); }},
    {"filter", "",
     [](Call &c) { return Value(findFilter(c.selfText().bytes) != nullptr); }},
    {"float", "", ask<isFloat>},
    {"ge", "other", isOrdered<Order::Greater, Order::Equal>},
    {"greaterthan", "other", isOrdered<Order::Greater>},
    {"gt", "other", isOrdered<Order::Greater>},
    {"in", "seq",
     [](Call &c) { return Value(isIn(c.rendering, c.self, *c.given[0])); }},
    {"integer", "", ask<isInteger>},
    {"iterable", "", [](Call &c) { return Value(isIterable(c.self)); }},
    {"le", "other", isOrdered<Order::Less, Order::Equal>},
    {"lessthan", "other", isOrdered<Order::Less>},
    {"lower", "", [](Call &c) { return hasCase(c, isLower, isUpper); }},
    {"lt", "other", isOrdered<Order::Less>},
    {"mapping", "", [](Call &c) { return Value(bool(c.self.asMapping())); }},
    {"ne", "other", isEqualTo<false>},
    {"none", "", [](Call &c) { return Value(c.self.isNone()); }},
    {"number", "", [](Call &c) { return Value(c.self.number().has_value()); }},
    {"odd", "", [](Call &c) { return Value(remainder(c, 2) != 0); }},
    {"sameas", "other",
     [](Call &c) { return Value(c.self.isSame(*c.given[0])); }},
    {"sequence", "", ask<isSequence>},
    {"string", "", [](Call &c) { return Value(bool(c.self.asText())); }},
    {"test", "",
     [](Call &c) { return Value(findTest(c.selfText().bytes) != nullptr); }},
    {"true", "", [](Call &c) { return Value(isTruth(c, true)); }},
    {"undefined", "", [](Call &c) { return Value(c.self.isUndefined()); }},
    {"upper", "", [](Call &c) { return hasCase(c, isUpper, isLower); }},
};

const Function *findTest(std::string_view name) { return findIn(tests, name); }

} // namespace tandem::runtime::jinja
