//===- Json.h - strict JSON -------------------------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Reading JSON that somebody else wrote: size and depth are bounded, duplicate
// keys and numbers outside a double's range are errors. Relies on nlohmann's
// parser, which itself is safe against deep nesting.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_JSON_H
#define TANDEM_TARGETS_RUNTIME_JSON_H

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace tandem::runtime {

using Json = nlohmann::json;
/// JSON whose objects keep the order of their keys.
using OrderedJson = nlohmann::ordered_json;

/// Deepest nesting that parseJson accepts.
inline constexpr int maximumJsonDepth = 64;

/// Parses `text`; `name` is how errors call it.
Json parseJson(std::string_view text, const std::string &name);
OrderedJson parseOrderedJson(std::string_view text, const std::string &name);

/// Writes `value` so that equal values give equal bytes: keys sorted, two
/// spaces, shortest numbers, bytes that are no UTF-8 replaced, a final newline.
std::string writeJson(const Json &value);

} // namespace tandem::runtime

#endif // TANDEM_TARGETS_RUNTIME_JSON_H
