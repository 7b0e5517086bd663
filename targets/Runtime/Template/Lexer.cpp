//===- Lexer.cpp - words of chat templates --------------------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/Template/Lexer.h"

#include <algorithm>

#include "tandem/targets/Runtime/Template/Literals.h"
#include "tandem/targets/Runtime/Template/Rendering.h"
#include "tandem/targets/Runtime/Template/Unicode.h"

namespace tandem::runtime::jinja {

std::string Token::describe() const {
  switch (kind) {
  case Kind::Data:
    return "text";
  case Kind::OutputBegin:
    return "'{{'";
  case Kind::OutputEnd:
    return "'}}'";
  case Kind::BlockBegin:
    return "'{%'";
  case Kind::BlockEnd:
    return "'%}'";
  case Kind::Text:
    return "a text";
  case Kind::End:
    return "the end of the template";
  case Kind::Name:
  case Kind::Integer:
  case Kind::Float:
  case Kind::Operator:
    return "'" + text + "'";
  }
  return "";
}

namespace {
using Kind = Token::Kind;

class Lexer {
public:
  explicit Lexer(std::string_view source);
  std::vector<Token> run();

private:
  bool atEnd() const { return position >= source.size(); }
  bool startsWith(std::string_view text) const {
    return std::string_view(source).substr(position).starts_with(text);
  }
  std::string_view rest() const {
    return std::string_view(source).substr(position);
  }
  void advance(size_t bytes) {
    line += int(std::count(source.begin() + ptrdiff_t(position),
                           source.begin() + ptrdiff_t(position + bytes), '\n'));
    position += bytes;
  }
  void skipSpace() { advance(rest().size() - stripLeft(rest()).size()); }
  void skipOneNewline() { advance(startsWith("\n") ? 1 : 0); }
  bool atLineStart() const {
    return position == 0 || source[position - 1] == '\n';
  }
  void push(Kind kind, std::string text, int at) {
    tokens.push_back({kind, std::move(text), at});
  }

  void lexData();
  void lexTag();
  void lexComment(int start);
  bool lexRaw();
  void pushData(std::string_view data, bool isLineStart, char sign,
                bool stripsLine);
  void lexWords(Kind end);
  bool lexEnd(Kind end);
  void lexOperator();

  std::string source; ///< with \n as the one kind of newline
  size_t position = 0;
  int line = 1;
  std::vector<Token> tokens;
};
} // namespace

Lexer::Lexer(std::string_view given) : source(normalizeNewlines(given)) {
  if (source.ends_with('\n')) { // Jinja drops one
    source.pop_back();
  }
}

/// Text before a tag. The tag's sign '-' takes all white space before it; if
/// it has none, the blanks of a line that has nothing else go for blocks.
void Lexer::pushData(std::string_view data, bool isLineStart, char sign,
                     bool stripsLine) {
  int at = line;
  if (sign == '-') {
    data = stripRight(data);
  } else if (sign != '+' && stripsLine) {
    size_t start = data.rfind('\n') + 1; // npos + 1 is 0
    if ((start > 0 || isLineStart) && stripLeft(data.substr(start)).empty()) {
      data = data.substr(0, start);
    }
  }
  if (!data.empty()) {
    push(Kind::Data, std::string(data), at);
  }
}

static char signAt(std::string_view text, size_t position) {
  char sign = position < text.size() ? text[position] : '\0';
  return sign == '-' || sign == '+' ? sign : '\0';
}

void Lexer::lexData() {
  size_t start = position;
  bool isLineStart = atLineStart();
  size_t tag = start;
  for (;; ++tag) {
    tag = source.find('{', tag);
    if (tag == source.npos || tag + 1 >= source.size()) {
      tag = source.size();
      break;
    }
    if (source[tag + 1] == '%' || source[tag + 1] == '{' ||
        source[tag + 1] == '#') {
      break;
    }
  }
  std::string_view data = std::string_view(source).substr(start, tag - start);
  bool isOutput = tag < source.size() && source[tag + 1] == '{';
  char sign = tag < source.size() ? signAt(source, tag + 2) : '+';
  pushData(data, isLineStart, sign, !isOutput);
  advance(tag - start);
}

void Lexer::lexComment(int start) {
  size_t end = source.find("#}", position);
  if (end == source.npos) {
    failAt(start, "a comment lacks its end '#}'");
  }
  char sign = end > position ? signAt(source, end - 1) : '\0';
  advance(end + 2 - position);
  if (sign == '-') {
    skipSpace();
  } else if (sign != '+') {
    skipOneNewline();
  }
}

/// `{% raw %}`, where the text up to `{% endraw %}` has no tags.
bool Lexer::lexRaw() {
  // The tag's opening was read; this looks behind it.
  auto match = [](std::string_view text, std::string_view name, bool isEnd) {
    // The length of `name %}`, with white space and sign, or 0.
    std::string_view from = stripLeft(text);
    if (!from.starts_with(name)) {
      return size_t(0);
    }
    from = stripLeft(from.substr(name.size()));
    if (from.starts_with("-%}")) {
      return text.size() - stripLeft(from.substr(3)).size();
    }
    if (isEnd && from.starts_with("+%}")) {
      return text.size() - from.size() + 3;
    }
    if (!from.starts_with("%}")) {
      return size_t(0);
    }
    from = from.substr(2);
    return text.size() - from.size() + (isEnd && from.starts_with("\n"));
  };
  size_t opening = match(rest(), "raw", /*isEnd=*/false);
  if (!opening) {
    return false;
  }
  int start = line;
  advance(opening);
  bool isLineStart = atLineStart();
  for (size_t tag = source.find("{%", position); tag != source.npos;
       tag = source.find("{%", tag + 1)) {
    char sign = signAt(source, tag + 2);
    std::string_view inner = std::string_view(source).substr(tag + 2 + !!sign);
    if (size_t closing = match(inner, "endraw", /*isEnd=*/true)) {
      pushData(rest().substr(0, tag - position), isLineStart, sign,
               /*stripsLine=*/true);
      advance(tag + 2 + !!sign + closing - position);
      return true;
    }
  }
  failAt(start, "'raw' lacks its end '{% endraw %}'");
}

/// At "{{", "{%" or "{#".
void Lexer::lexTag() {
  char which = source[position + 1];
  int start = line;
  advance(2);
  advance(signAt(source, position) ? 1 : 0);
  if (which == '#') {
    lexComment(start);
  } else if (which == '{') {
    push(Kind::OutputBegin, "", start);
    lexWords(Kind::OutputEnd);
  } else if (!lexRaw()) {
    push(Kind::BlockBegin, "", start);
    lexWords(Kind::BlockEnd);
  }
}

/// The end of the tag and the white space that goes with it.
bool Lexer::lexEnd(Kind end) {
  bool isBlock = end == Kind::BlockEnd;
  std::string_view mark = isBlock ? "%}" : "}}";
  char sign = signAt(source, position);
  if (!rest().substr(!!sign).starts_with(mark) || (sign == '+' && !isBlock)) {
    return false;
  }
  push(end, "", line);
  advance(mark.size() + !!sign);
  if (sign == '-') {
    skipSpace();
  } else if (isBlock && sign != '+') {
    skipOneNewline();
  }
  return true;
}

void Lexer::lexWords(Kind end) {
  int start = line;
  std::string open; // brackets; an end mark within them is none
  while (!atEnd()) {
    skipSpace();
    if (atEnd()) {
      break;
    }
    if (open.empty() && lexEnd(end)) {
      return;
    }
    int at = line;
    if (size_t length = matchFloat(source, position)) {
      push(Kind::Float, source.substr(position, length), at);
      advance(length);
    } else if (size_t length = matchInteger(rest())) {
      push(Kind::Integer, source.substr(position, length), at);
      advance(length);
    } else if (size_t length = matchName(rest())) {
      push(Kind::Name, source.substr(position, length), at);
      advance(length);
    } else if (size_t length = matchText(rest())) {
      push(Kind::Text, unescapeText(rest().substr(1, length - 2), at), at);
      advance(length);
    } else {
      lexOperator();
      const std::string &spelling = tokens.back().text;
      if (spelling == "(" || spelling == "[" || spelling == "{") {
        open += spelling == "(" ? ')' : spelling == "[" ? ']' : '}';
      } else if (spelling == ")" || spelling == "]" || spelling == "}") {
        if (open.empty() || open.back() != spelling[0]) {
          failAt(at, "'" + spelling + "' closes nothing");
        }
        open.pop_back();
      }
    }
  }
  failAt(start, std::string("a tag lacks its end '") +
                    (end == Kind::BlockEnd ? "%}" : "}}") + "'");
}

void Lexer::lexOperator() {
  static const std::string_view spellings[] = {
      "**", "//", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[",
      "]",  "(",  ")",  "{",  "}",  ">",  "<", "=", ".", ":", "|", ",", ";"};
  for (std::string_view spelling : spellings) {
    if (startsWith(spelling)) {
      push(Kind::Operator, std::string(spelling), line);
      advance(spelling.size());
      return;
    }
  }
  size_t next = position;
  nextCharacter(source, next);
  failAt(line, "'" + source.substr(position, next - position) +
                   "' is no part of an expression");
}

std::vector<Token> Lexer::run() {
  while (!atEnd()) {
    lexData();
    if (!atEnd()) {
      lexTag();
    }
  }
  push(Kind::End, "", line);
  return std::move(tokens);
}

std::vector<Token> tokenize(std::string_view source) {
  return Lexer(source).run();
}

} // namespace tandem::runtime::jinja
