//===- Settings.h - components of tokenizer.json -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Reading one component of tokenizer.json: typed keys, and errors that say
// where in the file they are. Keys that are not asked for are not looked at, as
// the file format grows.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_TEXT_SETTINGS_H
#define TANDEM_TARGETS_RUNTIME_TEXT_SETTINGS_H

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "tandem/targets/Runtime/Json.h"

namespace tandem::runtime {

/// Largest token id plus one; keeps tables small whatever a file says.
inline constexpr int64_t maximumTokenIds = 1 << 22;

/// A JSON object and its place in the file. The JSON outlives it.
class Settings {
public:
  /// `where` is how errors call it, for example "pre_tokenizer".
  Settings(const Json &object, std::string where);

  bool has(const char *key) const; ///< present and not null
  std::string text(const char *key) const;
  bool flag(const char *key) const;
  bool flag(const char *key, bool fallback) const;
  /// A whole number from 0 to `most`.
  int64_t number(const char *key, int64_t most) const;
  Settings object(const char *key) const;
  std::vector<Settings> objects(const char *key) const;
  /// The array at `key`.
  const Json &array(const char *key) const;
  /// The members of an object, in the file's spelling.
  const Json &json() const { return *value; }

  const std::string &where() const { return place; }

  /// Exit code 3: `what` follows the component's place.
  [[noreturn]] void malformed(const std::string &what) const;
  /// Exit code 4: valid, but `what` is nothing that Tandem has.
  [[noreturn]] void unsupported(const std::string &what) const;

private:
  const Json &get(const char *key) const;

  const Json *value;
  std::string place;
};

/// The entry of `table` that `settings` names as its type; of `kinds`, all that
/// are there, an error says which.
template <class Maker>
const Maker &
findKind(const Settings &settings,
         const std::vector<std::pair<const char *, Maker>> &table) {
  std::string type = settings.text("type"), known;
  for (const auto &[name, maker] : table) {
    if (type == name) {
      return maker;
    }
    known += (known.empty() ? "" : ", ") + std::string(name);
  }
  settings.unsupported("is '" + type + "'; Tandem has " + known);
}

} // namespace tandem::runtime

#endif // TANDEM_TARGETS_RUNTIME_TEXT_SETTINGS_H
