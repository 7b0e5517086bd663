//===- Characters.cpp - UTF-8 and classes of characters -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/Text/Characters.h"

#include <utf8proc.h>

namespace tandem::runtime {

/// Bytes of a character by its first, 0 where none starts with it, and the
/// range of its second, which excludes overlong forms and surrogates.
struct LeadByte {
  unsigned bytes, secondLeast, secondMost;
};

static LeadByte describeLead(uint8_t lead) {
  if (lead < 0x80) {
    return {1, 0, 0};
  }
  if (lead >= 0xC2 && lead <= 0xDF) {
    return {2, 0x80, 0xBF};
  }
  if (lead >= 0xE0 && lead <= 0xEF) {
    return {3, lead == 0xE0 ? 0xA0u : 0x80u, lead == 0xED ? 0x9Fu : 0xBFu};
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    return {4, lead == 0xF0 ? 0x90u : 0x80u, lead == 0xF4 ? 0x8Fu : 0xBFu};
  }
  return {0, 0, 0};
}

Utf8Scan scanCharacter(std::string_view text) {
  LeadByte lead = describeLead(static_cast<uint8_t>(text[0]));
  if (lead.bytes == 0) {
    return {Utf8Scan::Bad, 1};
  }
  for (unsigned i = 1; i < lead.bytes; ++i) {
    if (i == text.size()) {
      return {Utf8Scan::Incomplete, i};
    }
    auto byte = static_cast<uint8_t>(text[i]);
    unsigned least = i == 1 ? lead.secondLeast : 0x80;
    unsigned most = i == 1 ? lead.secondMost : 0xBF;
    if (byte < least || byte > most) {
      return {Utf8Scan::Bad, i};
    }
  }
  return {Utf8Scan::Character, lead.bytes};
}

size_t findBadByte(std::string_view text) {
  size_t offset = 0;
  while (offset < text.size()) {
    Utf8Scan scan = scanCharacter(text.substr(offset));
    if (scan.kind != Utf8Scan::Character) {
      return offset;
    }
    offset += scan.bytes;
  }
  return offset;
}

char32_t nextCharacter(std::string_view text, size_t &offset) {
  auto lead = static_cast<uint8_t>(text[offset++]);
  if (lead < 0x80) {
    return lead;
  }
  unsigned more = lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
  char32_t character = lead & (0x3F >> more);
  for (; more > 0 && offset < text.size(); --more) {
    character = character << 6 | (static_cast<uint8_t>(text[offset++]) & 0x3F);
  }
  return character;
}

char32_t previousCharacter(std::string_view text, size_t offset) {
  do {
    --offset;
  } while (offset > 0 && (static_cast<uint8_t>(text[offset]) & 0xC0) == 0x80);
  return nextCharacter(text, offset);
}

void appendCharacter(std::string &text, char32_t character) {
  utf8proc_uint8_t bytes[4];
  auto count = utf8proc_encode_char(static_cast<int32_t>(character), bytes);
  text.append(reinterpret_cast<const char *>(bytes), size_t(count));
}

static utf8proc_category_t categoryOf(char32_t character) {
  return utf8proc_category(static_cast<int32_t>(character));
}

bool isSpace(char32_t character) {
  return (character >= 0x09 && character <= 0x0D) || character == 0x85 ||
         categoryOf(character) == UTF8PROC_CATEGORY_ZS || character == 0x2028 ||
         character == 0x2029;
}

bool isNumeric(char32_t character) {
  utf8proc_category_t category = categoryOf(character);
  return category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO;
}

bool isPunctuation(char32_t character) {
  if (character < 0x80) {
    return character > 0x20 && character < 0x7F &&
           (character == '_' || !isWord(character));
  }
  utf8proc_category_t category = categoryOf(character);
  return category >= UTF8PROC_CATEGORY_PC && category <= UTF8PROC_CATEGORY_PO;
}

bool isWord(char32_t character) {
  utf8proc_category_t category = categoryOf(character);
  // Letters and marks, then numbers; the symbols are letters in circles and
  // squares, which are alphabetic.
  return (category >= UTF8PROC_CATEGORY_LU &&
          category <= UTF8PROC_CATEGORY_NL) ||
         category == UTF8PROC_CATEGORY_PC || character == 0x200C ||
         character == 0x200D || (character >= 0x24B6 && character <= 0x24E9) ||
         (character >= 0x1F130 && character <= 0x1F149) ||
         (character >= 0x1F150 && character <= 0x1F169) ||
         (character >= 0x1F170 && character <= 0x1F189);
}

bool isMark(char32_t character) {
  utf8proc_category_t category = categoryOf(character);
  return category >= UTF8PROC_CATEGORY_MN && category <= UTF8PROC_CATEGORY_ME;
}

void appendLowercase(std::string &text, char32_t character) {
  if (character == 0x130) { // the one whose lower case is two characters
    appendCharacter(text, 'i');
    appendCharacter(text, 0x307);
    return;
  }
  appendCharacter(text, static_cast<char32_t>(
                            utf8proc_tolower(static_cast<int32_t>(character))));
}

static constexpr bool spellsItself(uint8_t byte) {
  return (byte >= 0x21 && byte <= 0x7E) || (byte >= 0xA1 && byte != 0xAD);
}

namespace {
/// The alphabet in both directions.
struct ByteAlphabet {
  char16_t spelling[256];
  int16_t byte[0x144];

  constexpr ByteAlphabet() : spelling(), byte() {
    for (int16_t &entry : byte) {
      entry = -1;
    }
    char16_t next = 0x100;
    for (int value = 0; value < 256; ++value) {
      spelling[value] = spellsItself(static_cast<uint8_t>(value))
                            ? static_cast<char16_t>(value)
                            : next++;
      byte[spelling[value]] = static_cast<int16_t>(value);
    }
  }
};
constexpr ByteAlphabet alphabet;
} // namespace

void appendByteSpelling(std::string &text, uint8_t byte) {
  char16_t character = alphabet.spelling[byte];
  if (character < 0x80) {
    text += static_cast<char>(character);
  } else {
    text += static_cast<char>(0xC0 | character >> 6);
    text += static_cast<char>(0x80 | (character & 0x3F));
  }
}

std::optional<uint8_t> readByteSpelling(char32_t character) {
  if (character >= std::size(alphabet.byte) || alphabet.byte[character] < 0) {
    return std::nullopt;
  }
  return static_cast<uint8_t>(alphabet.byte[character]);
}

} // namespace tandem::runtime
