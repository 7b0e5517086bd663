//===- Access.cpp - items and attributes of values ------------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include <algorithm>

#include "tandem/targets/Runtime/Template/Function.h"
#include "tandem/targets/Runtime/Template/Unicode.h"

namespace tandem::runtime::jinja {

static bool isGenerator(const Value &value) { return value.as<Iterator>(); }

bool isIterable(const Value &value) {
  return value.asText() || value.asSequence() || value.asMapping() ||
         value.isUndefined() || isGenerator(value);
}

static std::vector<Value> characters(Rendering &rendering, const Text &text) {
  std::vector<Value> items;
  for (size_t position = 0; position < text.bytes.size();) {
    size_t start = position;
    nextCharacter(text.bytes, position);
    items.push_back(rendering.text(text.bytes.substr(start, position - start)));
  }
  return items;
}

std::vector<Value> iterate(Rendering &rendering, const Value &value) {
  if (const Text *text = value.asText()) {
    return characters(rendering, *text);
  }
  if (const Sequence *sequence = value.asSequence()) {
    rendering.hold(sequence->items.size() * sizeof(Value));
    return sequence->items;
  }
  if (const Mapping *mapping = value.asMapping()) {
    rendering.hold(mapping->entries.size() * sizeof(Value));
    std::vector<Value> keys;
    for (const auto &[key, held] : mapping->entries) {
      keys.push_back(key);
    }
    return keys;
  }
  if (auto *iterator = value.as<Iterator>()) {
    return iterator->take();
  }
  if (value.isUndefined()) {
    return {};
  }
  rendering.fail(std::string("'") + value.typeName() + "' has no items");
}

/// A method of a value of a built-in type.
static const Function *findMethod(const Value &object, std::string_view name) {
  return object.asText()       ? findTextMethod(name)
         : object.asMapping()  ? findMappingMethod(name)
         : object.asSequence() ? findSequenceMethod(*object.asSequence(), name)
                               : nullptr;
}

static std::optional<Value> findAttribute(Rendering &rendering,
                                          const Value &object,
                                          std::string_view name) {
  if (Object *held = object.asObject()) {
    return held->attribute(rendering, name);
  }
  if (const Function *method = findMethod(object, name)) {
    return rendering.object<BoundFunction>(*method, object);
  }
  return std::nullopt;
}

static const Value *findKey(Rendering &rendering, const Value &object,
                            const Value &key) {
  const Mapping *mapping = object.asMapping();
  if (mapping) {
    rendering.spend(mapping->entries.size() / 8);
  }
  return mapping ? mapping->find(key) : nullptr;
}

static Value missing(Rendering &rendering, const Value &object,
                     const std::string &name) {
  return rendering.undefined(std::string("'") + object.typeName() +
                             "' has no attribute or item " + name);
}

Value getAttribute(Rendering &rendering, const Value &object,
                   std::string_view name) {
  if (object.isUndefined()) {
    rendering.failUndefined(object);
  }
  if (std::optional<Value> found = findAttribute(rendering, object, name)) {
    return *found;
  }
  if (const Mapping *mapping = object.asMapping()) {
    rendering.spend(mapping->entries.size() / 8);
    if (const Value *value = mapping->find(name)) {
      return *value;
    }
  }
  return missing(rendering, object, "'" + std::string(name) + "'");
}

/// The bytes of the code point `index`, from the end if negative.
static std::optional<std::string> characterAt(Rendering &rendering,
                                              const Text &text, int64_t index) {
  const std::string &bytes = text.bytes;
  if (text.isAscii) {
    index += index < 0 ? int64_t(bytes.size()) : 0;
    return index >= 0 && index < int64_t(bytes.size())
               ? std::optional(bytes.substr(size_t(index), 1))
               : std::nullopt;
  }
  rendering.spend(bytes.size() / 16);
  auto count = int64_t(countCodePoints(bytes));
  index += index < 0 ? count : 0;
  if (index < 0 || index >= count) {
    return std::nullopt;
  }
  size_t position = 0;
  for (int64_t i = 0; i < index; ++i) {
    nextCharacter(bytes, position);
  }
  size_t start = position;
  nextCharacter(bytes, position);
  return bytes.substr(start, position - start);
}

Value getItem(Rendering &rendering, const Value &object, const Value &index) {
  if (object.isUndefined()) {
    rendering.failUndefined(object);
  }
  if (const Value *found = findKey(rendering, object, index)) {
    return *found;
  }
  std::optional<int64_t> number = index.index();
  const Sequence *sequence = object.asSequence();
  if (number && sequence && sequence->form <= Sequence::Form::Range) {
    auto count = int64_t(sequence->items.size());
    int64_t place = *number + (*number < 0 ? count : 0);
    if (place >= 0 && place < count) {
      return sequence->items[size_t(place)];
    }
  }
  if (number && object.asText()) {
    if (auto found = characterAt(rendering, *object.asText(), *number)) {
      return rendering.text(std::move(*found), object.asText()->isMarkup);
    }
  }
  if (const Text *name = index.asText()) {
    if (auto found = findAttribute(rendering, object, name->bytes)) {
      return *found;
    }
  }
  return missing(rendering, object, toSource(rendering, index));
}

/// The places of `start:stop:step` in a sequence of `count`, as Python's
/// slice.indices.
static std::vector<size_t> slicePlaces(Rendering &rendering, int64_t count,
                                       const Value &start, const Value &stop,
                                       const Value &step) {
  auto bound = [&](const Value &value, int64_t fallback, int64_t least,
                   int64_t most) {
    if (value.isNone()) {
      return fallback;
    }
    std::optional<int64_t> number = value.index();
    if (!number) {
      rendering.fail(std::string("a slice needs integers, not '") +
                     value.typeName() + "'");
    }
    int64_t place =
        *number < 0 ? std::max(*number, -count - 1) + count : *number;
    return std::clamp(place, least, most);
  };
  int64_t stride = step.isNone() ? 1 : step.index().value_or(0);
  if (stride == 0) {
    rendering.fail("a slice's step must be an integer other than 0");
  }
  bool isForward = stride > 0;
  stride = std::clamp(stride, -count - 1, count + 1);
  int64_t least = isForward ? 0 : -1, most = isForward ? count : count - 1;
  int64_t from = bound(start, isForward ? least : most, least, most);
  int64_t to = bound(stop, isForward ? most : least, least, most);
  std::vector<size_t> places;
  rendering.spend(uint64_t(std::abs(to - from)) / 16);
  for (int64_t i = from; isForward ? i < to : i > to; i += stride) {
    places.push_back(size_t(i));
  }
  return places;
}

Value getSlice(Rendering &rendering, const Value &object, const Value &start,
               const Value &stop, const Value &step) {
  if (object.isUndefined()) {
    rendering.failUndefined(object);
  }
  if (const Text *text = object.asText()) {
    rendering.hold(text->bytes.size() * (sizeof(size_t) + 1));
    std::vector<size_t> starts; // of code points
    for (size_t position = 0; position < text->bytes.size();) {
      starts.push_back(position);
      nextCharacter(text->bytes, position);
    }
    std::string bytes;
    for (size_t place :
         slicePlaces(rendering, int64_t(starts.size()), start, stop, step)) {
      size_t end =
          place + 1 < starts.size() ? starts[place + 1] : text->bytes.size();
      bytes.append(text->bytes, starts[place], end - starts[place]);
    }
    return rendering.text(std::move(bytes), text->isMarkup);
  }
  const Sequence *sequence = object.asSequence();
  if (!sequence || sequence->form > Sequence::Form::Range) {
    return missing(rendering, object, "of a slice");
  }
  std::vector<Value> items;
  for (size_t place : slicePlaces(rendering, int64_t(sequence->items.size()),
                                  start, stop, step)) {
    items.push_back(sequence->items[place]);
  }
  return rendering.list(std::move(items), sequence->form);
}

} // namespace tandem::runtime::jinja
