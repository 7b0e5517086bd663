//===- Lexer.cpp - words of PTX ---------------------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Emulator/Lexer.h"

#include "llvm/ADT/StringExtras.h"

using namespace llvm;
using namespace tandem::nvidia::ptx;

static bool isWordStart(char c) {
  return isAlpha(c) || c == '_' || c == '$' || c == '%' || c == '.';
}

static bool isWordPart(char c) { return isWordStart(c) || isDigit(c); }

void Lexer::skipBlanks() {
  while (!rest.empty()) {
    size_t count;
    if (isSpace(rest.front())) {
      count = 1;
    } else if (rest.starts_with("//")) {
      count = std::min(rest.find('\n'), rest.size());
    } else if (rest.starts_with("/*")) {
      size_t close = rest.find("*/", 2);
      count = close == StringRef::npos ? rest.size() : close + 2;
    } else {
      return;
    }
    line += rest.take_front(count).count('\n');
    rest = rest.drop_front(count);
  }
}

Token Lexer::take(Token::Kind kind, size_t count) {
  Token token{kind, line, rest.take_front(count)};
  line += token.text.count('\n');
  rest = rest.drop_front(count);
  return token;
}

Token Lexer::next() {
  skipBlanks();
  if (rest.empty()) {
    return Token{Token::end, line, {}};
  }
  size_t count = 1;
  if (isWordStart(rest.front())) {
    // "::" joins two parts of an opcode; one ":" ends a label.
    while (count < rest.size() &&
           (isWordPart(rest[count]) ||
            (rest.substr(count).starts_with("::") && count + 2 < rest.size() &&
             isWordPart(rest[count + 2])))) {
      count += rest[count] == ':' ? 3 : 1;
    }
    return take(Token::word, count);
  }
  if (isDigit(rest.front())) {
    while (count < rest.size() &&
           (isAlnum(rest[count]) || rest[count] == '.')) {
      ++count;
    }
    return take(Token::number, count);
  }
  if (rest.front() == '"') {
    size_t close = rest.find('"', 1);
    return take(Token::string,
                close == StringRef::npos ? rest.size() : close + 1);
  }
  return take(Token::mark, 1);
}
