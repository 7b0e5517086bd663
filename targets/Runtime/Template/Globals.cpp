//===- Globals.cpp - functions of chat templates --------------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Functions that are no method: Jinja's own, and the two that the libraries
// which publish chat templates add, raise_exception and strftime_now.
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/Template/Function.h"

namespace tandem::runtime::jinja {

/// As Jinja's sandbox has it.
static constexpr int64_t maximumRange = 100000;

/// What dict(...) and namespace(...) are made of.
static std::vector<std::pair<Value, Value>> collectEntries(Call &call) {
  std::vector<std::pair<Value, Value>> entries;
  auto set = [&](const Value &key, Value value) {
    call.rendering.spend(entries.size() / 8);
    for (auto &[held, old] : entries) {
      if (isEqual(call.rendering, held, key)) {
        old = std::move(value);
        return;
      }
    }
    entries.emplace_back(key, std::move(value));
  };
  if (call.has(0)) {
    if (const Mapping *mapping = call.given[0]->asMapping()) {
      entries = mapping->entries;
    } else {
      for (const Value &pair : iterate(call.rendering, *call.given[0])) {
        std::vector<Value> items = iterate(call.rendering, pair);
        if (items.size() != 2) {
          call.fail("needs pairs");
        }
        set(items[0], items[1]);
      }
    }
  }
  for (auto &[name, value] : call.more.named) {
    set(call.rendering.text(name), std::move(value));
  }
  return entries;
}

static Value makeDict(Call &call) {
  return call.rendering.mapping(collectEntries(call));
}

static Value makeNamespace(Call &call) {
  auto result = call.rendering.makeNamespace();
  for (auto &[key, value] : collectEntries(call)) {
    if (!key.asText()) {
      call.fail("needs names that are texts");
    }
    result->set(call.rendering, key.asText()->bytes, std::move(value));
  }
  return Value(std::static_pointer_cast<Object>(result));
}

static Value makeRange(Call &call) {
  bool hasStart = call.has(1);
  int64_t start = hasStart ? call.integer(0, 0) : 0;
  int64_t stop = call.integer(hasStart ? 1 : 0, 0);
  int64_t step = call.integer(2, 1);
  if (step == 0) {
    call.fail("needs a step other than 0");
  }
  // Counted in 128 bits: the ends may be anywhere.
  __int128 distance = __int128(stop) - start;
  __int128 count = distance / step + (distance % step != 0);
  if ((distance > 0) != (step > 0)) {
    count = 0;
  }
  if (count > maximumRange) {
    call.fail("has more than " + std::to_string(maximumRange) + " items");
  }
  std::vector<Value> items;
  for (int64_t i = 0; i < int64_t(count); ++i) {
    items.push_back(Value(start + i * step));
  }
  return call.rendering.list(std::move(items), Sequence::Form::Range);
}

static Value raiseException(Call &call) {
  call.rendering.fail("refuses the conversation: " +
                      toText(call.rendering, *call.given[0]));
}

static Value formatDate(Call &call) {
  const std::string &format = call.text(0);
  char buffer[4096];
  size_t length = format.empty()
                      ? 0
                      : std::strftime(buffer, sizeof(buffer), format.c_str(),
                                      &call.rendering.now);
  if (length == 0 && !format.empty()) {
    call.fail("has a format that gives nothing or more than 4095 bytes");
  }
  return call.rendering.text(std::string(buffer, length));
}

namespace {
/// `cycler(...)`: goes round its items.
class Cycler : public Object {
public:
  explicit Cycler(std::vector<Value> given) : items(std::move(given)) {
    for (const Value &item : items) {
      depth = std::max(depth, item.depth() + 1);
    }
  }
  const char *typeName() const override { return "Cycler"; }
  std::optional<Value> attribute(Rendering &rendering,
                                 std::string_view name) override {
    static const Function methods[] = {
        {"next", "",
         [](Call &call) {
           auto *cycler = call.self.as<Cycler>();
           Value item = cycler->items[cycler->place];
           cycler->place = (cycler->place + 1) % cycler->items.size();
           return item;
         }},
        {"reset", "", [](Call &call) {
           call.self.as<Cycler>()->place = 0;
           return Value();
         }}};
    if (name == "current") {
      return items[place];
    }
    const Function *method = findIn(methods, name);
    return method ? std::optional(rendering.object<BoundFunction>(
                        *method, Value(shared_from_this())))
                  : std::nullopt;
  }

private:
  std::vector<Value> items;
  size_t place = 0;
};

/// `joiner(separator)`: gives the separator from its second call on.
class Joiner : public Object {
public:
  explicit Joiner(Value separator) : separator(std::move(separator)) {
    depth = this->separator.depth() + 1;
  }
  const char *typeName() const override { return "Joiner"; }
  bool isCallable() const override { return true; }
  Value call(Rendering &rendering, Arguments &&) override {
    return std::exchange(isUsed, true) ? separator : rendering.text("");
  }

private:
  Value separator;
  bool isUsed = false;
};
} // namespace

static Value makeCycler(Call &call) {
  if (call.more.positional.empty()) {
    call.fail("needs items");
  }
  return call.rendering.object<Cycler>(std::move(call.more.positional));
}

static Value makeJoiner(Call &call) {
  return call.rendering.object<Joiner>(call.has(0) ? *call.given[0]
                                                   : call.rendering.text(", "));
}

static const Function globals[] = {
    {"cycler", "*", makeCycler},
    {"dict", "mapping? *", makeDict},
    {"joiner", "sep?", makeJoiner},
    {"lipsum", "", nullptr},
    {"namespace", "mapping? *", makeNamespace},
    {"raise_exception", "message", raiseException},
    {"range", "start stop? step?", makeRange},
    {"strftime_now", "format", formatDate},
};

const Function *findGlobal(std::string_view name) {
  return findIn(globals, name);
}

} // namespace tandem::runtime::jinja
