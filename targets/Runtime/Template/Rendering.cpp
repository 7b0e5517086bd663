//===- Rendering.cpp - bounds of one rendering ----------------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/Template/Rendering.h"

#include <algorithm>

#include "tandem/targets/Runtime/Failure.h"
#include "tandem/targets/Runtime/Template/Unicode.h"

namespace tandem::runtime::jinja {

/// A message may quote the template; no more of it than helps.
static std::string shorten(std::string text) {
  constexpr size_t most = 600;
  if (text.size() > most) {
    text.resize(most);
    while (!text.empty() && isContinuation(text.back())) {
      text.pop_back();
    }
    text.pop_back(); // the first byte of what was cut
    text += "...";
  }
  return text;
}

void failAt(int line, const std::string &what) {
  throw Failure(ExitCode::InputRejected, "chat template, line " +
                                             std::to_string(line) + ": " +
                                             shorten(what));
}

void refuseAt(int line, const std::string &construct) {
  throw Failure(ExitCode::Unsupported,
                "chat template, line " + std::to_string(line) + ": " +
                    shorten(construct) + " is not supported");
}

void Rendering::spend(uint64_t count) {
  steps += count;
  if (steps > maximumSteps) {
    fail("takes more than " + std::to_string(maximumSteps) +
         " steps: an endless loop?");
  }
}

void Rendering::hold(uint64_t count) {
  bytes += std::min(count, 2 * maximumBytes);
  if (bytes > maximumBytes) {
    fail("makes more than " + std::to_string(maximumBytes >> 20) +
         " MiB of values");
  }
  spend(count / 64);
}

void Rendering::failUndefined(const Value &value) const {
  fail(*value.asUndefined()->why);
}

int Rendering::requireDepth(int depth) const {
  if (depth > maximumValueDepth) {
    fail("makes lists or mappings nested deeper than " +
         std::to_string(maximumValueDepth));
  }
  return depth;
}

Value Rendering::text(std::string text, bool isMarkup) {
  hold(text.size() + sizeof(Text) + 16);
  bool ascii = isAscii(text);
  return Value(
      std::make_shared<const Text>(Text{std::move(text), ascii, isMarkup}));
}

Value Rendering::list(std::vector<Value> items, Sequence::Form form) {
  hold(sizeof(Value) * items.size() + sizeof(Sequence) + 16);
  int depth = 0;
  for (const Value &item : items) {
    depth = std::max(depth, item.depth());
  }
  return Value(std::make_shared<const Sequence>(
      Sequence{form, std::move(items), requireDepth(depth + 1)}));
}

Value Rendering::mapping(std::vector<std::pair<Value, Value>> entries) {
  hold(sizeof(entries[0]) * entries.size() + sizeof(Mapping) + 16);
  int depth = 0;
  for (const auto &[key, value] : entries) {
    depth = std::max({depth, key.depth(), value.depth()});
  }
  return Value(std::make_shared<const Mapping>(
      Mapping{std::move(entries), requireDepth(depth + 1)}));
}

Value Rendering::undefined(std::string why) {
  hold(why.size());
  return Value(Undefined{std::make_shared<const std::string>(std::move(why))});
}

std::shared_ptr<Namespace> Rendering::makeNamespace() {
  hold(sizeof(Namespace) + 32);
  return namespaces.emplace_back(std::make_shared<Namespace>());
}

Rendering::~Rendering() {
  for (const auto &entry : namespaces) {
    entry->clear();
  }
}

Iterator::Iterator(std::vector<Value> given) : items(std::move(given)) {
  for (const Value &item : items) {
    depth = std::max(depth, item.depth() + 1);
  }
}

std::optional<Value> Namespace::attribute(Rendering &, std::string_view name) {
  const Value *value = mapping.find(name);
  return value ? std::optional(*value) : std::nullopt;
}

void Namespace::set(Rendering &rendering, const std::string &name,
                    Value value) {
  rendering.spend(mapping.entries.size() / 8);
  for (auto &[key, held] : mapping.entries) {
    if (key.asText()->bytes == name) {
      held = std::move(value);
      return;
    }
  }
  mapping.entries.emplace_back(rendering.text(name), std::move(value));
}

} // namespace tandem::runtime::jinja
