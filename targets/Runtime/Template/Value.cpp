//===- Value.cpp - values of chat templates -------------------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/Template/Value.h"

#include <algorithm>

#include "tandem/targets/Runtime/Template/Rendering.h"

namespace tandem::runtime::jinja {

std::optional<Value> Object::attribute(Rendering &, std::string_view) {
  return std::nullopt;
}

Value Object::call(Rendering &rendering, Arguments &&) {
  rendering.fail(std::string("'") + typeName() + "' cannot be called");
}

std::optional<int64_t> Value::integer() const {
  auto *held = std::get_if<int64_t>(&storage);
  return held ? std::optional(*held) : std::nullopt;
}

std::optional<int64_t> Value::index() const {
  const bool *truth = asBoolean();
  return truth ? std::optional(int64_t(*truth)) : integer();
}

std::optional<double> Value::number() const {
  if (const double *held = asFloat()) {
    return *held;
  }
  std::optional<int64_t> held = index();
  return held ? std::optional(double(*held)) : std::nullopt;
}

bool Value::isTrue() const {
  if (isNone() || isUndefined()) {
    return false;
  }
  if (std::optional<double> held = number()) {
    return *held != 0;
  }
  if (const Text *text = asText()) {
    return !text->bytes.empty();
  }
  if (const Sequence *sequence = asSequence()) {
    return !sequence->items.empty();
  }
  const Mapping *mapping = asMapping();
  return !mapping || !mapping->entries.empty();
}

const char *Value::typeName() const {
  if (const Sequence *sequence = asSequence()) {
    static const char *const names[] = {
        "list", "tuple", "range", "dict_keys", "dict_values", "dict_items"};
    return names[int(sequence->form)];
  }
  return isNone()        ? "NoneType"
         : isUndefined() ? "Undefined"
         : asBoolean()   ? "bool"
         : integer()     ? "int"
         : asFloat()     ? "float"
         : asText()      ? "str"
         : asMapping()   ? "dict"
                         : asObject()->typeName();
}

int Value::depth() const {
  return asSequence()  ? asSequence()->depth
         : asMapping() ? asMapping()->depth
         : asObject()  ? asObject()->depth
                       : 0;
}

bool Value::isSame(const Value &other) const {
  if (storage.index() != other.storage.index()) {
    return false;
  }
  if (const Text *text = asText()) {
    return text->bytes == other.asText()->bytes;
  }
  if (asFloat()) {
    return *asFloat() == *other.asFloat();
  }
  return index() == other.index() && asSequence() == other.asSequence() &&
         asMapping() == other.asMapping() && asObject() == other.asObject();
}

/// Equality of keys, which are texts, numbers and the like, or tuples of them.
static bool isSameKey(const Value &a, const Value &b) {
  if (a.asText() && b.asText()) {
    return a.asText()->bytes == b.asText()->bytes;
  }
  if (a.index() && b.index()) {
    return a.index() == b.index();
  }
  if (a.number() && b.number()) {
    return a.number() == b.number();
  }
  const Sequence *first = a.asSequence(), *second = b.asSequence();
  if (first && second) {
    return std::equal(first->items.begin(), first->items.end(),
                      second->items.begin(), second->items.end(), isSameKey);
  }
  return a.isSame(b);
}

const Value *Mapping::find(const Value &key) const {
  for (const auto &[held, value] : entries) {
    if (isSameKey(held, key)) {
      return &value;
    }
  }
  return nullptr;
}

const Value *Mapping::find(std::string_view key) const {
  for (const auto &[held, value] : entries) {
    if (held.asText() && held.asText()->bytes == key) {
      return &value;
    }
  }
  return nullptr;
}

bool isEqual(Rendering &rendering, const Value &a, const Value &b) {
  Nesting level(rendering);
  rendering.spend();
  if (a.asText() && b.asText()) {
    rendering.spend(a.asText()->bytes.size() / 64);
    return a.asText()->bytes == b.asText()->bytes;
  }
  if (a.index() && b.index()) {
    return a.index() == b.index();
  }
  if (a.number() && b.number()) {
    return a.number() == b.number();
  }
  if (a.asSequence() && b.asSequence()) {
    const Sequence &first = *a.asSequence(), &second = *b.asSequence();
    return first.form == second.form &&
           std::equal(first.items.begin(), first.items.end(),
                      second.items.begin(), second.items.end(),
                      [&](const Value &x, const Value &y) {
                        return isEqual(rendering, x, y);
                      });
  }
  if (a.asMapping() && b.asMapping()) {
    const Mapping &first = *a.asMapping(), &second = *b.asMapping();
    if (first.entries.size() != second.entries.size()) {
      return false;
    }
    for (const auto &[key, value] : first.entries) {
      rendering.spend(second.entries.size() / 8);
      const Value *other = second.find(key);
      if (!other || !isEqual(rendering, value, *other)) {
        return false;
      }
    }
    return true;
  }
  return a.isSame(b);
}

template <class T> static Order orderOf(const T &a, const T &b) {
  return a < b    ? Order::Less
         : a == b ? Order::Equal
         : a > b  ? Order::Greater
                  : Order::None;
}

Order compare(Rendering &rendering, const Value &a, const Value &b) {
  Nesting level(rendering);
  rendering.spend();
  if (a.isUndefined() || b.isUndefined()) {
    rendering.failUndefined(a.isUndefined() ? a : b);
  }
  if (a.asText() && b.asText()) { // UTF-8 sorts as code points do
    rendering.spend(a.asText()->bytes.size() / 64);
    return orderOf(a.asText()->bytes, b.asText()->bytes);
  }
  if (a.index() && b.index()) {
    return orderOf(*a.index(), *b.index());
  }
  if (a.number() && b.number()) {
    return orderOf(*a.number(), *b.number());
  }
  const Sequence *first = a.asSequence(), *second = b.asSequence();
  if (!first || !second || first->form != second->form ||
      first->form > Sequence::Form::Tuple) {
    rendering.fail(std::string("'") + a.typeName() + "' and '" + b.typeName() +
                   "' have no order");
  }
  size_t common = std::min(first->items.size(), second->items.size());
  for (size_t i = 0; i < common; ++i) {
    if (!isEqual(rendering, first->items[i], second->items[i])) {
      return compare(rendering, first->items[i], second->items[i]);
    }
  }
  return orderOf(first->items.size(), second->items.size());
}

bool isIn(Rendering &rendering, const Value &needle, const Value &container) {
  if (const Text *text = container.asText()) {
    if (!needle.asText()) {
      rendering.fail(std::string("'in' a text needs a text, not '") +
                     needle.typeName() + "'");
    }
    rendering.spend(text->bytes.size() / 16);
    return text->bytes.find(needle.asText()->bytes) != std::string::npos;
  }
  if (const Mapping *mapping = container.asMapping()) {
    rendering.spend(mapping->entries.size() / 8);
    return mapping->find(needle);
  }
  for (const Value &item : iterate(rendering, container)) {
    if (isEqual(rendering, item, needle)) {
      return true;
    }
  }
  return false;
}

} // namespace tandem::runtime::jinja
