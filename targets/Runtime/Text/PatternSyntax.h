//===- PatternSyntax.h - Oniguruma's expressions as PCRE2's -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Published tokenizers write regular expressions for Oniguruma with its Ruby
// syntax; the library here is PCRE2, which spells some things differently and
// gives others (`\s`, `\w`, `\b`, `\h`, `$`, `{n,m}+`, scripts) another
// meaning.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_TEXT_PATTERNSYNTAX_H
#define TANDEM_TARGETS_RUNTIME_TEXT_PATTERNSYNTAX_H

#include <string>
#include <string_view>

#include "tandem/targets/Runtime/Text/Settings.h"

namespace tandem::runtime {

/// The PCRE2 expression (for UTF and UCP) that matches what `pattern`, valid
/// UTF-8, matches in Oniguruma. Everything is grouped, nothing is captured.
///
/// Translated: literals, escapes, `.`, anchors, word boundaries, alternatives,
/// groups with or without a name, atomic groups, look-around, options i and m,
/// quantifiers (greedy, lazy, possessive), classes with ranges, properties,
/// nesting and `&&`. Malformed: exit code 3. Back references, conditionals,
/// subexpression calls and what has no equal in PCRE2: exit code 4.
std::string translatePattern(std::string_view pattern,
                             const Settings &settings);

} // namespace tandem::runtime

#endif // TANDEM_TARGETS_RUNTIME_TEXT_PATTERNSYNTAX_H
