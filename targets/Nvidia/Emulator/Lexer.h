//===- Lexer.h - words of PTX -----------------------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_NVIDIA_EMULATOR_LEXER_H
#define TANDEM_TARGETS_NVIDIA_EMULATOR_LEXER_H

#include "llvm/ADT/StringRef.h"

namespace tandem::nvidia::ptx {

/// A word of PTX.
struct Token {
  enum Kind : uint8_t {
    end,
    word,   ///< name, directive, or opcode with modifiers: `ld.global.b32`
    number, ///< `12`, `0x1F`, `0f3F800000`, `1.5`, with its letters
    string, ///< with its quotes
    mark,   ///< one character
  };

  Kind kind = end;
  unsigned line = 1;
  llvm::StringRef text;

  bool is(llvm::StringRef expected) const {
    return kind != end && text == expected;
  }
};

/// Cuts a text into words; comments and blanks separate them.
class Lexer {
public:
  explicit Lexer(llvm::StringRef text) : rest(text) {}

  Token next();

private:
  void skipBlanks();
  Token take(Token::Kind kind, size_t count);

  llvm::StringRef rest;
  unsigned line = 1;
};

} // namespace tandem::nvidia::ptx

#endif // TANDEM_TARGETS_NVIDIA_EMULATOR_LEXER_H
