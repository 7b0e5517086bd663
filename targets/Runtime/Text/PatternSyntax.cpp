//===- PatternSyntax.cpp - Oniguruma's expressions as PCRE2's -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A parser by recursive descent whose results are PCRE2 expressions. Every
// result can stand as it is before a quantifier.
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/Text/PatternSyntax.h"

#include <cctype>
#include <optional>

#include "tandem/targets/Runtime/Text/CharacterSet.h"
#include "tandem/targets/Runtime/Text/Characters.h"

namespace tandem::runtime {

namespace {
class PatternParser {
public:
  PatternParser(std::string_view text, const Settings &settings)
      : text(text), settings(settings) {}

  std::string parse() {
    std::string result = parseAlternatives();
    if (!isAtEnd()) {
      malformed("has ')' without '('");
    }
    return result;
  }

private:
  static constexpr int maximumDepth = 100;

  std::string parseAlternatives();
  std::string parseSequence();
  std::string parseQuantifiers(std::string atom);
  std::optional<std::string> parseInterval();
  std::string parseAtom();
  std::string parseGroup();
  std::string parseOptions();
  std::string parseEscape();
  CharacterSet parseClass();
  CharacterSet parseClassItem();
  CharacterSet parseProperty(bool isComplement);
  std::optional<char32_t> parseEscapedCharacter();
  char32_t parseHexadecimal(size_t most);
  std::string literal(char32_t character);

  bool isAtEnd() const { return at == text.size(); }
  char peek() const { return isAtEnd() ? '\0' : text[at]; }
  bool startsWith(std::string_view word) const {
    return text.substr(at, word.size()) == word;
  }
  bool take(std::string_view word) {
    bool found = startsWith(word);
    at += found ? word.size() : 0;
    return found;
  }
  char32_t takeCharacter() { return nextCharacter(text, at); }

  [[noreturn]] void malformed(const std::string &what) const {
    settings.malformed("has a pattern that " + what + ": '" +
                       std::string(text) + "'");
  }
  [[noreturn]] void unsupported(const std::string &what) const {
    settings.unsupported("has a pattern with " + what +
                         ", which Tandem has not: '" + std::string(text) + "'");
  }

  std::string_view text;
  const Settings &settings;
  size_t at = 0;
  int depth = 0;
  bool ignoresCase = false;
  char32_t previousLiteral = 0; ///< 0: something else came before
};
} // namespace

std::string PatternParser::parseAlternatives() {
  if (++depth > maximumDepth) {
    malformed("is nested deeper than " + std::to_string(maximumDepth));
  }
  bool outerIgnoresCase = ignoresCase;
  std::string result = parseSequence();
  while (take("|")) {
    result += "|" + parseSequence();
  }
  ignoresCase = outerIgnoresCase;
  --depth;
  return result;
}

std::string PatternParser::parseSequence() {
  std::string result;
  previousLiteral = 0;
  while (!isAtEnd() && peek() != '|' && peek() != ')') {
    result += parseQuantifiers(parseAtom());
  }
  return result;
}

std::string PatternParser::parseQuantifiers(std::string atom) {
  for (int count = 0; !isAtEnd(); ++count) {
    std::string quantifier;
    if (peek() == '*' || peek() == '+' || peek() == '?') {
      quantifier = text[at++];
      if (peek() == '?' || peek() == '+') { // lazy, possessive
        quantifier += text[at++];
      }
    } else if (std::optional<std::string> interval = parseInterval()) {
      quantifier = *interval;
      bool isFixed = quantifier.find(',') == quantifier.npos;
      if (!isFixed && take("?")) {
        quantifier += "?";
      } else if (isFixed && peek() == '?') {
        unsupported("'?' behind '{n}'");
      }
    } else {
      break;
    }
    if (atom.empty()) {
      malformed("has nothing before '" + quantifier + "'");
    }
    previousLiteral = 0;
    // Two in a row are one within the other.
    atom = (count ? "(?:" + atom + ")" : atom) + quantifier;
  }
  return atom;
}

/// `{n}`, `{n,}`, `{n,m}` or `{,m}`; anything else is a literal brace.
std::optional<std::string> PatternParser::parseInterval() {
  size_t end = text.find('}', at);
  if (peek() != '{' || end == text.npos) {
    return std::nullopt;
  }
  std::string inner(text.substr(at + 1, end - at - 1));
  size_t comma = inner.find(',');
  bool isInterval =
      inner.find_first_not_of("0123456789,") == inner.npos &&
      inner.size() > (comma != inner.npos) &&
      (comma == inner.npos || inner.find(',', comma + 1) == inner.npos);
  if (!isInterval) {
    return std::nullopt;
  }
  at = end + 1;
  return "{" + (comma == 0 ? "0" + inner : inner) + "}";
}

/// One character as it stands; without case, Oniguruma lets one match what it
/// folds to, though it be several.
std::string PatternParser::literal(char32_t character) {
  char32_t lower =
      character < 0x80
          ? static_cast<char32_t>(std::tolower(static_cast<int>(character)))
          : character;
  if (ignoresCase && previousLiteral && lower < 0x80) {
    std::string pair = {static_cast<char>(previousLiteral),
                        static_cast<char>(lower)};
    for (const char *folded : {"ss", "ff", "fi", "fl", "st"}) {
      if (pair == folded) {
        unsupported("'" + pair + "' without case, a ligature's folding");
      }
    }
  }
  previousLiteral = lower < 0x80 ? lower : 0;
  return spellCharacter(character);
}

std::string PatternParser::parseAtom() {
  if (peek() == '(') {
    std::string group = parseGroup();
    previousLiteral = 0;
    return group;
  }
  if (peek() == '\\') {
    return parseEscape();
  }
  char32_t character = takeCharacter();
  switch (character) {
  case '*':
  case '+':
  case '?':
    malformed(std::string("has nothing before '") +
              static_cast<char>(character) + "'");
  case '[': {
    previousLiteral = 0;
    return parseClass().expression();
  }
  case '.':
    previousLiteral = 0;
    return ".";
  case '^':
    previousLiteral = 0;
    return "(?m:^)"; // of every line
  case '$':
    previousLiteral = 0;
    return "(?m:$)";
  default:
    return literal(character);
  }
}

std::string PatternParser::parseGroup() {
  take("(");
  std::string start = "(?:";
  if (take("?")) {
    if (take("#")) {
      at = std::min(text.find(')', at), text.size());
      if (!take(")")) {
        malformed("lacks ')'");
      }
      return "";
    }
    bool isPlain = false;
    for (const char *kind : {":", "=", "!", ">", "<=", "<!"}) {
      if (take(kind)) {
        start = std::string("(?") + kind;
        isPlain = true;
        break;
      }
    }
    if (!isPlain && take("<")) { // a name, of no use without references
      at = std::min(text.find('>', at), text.size());
      if (!take(">")) {
        malformed("has a group's name without '>'");
      }
    } else if (!isPlain) {
      return parseOptions();
    }
  }
  std::string inner = parseAlternatives();
  if (!take(")")) {
    malformed("lacks ')'");
  }
  return start + inner + ")";
}

/// `(?i)`, which holds up to the end of the group around it, or `(?i:...)`.
std::string PatternParser::parseOptions() {
  bool isOn = true, outerIgnoresCase = ignoresCase;
  std::string options;
  while (peek() != ')' && peek() != ':') {
    char option = peek();
    if (option == '-') {
      isOn = false;
    } else if (option == 'i') {
      ignoresCase = isOn;
    } else if (option != 'm') {
      unsupported(isAtEnd() ? "'(?' at its end"
                            : std::string("'(?") + option + "'");
    }
    options += option == 'm' ? 's' : option; // '.' matches a new line
    ++at;
  }
  bool isForRest = take(")");
  at += isForRest ? 0 : 1;
  std::string inner = parseAlternatives();
  ignoresCase = outerIgnoresCase;
  if (!isForRest && !take(")")) {
    malformed("lacks ')'");
  }
  return "(?" + options + ":" + inner + ")";
}

std::string PatternParser::parseEscape() {
  if (std::optional<char32_t> character = parseEscapedCharacter()) {
    return literal(*character);
  }
  previousLiteral = 0;
  take("\\");
  char letter = isAtEnd() ? '\0' : text[at++];
  if (std::optional<CharacterSet> set = findShorthand(letter, false)) {
    return set->expression();
  }
  std::string word = findShorthand('w', false)->expression();
  switch (letter) {
  case 'p':
  case 'P':
    return parseProperty(letter == 'P').expression();
  case 'A':
  case 'z':
  case 'Z':
    return std::string("(?:\\") + letter + ")";
  case 'b':
    return "(?:(?<=" + word + ")(?!" + word + ")|(?<!" + word + ")(?=" + word +
           "))";
  case 'B':
    return "(?:(?<=" + word + ")(?=" + word + ")|(?<!" + word + ")(?!" + word +
           "))";
  case 'R':
    return R"((?>\x0D\x0A|[\x0A-\x0D\x85\x{2028}\x{2029}]))";
  case '\0':
    malformed("ends with '\\'");
  default:
    unsupported(std::string("'\\") + letter + "'");
  }
}

/// An escape that stands for one character; otherwise nothing is taken.
std::optional<char32_t> PatternParser::parseEscapedCharacter() {
  static const std::pair<char, char32_t> controls[] = {
      {'t', 0x09}, {'n', 0x0A}, {'v', 0x0B}, {'f', 0x0C},
      {'r', 0x0D}, {'a', 0x07}, {'e', 0x1B}};
  if (at + 1 >= text.size()) {
    return std::nullopt;
  }
  size_t start = at++;
  for (auto [letter, character] : controls) {
    if (peek() == letter) {
      ++at;
      return character;
    }
  }
  if (take("x{")) {
    char32_t character = parseHexadecimal(8);
    if (!take("}")) {
      malformed("has '\\x{' without '}'");
    }
    return character;
  }
  if (take("x")) {
    char32_t byte = parseHexadecimal(2);
    if (byte >= 0x80) {
      unsupported("a byte that is no character");
    }
    return byte;
  }
  if (take("u")) {
    return parseHexadecimal(4);
  }
  if (std::isalnum(static_cast<unsigned char>(peek()))) {
    at = start;
    return std::nullopt;
  }
  return takeCharacter();
}

char32_t PatternParser::parseHexadecimal(size_t most) {
  char32_t value = 0;
  size_t count = 0;
  for (; count < most && std::isxdigit(static_cast<unsigned char>(peek()));
       ++count, ++at) {
    int digit =
        std::isdigit(static_cast<unsigned char>(peek()))
            ? peek() - '0'
            : std::tolower(static_cast<unsigned char>(peek())) - 'a' + 10;
    value = value * 16 + static_cast<char32_t>(digit);
  }
  if (count == 0 || value > 0x10FFFF || (value >= 0xD800 && value < 0xE000)) {
    malformed("has an escape that is no character");
  }
  return value;
}

CharacterSet PatternParser::parseProperty(bool isComplement) {
  size_t end = text.find('}', at);
  if (!take("{") || end == text.npos) {
    malformed("has '\\p' without '{name}'");
  }
  if (take("^")) {
    isComplement = !isComplement;
  }
  std::string name(text.substr(at, end - at));
  at = end + 1;
  bool isName = !name.empty();
  for (char letter : name) {
    isName &= std::isalnum(static_cast<unsigned char>(letter)) ||
              letter == '_' || letter == ' ' || letter == '-';
  }
  if (!isName) {
    malformed("has a property '" + name + "'");
  }
  CharacterSet set = findProperty(name);
  // Oniguruma lets these match the other case as well, PCRE2 does not.
  std::string spelling = set.expression();
  for (const char *cased : {"{Lu}", "{Ll}", "{Lt}", "case}"}) {
    if (ignoresCase && spelling.find(cased) != spelling.npos) {
      unsupported("'\\p{" + name + "}' without case");
    }
  }
  return isComplement ? set.complement() : set;
}

/// Behind '['.
CharacterSet PatternParser::parseClass() {
  if (++depth > maximumDepth) {
    malformed("is nested deeper than " + std::to_string(maximumDepth));
  }
  bool isComplement = take("^");
  std::optional<CharacterSet> left; // of '&&'
  CharacterSet set;
  auto join = [&] {
    if (set.isEmpty()) {
      malformed("has an empty class");
    }
    return left ? left->intersection(set) : set;
  };
  if (take("]")) { // the first one is no end
    set.add(CharacterSet::character(']'));
  }
  while (!take("]")) {
    if (isAtEnd()) {
      malformed("lacks ']'");
    }
    if (take("&&")) {
      left = join();
      set = CharacterSet();
    } else {
      set.add(parseClassItem());
    }
  }
  --depth;
  CharacterSet result = join();
  return isComplement ? result.complement() : result;
}

CharacterSet PatternParser::parseClassItem() {
  if (take("[:")) {
    bool isComplement = take("^");
    size_t end = text.find(":]", at);
    if (end == text.npos) {
      malformed("has '[:' without ':]'");
    }
    CharacterSet set = findProperty(text.substr(at, end - at));
    at = end + 2;
    return isComplement ? set.complement() : set;
  }
  if (take("[")) {
    return parseClass();
  }
  auto parseCharacter = [&]() -> std::optional<char32_t> {
    return peek() == '\\' ? parseEscapedCharacter()
                          : std::optional(takeCharacter());
  };
  std::optional<char32_t> first = parseCharacter();
  if (!first) {
    take("\\");
    char letter = isAtEnd() ? '\0' : text[at++];
    if (letter == 'p' || letter == 'P') {
      return parseProperty(letter == 'P');
    }
    if (std::optional<CharacterSet> set = findShorthand(letter, true)) {
      return *set;
    }
    unsupported(std::string("'\\") + letter + "' in a class");
  }
  if (peek() != '-' || startsWith("-]") || startsWith("-[")) {
    return CharacterSet::character(*first);
  }
  take("-");
  if (isAtEnd()) {
    malformed("lacks ']'");
  }
  std::optional<char32_t> last = parseCharacter();
  if (!last) { // [a-\s]: the hyphen stands for itself
    at = text.rfind('-', at);
    return CharacterSet::character(*first);
  }
  if (*last < *first) {
    malformed("has a range from a later character to an earlier one");
  }
  return CharacterSet::range(*first, *last);
}

std::string translatePattern(std::string_view pattern,
                             const Settings &settings) {
  return PatternParser(pattern, settings).parse();
}

} // namespace tandem::runtime
