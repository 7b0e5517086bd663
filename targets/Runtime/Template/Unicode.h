//===- Unicode.h - code points of texts -------------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Python counts, strips and maps code points; texts are UTF-8. Every function
// here takes valid UTF-8. Relies on utf8proc for the properties of characters.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_TEMPLATE_UNICODE_H
#define TANDEM_TARGETS_RUNTIME_TEMPLATE_UNICODE_H

#include <string>
#include <string_view>

#include "tandem/targets/Runtime/Text/Characters.h"

namespace tandem::runtime::jinja {

inline bool isContinuation(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0) == 0x80;
}

bool isAscii(std::string_view text);

/// The position of the code point before `position`.
size_t previousCodePoint(std::string_view text, size_t position);
size_t countCodePoints(std::string_view text);

/// Python's str.isspace, isalpha, isdecimal, isalnum and isprintable, of one
/// character.
bool isSpace(char32_t codePoint);
bool isAlpha(char32_t codePoint);
bool isDecimal(char32_t codePoint);
bool isAlphanumeric(char32_t codePoint);
bool isPrintable(char32_t codePoint);
/// Letters of upper and of lower case; a title-case letter is neither.
bool isUpper(char32_t codePoint);
bool isLower(char32_t codePoint);

/// Python's str.upper, lower, title and capitalize, but for the rare letters
/// whose other case is several characters: of them only U+00DF is known.
std::string toUpper(std::string_view text);
std::string toLower(std::string_view text);
std::string toTitle(std::string_view text);
std::string toCapitalized(std::string_view text);

/// Ranges of `text` without white space at an end.
std::string_view stripLeft(std::string_view text);
std::string_view stripRight(std::string_view text);

} // namespace tandem::runtime::jinja

#endif // TANDEM_TARGETS_RUNTIME_TEMPLATE_UNICODE_H
