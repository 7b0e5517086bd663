//===- Function.cpp - filters, tests, methods and functions ---------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/Template/Function.h"

#include <algorithm>

namespace tandem::runtime::jinja {

namespace {
struct Parameters {
  explicit Parameters(std::string_view text) {
    for (size_t start = 0; start < text.size();) {
      size_t end = std::min(text.find(' ', start), text.size());
      std::string_view word = text.substr(start, end - start);
      start = end + 1;
      if (word == "*") {
        takesMore = true;
        continue;
      }
      bool isOptional = word.back() == '?';
      names.push_back(isOptional ? word.substr(0, word.size() - 1) : word);
      required += !isOptional;
    }
  }

  std::vector<std::string_view> names;
  size_t required = 0; ///< they come first
  bool takesMore = false;
};
} // namespace

void Call::fail(const std::string &what) const {
  rendering.fail("'" + std::string(function.name) + "' " + what);
}

const Value *Call::find(size_t i) const {
  return given[i] && !given[i]->isNone() ? &*given[i] : nullptr;
}

int64_t Call::integer(size_t i, int64_t fallback) const {
  if (!given[i]) {
    return fallback;
  }
  if (auto number = given[i]->index()) {
    return *number;
  }
  fail(std::string("needs an integer, not '") + given[i]->typeName() + "'");
}

bool Call::flag(size_t i, bool fallback) const {
  return given[i] ? given[i]->isTrue() : fallback;
}

const std::string &Call::text(size_t i) const {
  if (const Text *text = given[i]->asText()) {
    return text->bytes;
  }
  fail(std::string("needs a text, not '") + given[i]->typeName() + "'");
}

const Text &Call::selfText() const {
  if (const Text *text = self.asText()) {
    return *text;
  }
  fail(std::string("applies to a text, not to '") + self.typeName() + "'");
}

Value callFunction(Rendering &rendering, const Function &function,
                   const Value &self, Arguments &&arguments) {
  Nesting level(rendering);
  rendering.spend(4);
  if (!function.run) {
    rendering.refuse("'" + std::string(function.name) + "'");
  }
  Parameters parameters(function.parameters);
  Call call{rendering, function, self};
  size_t count = parameters.names.size();
  call.given.resize(count);
  for (size_t i = 0; i < arguments.positional.size(); ++i) {
    if (i < count) {
      call.given[i] = std::move(arguments.positional[i]);
    } else if (parameters.takesMore) {
      call.more.positional.push_back(std::move(arguments.positional[i]));
    } else {
      call.fail("takes at most " + std::to_string(count) + " arguments, " +
                std::to_string(arguments.positional.size()) + " are given");
    }
  }
  for (auto &[name, value] : arguments.named) {
    auto found =
        std::find(parameters.names.begin(), parameters.names.end(), name);
    if (found != parameters.names.end()) {
      auto &slot = call.given[size_t(found - parameters.names.begin())];
      if (slot) {
        call.fail("gets argument '" + name + "' twice");
      }
      slot = std::move(value);
    } else if (parameters.takesMore) {
      call.more.named.emplace_back(name, std::move(value));
    } else {
      call.fail("takes no argument '" + name + "'");
    }
  }
  for (size_t i = 0; i < parameters.required; ++i) {
    if (!call.given[i]) {
      call.fail("lacks argument '" + std::string(parameters.names[i]) + "'");
    }
  }
  return function.run(call);
}

const Function *findIn(std::span<const Function> table, std::string_view name) {
  auto found =
      std::find_if(table.begin(), table.end(),
                   [&](const Function &entry) { return entry.name == name; });
  return found == table.end() ? nullptr : &*found;
}

Value applyFilter(Rendering &rendering, const std::string &name,
                  const Value &value, Arguments &&arguments) {
  const Function *filter = findFilter(name);
  if (!filter) {
    rendering.refuse("filter '" + name + "'");
  }
  return callFunction(rendering, *filter, value, std::move(arguments));
}

bool applyTest(Rendering &rendering, const std::string &name,
               const Value &value, Arguments &&arguments) {
  const Function *test = findTest(name);
  if (!test) {
    rendering.refuse("test '" + name + "'");
  }
  return callFunction(rendering, *test, value, std::move(arguments)).isTrue();
}

} // namespace tandem::runtime::jinja
