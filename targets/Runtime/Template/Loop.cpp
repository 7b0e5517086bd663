//===- Loop.cpp - the variable `loop` -------------------------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/Template/Loop.h"

namespace tandem::runtime::jinja {

static Value cycle(Call &call) {
  const std::vector<Value> &values = call.more.positional;
  if (values.empty()) {
    call.fail("needs items");
  }
  auto *loop = call.self.as<Loop>();
  return values[loop->index % values.size()];
}

static Value changed(Call &call) {
  auto *loop = call.self.as<Loop>();
  return loop->isChanged(call.rendering,
                         call.rendering.tuple(call.more.positional));
}

std::optional<Value> Loop::attribute(Rendering &rendering,
                                     std::string_view name) {
  static const Function methods[] = {{"changed", "*", changed},
                                     {"cycle", "*", cycle}};
  auto count = int64_t(items.size());
  auto at = int64_t(index);
  const std::pair<std::string_view, Value> values[] = {
      {"index", at + 1},         {"index0", at},
      {"revindex", count - at},  {"revindex0", count - at - 1},
      {"first", at == 0},        {"last", at == count - 1},
      {"length", count},         {"depth", int64_t(level + 1)},
      {"depth0", int64_t(level)}};
  for (const auto &[key, value] : values) {
    if (key == name) {
      return value;
    }
  }
  if (name == "previtem") {
    return at > 0 && at <= count
               ? items[index - 1]
               : rendering.undefined("there is no previous item");
  }
  if (name == "nextitem") {
    return at + 1 < count ? items[index + 1]
                          : rendering.undefined("there is no next item");
  }
  if (const Function *method = findIn(methods, name)) {
    return rendering.object<BoundFunction>(*method, Value(shared_from_this()));
  }
  return std::nullopt;
}

bool Loop::isChanged(Rendering &rendering, Value values) {
  if (lastChanged && isEqual(rendering, *lastChanged, values)) {
    return false;
  }
  if (isClosed) {
    return true;
  }
  lastChanged = std::move(values);
  return true;
}

void Loop::close() {
  isClosed = true;
  items.clear();
  lastChanged.reset();
}

Value Loop::call(Rendering &rendering, Arguments &&arguments) {
  if (!definition.isRecursive) {
    rendering.fail("the loop is not marked 'recursive'");
  }
  if (arguments.positional.size() != 1 || !arguments.named.empty()) {
    rendering.fail("'loop' takes one argument, the items");
  }
  return evaluator.callLoop(definition, scope, arguments.positional[0],
                            level + 1);
}

} // namespace tandem::runtime::jinja
