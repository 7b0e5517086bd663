//===- CharacterSet.cpp - sets of characters in PCRE2's spelling -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/Text/CharacterSet.h"

#include <cctype>
#include <cstdio>
#include <utility>

namespace tandem::runtime {

CharacterSet::CharacterSet(const std::string &text, bool isComplement) {
  if (isComplement) {
    others = "[^" + text + "]";
  } else {
    inside = text;
  }
}

CharacterSet CharacterSet::character(char32_t character) {
  return CharacterSet(spellCharacter(character));
}

CharacterSet CharacterSet::range(char32_t first, char32_t last) {
  return CharacterSet(spellCharacter(first) + "-" + spellCharacter(last));
}

void CharacterSet::add(const CharacterSet &other) {
  inside += other.inside;
  others += (others.empty() || other.others.empty() ? "" : "|") + other.others;
}

CharacterSet CharacterSet::complement() const {
  CharacterSet result;
  result.others =
      others.empty() ? "[^" + inside + "]" : "(?!" + expression() + ")(?s:.)";
  return result;
}

CharacterSet CharacterSet::intersection(const CharacterSet &other) const {
  CharacterSet result;
  result.others = "(?=" + expression() + ")" + other.expression();
  return result;
}

std::string CharacterSet::expression() const {
  if (others.empty()) {
    return "[" + inside + "]";
  }
  return "(?:" + (inside.empty() ? "" : "[" + inside + "]|") + others + ")";
}

std::string spellCharacter(char32_t character) {
  char text[16];
  std::snprintf(text, sizeof(text), "\\x{%X}",
                static_cast<unsigned>(character));
  return text;
}

/// White_Space; PCRE2's own `\s` has U+180E as well.
static const char *const space =
    R"(\x09-\x0D\x20\x85\xA0\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000})";
/// PCRE2's own `\w` lacks marks and connectors.
static const char *const word = R"(\p{Alphabetic}\p{M}\p{Nd}\p{Pc})";

/// Oniguruma's table of Latin-1, which it does not ask for classes.
static const char *const loneWord =
    R"(\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\xB2\xB3\xB9\xBC-\xBE)";

std::optional<CharacterSet> findShorthand(char letter, bool isInClass) {
  bool isComplement = std::isupper(static_cast<unsigned char>(letter));
  switch (std::tolower(static_cast<unsigned char>(letter))) {
  case 's':
    return CharacterSet(space, isComplement);
  case 'w':
    return CharacterSet(isInClass ? word : loneWord, isComplement);
  case 'd':
    return CharacterSet("\\p{Nd}", isComplement);
  case 'h':
    return CharacterSet("0-9A-Fa-f", isComplement);
  default:
    return std::nullopt;
  }
}

/// Without what Unicode lets one leave out.
static std::string normalizeName(std::string_view name) {
  std::string result;
  for (char letter : name) {
    if (letter != ' ' && letter != '_' && letter != '-') {
      result +=
          static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
    }
  }
  return result;
}

CharacterSet findProperty(std::string_view name) {
  // POSIX names as Oniguruma defines them for Unicode, long names of
  // categories, and properties that are no script.
  static const std::pair<const char *, const char *> known[] = {
      {"alnum", R"(\p{Alphabetic}\p{Nd})"},
      {"alpha", R"(\p{Alphabetic})"},
      {"alphabetic", R"(\p{Alphabetic})"},
      {"any", R"(\x{0}-\x{10FFFF})"},
      {"ascii", R"(\x00-\x7F)"},
      {"blank", R"(\p{Zs}\x09)"},
      {"casedletter", R"(\p{Lu}\p{Ll}\p{Lt})"},
      {"closepunctuation", R"(\p{Pe})"},
      {"cntrl", R"(\p{Cc})"},
      {"connectorpunctuation", R"(\p{Pc})"},
      {"control", R"(\p{Cc})"},
      {"currencysymbol", R"(\p{Sc})"},
      {"dashpunctuation", R"(\p{Pd})"},
      {"decimalnumber", R"(\p{Nd})"},
      {"digit", R"(\p{Nd})"},
      {"emoji", R"(\p{Emoji})"},
      {"emojimodifier", R"(\p{Emoji_Modifier})"},
      {"emojipresentation", R"(\p{Emoji_Presentation})"},
      {"enclosingmark", R"(\p{Me})"},
      {"extendedpictographic", R"(\p{Extended_Pictographic})"},
      {"finalpunctuation", R"(\p{Pf})"},
      {"format", R"(\p{Cf})"},
      {"ideographic", R"(\p{Ideographic})"},
      {"initialpunctuation", R"(\p{Pi})"},
      {"letter", R"(\p{L})"},
      {"letternumber", R"(\p{Nl})"},
      {"lineseparator", R"(\p{Zl})"},
      {"lower", R"(\p{Lowercase})"},
      {"lowercase", R"(\p{Lowercase})"},
      {"lowercaseletter", R"(\p{Ll})"},
      {"mark", R"(\p{M})"},
      {"mathsymbol", R"(\p{Sm})"},
      {"modifierletter", R"(\p{Lm})"},
      {"modifiersymbol", R"(\p{Sk})"},
      {"nonspacingmark", R"(\p{Mn})"},
      {"number", R"(\p{N})"},
      {"openpunctuation", R"(\p{Ps})"},
      {"other", R"(\p{C})"},
      {"otherletter", R"(\p{Lo})"},
      {"othernumber", R"(\p{No})"},
      {"otherpunctuation", R"(\p{Po})"},
      {"othersymbol", R"(\p{So})"},
      {"paragraphseparator", R"(\p{Zp})"},
      {"privateuse", R"(\p{Co})"},
      {"punct", R"(\p{P}$+<=>\^`|~)"},
      {"punctuation", R"(\p{P})"},
      {"separator", R"(\p{Z})"},
      {"space", space},
      {"spaceseparator", R"(\p{Zs})"},
      {"spacingmark", R"(\p{Mc})"},
      {"surrogate", R"(\p{Cs})"},
      {"symbol", R"(\p{S})"},
      {"titlecaseletter", R"(\p{Lt})"},
      {"unassigned", R"(\p{Cn})"},
      {"upper", R"(\p{Uppercase})"},
      {"uppercase", R"(\p{Uppercase})"},
      {"uppercaseletter", R"(\p{Lu})"},
      {"whitespace", space},
      {"word", word},
      {"xdigit", "0-9A-Fa-f"},
  };
  std::string normal = normalizeName(name);
  for (auto [key, inside] : known) {
    if (normal == key) {
      return CharacterSet(inside);
    }
  }
  if (normal.size() <= 2) { // a category: L, Lu
    std::string category = normal;
    if (!category.empty()) {
      category[0] = static_cast<char>(
          std::toupper(static_cast<unsigned char>(category[0])));
    }
    return CharacterSet("\\p{" + category + "}");
  }
  // Scripts without their extensions, which PCRE2 would add.
  return CharacterSet("\\p{sc:" + normal + "}");
}

} // namespace tandem::runtime
