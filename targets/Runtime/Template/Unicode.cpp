//===- Unicode.cpp - code points of texts ---------------------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/Template/Unicode.h"

#include <algorithm>

#include <utf8proc.h>

namespace tandem::runtime::jinja {

bool isAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](unsigned char byte) { return byte < 0x80; });
}

size_t previousCodePoint(std::string_view text, size_t position) {
  do {
    --position;
  } while (position > 0 && isContinuation(text[position]));
  return position;
}

size_t countCodePoints(std::string_view text) {
  return text.size() -
         size_t(std::count_if(text.begin(), text.end(), isContinuation));
}

bool isSpace(char32_t c) {
  // Python has the separators of ASCII beside White_Space.
  return runtime::isSpace(c) || (c >= 0x1C && c <= 0x1F);
}

static utf8proc_category_t categoryOf(char32_t codePoint) {
  return utf8proc_category(utf8proc_int32_t(codePoint));
}

bool isAlpha(char32_t codePoint) {
  auto category = categoryOf(codePoint);
  return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
}

bool isDecimal(char32_t codePoint) {
  return categoryOf(codePoint) == UTF8PROC_CATEGORY_ND;
}

bool isAlphanumeric(char32_t codePoint) {
  return isAlpha(codePoint) || isNumeric(codePoint);
}

bool isPrintable(char32_t codePoint) {
  auto category = categoryOf(codePoint);
  return codePoint == ' ' ||
         (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_SO);
}

bool isUpper(char32_t codePoint) {
  return utf8proc_isupper(utf8proc_int32_t(codePoint));
}

bool isLower(char32_t codePoint) {
  return utf8proc_islower(utf8proc_int32_t(codePoint));
}

static void appendUpper(std::string &result, char32_t codePoint) {
  if (codePoint == 0xDF) {
    result += "SS";
  } else {
    appendCharacter(result,
                    char32_t(utf8proc_toupper(utf8proc_int32_t(codePoint))));
  }
}

static void appendTitle(std::string &result, char32_t codePoint) {
  if (codePoint == 0xDF) {
    result += "Ss";
  } else {
    appendCharacter(result,
                    char32_t(utf8proc_totitle(utf8proc_int32_t(codePoint))));
  }
}

static void appendLower(std::string &result, char32_t codePoint) {
  appendCharacter(result,
                  char32_t(utf8proc_tolower(utf8proc_int32_t(codePoint))));
}

std::string toUpper(std::string_view text) {
  std::string result;
  for (size_t position = 0; position < text.size();) {
    appendUpper(result, nextCharacter(text, position));
  }
  return result;
}

std::string toLower(std::string_view text) {
  std::string result;
  bool afterLetter = false;
  for (size_t position = 0; position < text.size();) {
    char32_t codePoint = nextCharacter(text, position);
    if (codePoint == 0x3A3) { // the letter sigma has a form for ends of words
      size_t next = position;
      bool atEnd =
          position == text.size() || !isAlpha(nextCharacter(text, next));
      appendCharacter(result, afterLetter && atEnd ? 0x3C2 : 0x3C3);
    } else {
      appendLower(result, codePoint);
    }
    afterLetter = isAlpha(codePoint);
  }
  return result;
}

std::string toTitle(std::string_view text) {
  std::string result;
  bool afterCased = false;
  for (size_t position = 0; position < text.size();) {
    char32_t codePoint = nextCharacter(text, position);
    (afterCased ? appendLower : appendTitle)(result, codePoint);
    afterCased = isUpper(codePoint) || isLower(codePoint) ||
                 categoryOf(codePoint) == UTF8PROC_CATEGORY_LT;
  }
  return result;
}

std::string toCapitalized(std::string_view text) {
  std::string result;
  if (!text.empty()) {
    size_t position = 0;
    appendTitle(result, nextCharacter(text, position));
    result += toLower(text.substr(position));
  }
  return result;
}

std::string_view stripLeft(std::string_view text) {
  for (size_t position = 0; position < text.size();) {
    size_t start = position;
    if (!isSpace(nextCharacter(text, position))) {
      return text.substr(start);
    }
  }
  return {};
}

std::string_view stripRight(std::string_view text) {
  while (!text.empty()) {
    size_t start = previousCodePoint(text, text.size());
    size_t position = start;
    if (!isSpace(nextCharacter(text, position))) {
      break;
    }
    text.remove_suffix(text.size() - start);
  }
  return text;
}

} // namespace tandem::runtime::jinja
