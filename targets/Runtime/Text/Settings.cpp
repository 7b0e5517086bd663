//===- Settings.cpp - components of tokenizer.json -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/Text/Settings.h"

#include "tandem/targets/Runtime/Failure.h"

namespace tandem::runtime {

Settings::Settings(const Json &object, std::string where)
    : value(&object), place(std::move(where)) {
  if (!object.is_object()) {
    malformed("must be an object");
  }
}

void Settings::malformed(const std::string &what) const {
  throw Failure(ExitCode::InputRejected,
                "tokenizer.json: " + place + " " + what);
}

void Settings::unsupported(const std::string &what) const {
  throw Failure(ExitCode::Unsupported, "tokenizer.json: " + place + " " + what);
}

bool Settings::has(const char *key) const {
  auto found = value->find(key);
  return found != value->end() && !found->is_null();
}

const Json &Settings::get(const char *key) const {
  auto found = value->find(key);
  if (found == value->end()) {
    malformed(std::string("lacks key '") + key + "'");
  }
  return *found;
}

std::string Settings::text(const char *key) const {
  const Json &found = get(key);
  if (!found.is_string()) {
    malformed(std::string("has no text at key '") + key + "'");
  }
  return found.get<std::string>();
}

bool Settings::flag(const char *key) const {
  const Json &found = get(key);
  if (!found.is_boolean()) {
    malformed(std::string("has neither true nor false at key '") + key + "'");
  }
  return found.get<bool>();
}

bool Settings::flag(const char *key, bool fallback) const {
  return has(key) ? flag(key) : fallback;
}

int64_t Settings::number(const char *key, int64_t most) const {
  const Json &found = get(key);
  if (!found.is_number_unsigned() ||
      found.get<uint64_t>() > static_cast<uint64_t>(most)) {
    malformed(std::string("has no whole number from 0 to ") +
              std::to_string(most) + " at key '" + key + "'");
  }
  return found.get<int64_t>();
}

Settings Settings::object(const char *key) const {
  return Settings(get(key), place + "." + key);
}

const Json &Settings::array(const char *key) const {
  const Json &found = get(key);
  if (!found.is_array()) {
    malformed(std::string("has no array at key '") + key + "'");
  }
  return found;
}

std::vector<Settings> Settings::objects(const char *key) const {
  std::vector<Settings> result;
  for (const Json &element : array(key)) {
    result.emplace_back(element, place + "." + key + "[" +
                                     std::to_string(result.size()) + "]");
  }
  return result;
}

} // namespace tandem::runtime
