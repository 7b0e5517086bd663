//===- CharacterSet.h - sets of characters in PCRE2's spelling -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A set of characters as a PCRE2 expression that matches one of them. PCRE2 has
// no union with a complement, no intersection and no nesting in a class; a set
// becomes alternatives and look-ahead where it needs them.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_TEXT_CHARACTERSET_H
#define TANDEM_TARGETS_RUNTIME_TEXT_CHARACTERSET_H

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tandem::runtime {

/// A set, built up by union.
class CharacterSet {
public:
  CharacterSet() = default;
  /// What stands between the brackets of a PCRE2 class, or its complement.
  explicit CharacterSet(const std::string &inside, bool isComplement = false);

  static CharacterSet character(char32_t character);
  static CharacterSet range(char32_t first, char32_t last);

  void add(const CharacterSet &other);
  CharacterSet complement() const;
  CharacterSet intersection(const CharacterSet &other) const;

  bool isEmpty() const { return inside.empty() && others.empty(); }
  /// Matches exactly one character of the set, which is not empty.
  std::string expression() const;

private:
  std::string inside; ///< of a class, "" for none
  std::string others; ///< alternatives beside it: "A|B"
};

/// `\s`, `\S`, `\w`, `\W`, `\d`, `\D`, `\h` or `\H` by its letter, as Oniguruma
/// has them in a class or alone; nothing for another letter.
std::optional<CharacterSet> findShorthand(char letter, bool isInClass);

/// The set that Oniguruma calls `name`, as in `\p{name}` or `[[:name:]]`; a
/// name that is no category and none of POSIX is taken for a script.
CharacterSet findProperty(std::string_view name);

/// `\x{1F600}`.
std::string spellCharacter(char32_t character);

} // namespace tandem::runtime

#endif // TANDEM_TARGETS_RUNTIME_TEXT_CHARACTERSET_H
