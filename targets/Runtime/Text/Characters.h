//===- Characters.h - UTF-8 and classes of characters -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Decoding and encoding UTF-8, the classes of characters that tokenizers split
// at, and the alphabet in which byte-level vocabularies spell bytes.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_TEXT_CHARACTERS_H
#define TANDEM_TARGETS_RUNTIME_TEXT_CHARACTERS_H

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tandem::runtime {

/// Stands for bytes that are no UTF-8: U+FFFD.
inline constexpr std::string_view replacementCharacter = "\xEF\xBF\xBD";

/// What the bytes at the start of a text are.
struct Utf8Scan {
  enum Kind {
    Character,  ///< a whole one
    Incomplete, ///< the text ends within a character
    Bad         ///< no character starts with these bytes
  } kind;
  size_t bytes; ///< of the character, or those that one U+FFFD stands for
};

/// Scans the first character of `text`, which is not empty.
Utf8Scan scanCharacter(std::string_view text);

/// Offset of the first byte that is no UTF-8, or the size of `text`.
size_t findBadByte(std::string_view text);

/// The character at `offset` of valid UTF-8; moves `offset` behind it.
char32_t nextCharacter(std::string_view text, size_t &offset);
/// The character before `offset`, which is not 0, of valid UTF-8.
char32_t previousCharacter(std::string_view text, size_t offset);

/// Appends a character as UTF-8.
void appendCharacter(std::string &text, char32_t character);

/// White_Space of Unicode.
bool isSpace(char32_t character);
/// Decimal digits, letters and other numbers: categories Nd, Nl and No.
bool isNumeric(char32_t character);
/// ASCII punctuation, or a category P*.
bool isPunctuation(char32_t character);
/// Alphabetic, marks, decimal digits, connectors and joiners.
bool isWord(char32_t character);
/// Combining marks: categories Mn, Mc and Me.
bool isMark(char32_t character);
/// Appends the lower case of a character, which may be two.
void appendLowercase(std::string &text, char32_t character);

/// Appends the character, as UTF-8, in which byte-level vocabularies spell
/// `byte`: printable ones of Latin-1 are themselves, others follow U+0100.
void appendByteSpelling(std::string &text, uint8_t byte);
/// The byte that `character` spells, if it is one of that alphabet.
std::optional<uint8_t> readByteSpelling(char32_t character);

} // namespace tandem::runtime

#endif // TANDEM_TARGETS_RUNTIME_TEXT_CHARACTERS_H
