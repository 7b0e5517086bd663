//===- Lexer.h - words of chat templates ------------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Splits a template into text and the words of its tags, and removes white
// space as Jinja does with trim_blocks and lstrip_blocks, which the libraries
// that publish chat templates set.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_TEMPLATE_LEXER_H
#define TANDEM_TARGETS_RUNTIME_TEMPLATE_LEXER_H

#include <string>
#include <string_view>
#include <vector>

namespace tandem::runtime::jinja {

struct Token {
  enum class Kind {
    Data,        ///< text between tags
    OutputBegin, ///< {{
    OutputEnd,   ///< }}
    BlockBegin,  ///< {%
    BlockEnd,    ///< %}
    Name,
    Text, ///< of a literal, escapes resolved
    Integer,
    Float,
    Operator,
    End ///< of the template
  };
  Kind kind;
  std::string text;
  int line;

  bool isOperator(std::string_view spelling) const {
    return kind == Kind::Operator && text == spelling;
  }
  bool isName(std::string_view spelling) const {
    return kind == Kind::Name && text == spelling;
  }
  /// How errors call it.
  std::string describe() const;
};

/// Fails for text that is no template; the last token is `End`.
std::vector<Token> tokenize(std::string_view source);

} // namespace tandem::runtime::jinja

#endif // TANDEM_TARGETS_RUNTIME_TEMPLATE_LEXER_H
