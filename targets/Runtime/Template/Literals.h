//===- Literals.h - spelling of names, numbers and texts --------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The lengths of words at the start of a text, 0 where there is none, and what
// a literal stands for.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_TEMPLATE_LITERALS_H
#define TANDEM_TARGETS_RUNTIME_TEMPLATE_LITERALS_H

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tandem::runtime::jinja {

/// "1.5", "1e3", "1_000.5" at `position`, not behind a dot.
size_t matchFloat(std::string_view text, size_t position);
/// "12", "1_000", "0x1f", "0o17", "0b101".
size_t matchInteger(std::string_view text);
/// Letters, digits and underscores, of ASCII.
size_t matchName(std::string_view text);
/// A text in single or double quotes.
size_t matchText(std::string_view text);

/// The value of what matched; fails beyond 64 bits.
int64_t integerValue(std::string text, int line);
double floatValue(std::string text);
/// What stands between the quotes, Python's escapes resolved.
std::string unescapeText(std::string_view text, int line);

/// `text` with \n for \r\n and for \r.
std::string normalizeNewlines(std::string_view text);

} // namespace tandem::runtime::jinja

#endif // TANDEM_TARGETS_RUNTIME_TEMPLATE_LITERALS_H
