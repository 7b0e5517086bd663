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

bool isValidUtf8(std::string_view text) {
  auto *bytes = reinterpret_cast<const utf8proc_uint8_t *>(text.data());
  for (size_t position = 0; position < text.size();) {
    utf8proc_int32_t codePoint;
    auto used = utf8proc_iterate(
        bytes + position, utf8proc_ssize_t(text.size() - position), &codePoint);
    if (used <= 0) {
      return false;
    }
    position += size_t(used);
  }
  return true;
}

char32_t nextCodePoint(std::string_view text, size_t &position) {
  auto byte = static_cast<unsigned char>(text[position++]);
  char32_t codePoint = byte < 0x80   ? byte
                       : byte < 0xE0 ? byte & 0x1F
                       : byte < 0xF0 ? byte & 0x0F
                                     : byte & 0x07;
  while (position < text.size() && isContinuation(text[position])) {
    codePoint = codePoint << 6 | (text[position++] & 0x3F);
  }
  return codePoint;
}

size_t previousCodePoint(std::string_view text, size_t position) {
  do {
    --position;
  } while (position > 0 && isContinuation(text[position]));
  return position;
}

void appendCodePoint(std::string &text, char32_t codePoint) {
  utf8proc_uint8_t bytes[4];
  auto count = utf8proc_encode_char(utf8proc_int32_t(codePoint), bytes);
  text.append(reinterpret_cast<char *>(bytes), size_t(count));
}

size_t countCodePoints(std::string_view text) {
  return text.size() -
         size_t(std::count_if(text.begin(), text.end(), isContinuation));
}

bool isSpace(char32_t c) {
  if (c < 0x80) {
    return c == ' ' || (c >= 0x09 && c <= 0x0D) || (c >= 0x1C && c <= 0x1F);
  }
  return c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 ||
         c == 0x202F || c == 0x205F || c == 0x3000;
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
  auto category = categoryOf(codePoint);
  return isAlpha(codePoint) ||
         (category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO);
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
    appendCodePoint(result,
                    char32_t(utf8proc_toupper(utf8proc_int32_t(codePoint))));
  }
}

static void appendTitle(std::string &result, char32_t codePoint) {
  if (codePoint == 0xDF) {
    result += "Ss";
  } else {
    appendCodePoint(result,
                    char32_t(utf8proc_totitle(utf8proc_int32_t(codePoint))));
  }
}

static void appendLower(std::string &result, char32_t codePoint) {
  appendCodePoint(result,
                  char32_t(utf8proc_tolower(utf8proc_int32_t(codePoint))));
}

std::string toUpper(std::string_view text) {
  std::string result;
  for (size_t position = 0; position < text.size();) {
    appendUpper(result, nextCodePoint(text, position));
  }
  return result;
}

std::string toLower(std::string_view text) {
  std::string result;
  bool afterLetter = false;
  for (size_t position = 0; position < text.size();) {
    char32_t codePoint = nextCodePoint(text, position);
    if (codePoint == 0x3A3) { // the letter sigma has a form for ends of words
      size_t next = position;
      bool atEnd =
          position == text.size() || !isAlpha(nextCodePoint(text, next));
      appendCodePoint(result, afterLetter && atEnd ? 0x3C2 : 0x3C3);
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
    char32_t codePoint = nextCodePoint(text, position);
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
    appendTitle(result, nextCodePoint(text, position));
    result += toLower(text.substr(position));
  }
  return result;
}

std::string_view stripLeft(std::string_view text) {
  for (size_t position = 0; position < text.size();) {
    size_t start = position;
    if (!isSpace(nextCodePoint(text, position))) {
      return text.substr(start);
    }
  }
  return {};
}

std::string_view stripRight(std::string_view text) {
  while (!text.empty()) {
    size_t start = previousCodePoint(text, text.size());
    size_t position = start;
    if (!isSpace(nextCodePoint(text, position))) {
      break;
    }
    text.remove_suffix(text.size() - start);
  }
  return text;
}

} // namespace tandem::runtime::jinja
