//===- Literals.cpp - spelling of names, numbers and texts ----------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/Template/Literals.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "tandem/targets/Runtime/Template/Rendering.h"
#include "tandem/targets/Runtime/Template/Unicode.h"

namespace tandem::runtime::jinja {

static bool isDigit(char c) { return c >= '0' && c <= '9'; }

static bool isDigitOf(char c, int base) {
  int value = isDigit(c)             ? c - '0'
              : c >= 'a' && c <= 'f' ? c - 'a' + 10
              : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                     : 99;
  return value < base;
}

/// Digits with single underscores between them.
static size_t matchDigits(std::string_view text, int base = 10) {
  size_t length = 0;
  while (length < text.size() && isDigitOf(text[length], base)) {
    ++length;
    if (length + 1 < text.size() && text[length] == '_' &&
        isDigitOf(text[length + 1], base)) {
      ++length;
    }
  }
  return length;
}

size_t matchFloat(std::string_view text, size_t position) {
  if (position > 0 && text[position - 1] == '.') {
    return 0;
  }
  text.remove_prefix(position);
  size_t length = matchDigits(text);
  if (length == 0) {
    return 0;
  }
  bool isFloat = false;
  if (length < text.size() && text[length] == '.') {
    if (size_t digits = matchDigits(text.substr(length + 1))) {
      length += 1 + digits;
      isFloat = true;
    }
  }
  if (length < text.size() && (text[length] == 'e' || text[length] == 'E')) {
    size_t sign = length + 1 < text.size() &&
                  (text[length + 1] == '+' || text[length + 1] == '-');
    if (length + 1 + sign < text.size()) {
      if (size_t digits = matchDigits(text.substr(length + 1 + sign))) {
        length += 1 + sign + digits;
        isFloat = true;
      }
    }
  }
  return isFloat ? length : 0;
}

static int baseOf(std::string_view text) {
  if (text.size() < 3 || text[0] != '0') {
    return 10;
  }
  char letter = text[1] | 0x20;
  return letter == 'x' ? 16 : letter == 'o' ? 8 : letter == 'b' ? 2 : 10;
}

size_t matchInteger(std::string_view text) {
  if (int base = baseOf(text); base != 10) {
    size_t skipped = text[2] == '_' ? 3 : 2;
    if (size_t digits = matchDigits(text.substr(skipped), base)) {
      return skipped + digits;
    }
  }
  size_t length = matchDigits(text);
  if (length > 1 && text[0] == '0') { // zeros only: "007" is 00 and 7
    size_t other = text.find_first_not_of("0_");
    length = std::min(length, other);
    while (length > 0 && text[length - 1] == '_') {
      --length;
    }
  }
  return length;
}

size_t matchName(std::string_view text) {
  return size_t(std::find_if_not(text.begin(), text.end(),
                                 [](char c) {
                                   return isDigit(c) || c == '_' ||
                                          ((c | 0x20) >= 'a' &&
                                           (c | 0x20) <= 'z');
                                 }) -
                text.begin());
}

size_t matchText(std::string_view text) {
  if (text.empty() || (text[0] != '\'' && text[0] != '"')) {
    return 0;
  }
  for (size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == text[0]) {
      return i + 1;
    }
  }
  return 0;
}

int64_t integerValue(std::string text, int line) {
  std::erase(text, '_');
  int base = baseOf(text);
  const char *start = text.data() + (base == 10 ? 0 : 2);
  int64_t value = 0;
  auto [end, error] =
      std::from_chars(start, text.data() + text.size(), value, base);
  if (error != std::errc()) {
    refuseAt(line, "integer " + text + ", beyond 64 bits,");
  }
  return value;
}

double floatValue(std::string text) {
  std::erase(text, '_');
  return std::strtod(text.c_str(), nullptr);
}

std::string unescapeText(std::string_view given, int line) {
  static constexpr std::string_view letters = "\\'\"abfnrtv";
  static constexpr std::string_view meanings = "\\'\"\a\b\f\n\r\t\v";
  std::string text = normalizeNewlines(given);
  std::string result;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      result += text[i];
      continue;
    }
    char letter = text[++i]; // the quote is not escaped, so there is one
    if (size_t which = letters.find(letter); which != letters.npos) {
      result += meanings[which];
      continue;
    }
    if (letter == '\n') {
      continue;
    }
    size_t digits = letter == 'x'   ? 2
                    : letter == 'u' ? 4
                    : letter == 'U' ? 8
                                    : 0;
    int base = digits ? 16 : 8;
    size_t start = digits ? i + 1 : i;
    size_t length = 0;
    while (length < (digits ? digits : 3) && start + length < text.size() &&
           isDigitOf(text[start + length], base)) {
      ++length;
    }
    if (letter == 'N') {
      refuseAt(line, "a character's name in a text, '\\N',");
    }
    if (digits ? length < digits : length == 0) {
      if (digits) {
        failAt(line, std::string("'\\") + letter + "' in a text needs " +
                         std::to_string(digits) + " hexadecimal digits");
      }
      result += '\\'; // Python keeps what it does not know
      result += letter;
      continue;
    }
    uint32_t codePoint = 0;
    std::from_chars(text.data() + start, text.data() + start + length,
                    codePoint, base);
    if (codePoint > 0x10FFFF || (codePoint >= 0xD800 && codePoint < 0xE000)) {
      failAt(line, "a text has an escape that is no Unicode character");
    }
    appendCharacter(result, codePoint);
    i = start + length - 1;
  }
  return result;
}

std::string normalizeNewlines(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r') {
      result += '\n';
      i += i + 1 < text.size() && text[i + 1] == '\n';
    } else {
      result += text[i];
    }
  }
  return result;
}

} // namespace tandem::runtime::jinja
