//===- Parser.h - grammar of chat templates ---------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Recursive descent over Jinja's grammar. Statements are in Parser.cpp,
// expressions in ParseExpression.cpp.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_TEMPLATE_PARSER_H
#define TANDEM_TARGETS_RUNTIME_TEMPLATE_PARSER_H

#include <initializer_list>

#include "tandem/targets/Runtime/Template/Ast.h"
#include "tandem/targets/Runtime/Template/Lexer.h"

namespace tandem::runtime::jinja {

/// Of statements and brackets within each other, in the text.
inline constexpr int maximumSyntaxNesting = 100;
/// Of an expression: `a + b + c` has height 3.
inline constexpr int maximumExpressionHeight = 500;

class Parser {
public:
  explicit Parser(std::string_view source) : tokens(tokenize(source)) {}

  /// The whole template.
  Body parse();

private:
  class Level;

  const Token &current() const { return tokens[position]; }
  const Token &ahead() const {
    return tokens[std::min(position + 1, tokens.size() - 1)];
  }
  Token next() {
    return tokens[position < tokens.size() - 1 ? position++ : position];
  }
  bool skipOperator(std::string_view spelling);
  bool skipName(std::string_view spelling);
  void expectOperator(std::string_view spelling);
  void expectName(std::string_view spelling);
  std::string expectAnyName(const char *what);
  [[noreturn]] void fail(const std::string &what) const {
    failAt(current().line, what);
  }
  [[noreturn]] void failUnexpected(const std::string &expected) const;

  // Statements. A body ends before one of `ends`, the name of a tag.
  Body parseBody(std::initializer_list<std::string_view> ends);
  Body parseBlock(std::initializer_list<std::string_view> ends);
  bool parseStatement(Body &body);
  void parseIf(Body &body);
  void parseFor(Body &body);
  void parseSet(Body &body);
  void parseFilterBlock(Body &body);
  void parseWith(Body &body);
  void parseMacro(Body &body);
  void parseCall(Body &body);
  void parsePrint(Body &body);
  void parseGeneration(Body &body);
  void parseLoopControl(Body &body);
  void parseParameters(MacroDefinition &macro);
  Body parseMacroBody(MacroDefinition &macro, std::string_view end);
  ExpressionPtr parseTarget(bool allowsNamespace);
  ExpressionPtr parseTargetItem(bool allowsNamespace);

  // Expressions, by falling precedence from the end.
  enum class Commas { Tuple, TupleWithoutIf };
  ExpressionPtr parseTuple(Commas commas = Commas::Tuple);
  ExpressionPtr parseExpression();
  ExpressionPtr parseOr();
  ExpressionPtr parseAnd();
  ExpressionPtr parseNot();
  ExpressionPtr parseComparison();
  ExpressionPtr parseSum();
  ExpressionPtr parseConcatenation();
  ExpressionPtr parseProduct();
  ExpressionPtr parsePower();
  ExpressionPtr parseUnary(bool takesFilters = true);
  ExpressionPtr parsePrimary();
  ExpressionPtr parseList();
  ExpressionPtr parseMapping();
  ExpressionPtr parsePostfix(ExpressionPtr operand);
  ExpressionPtr parseFilters(ExpressionPtr operand);
  ExpressionPtr parseSubscript(ExpressionPtr object);
  ExpressionPtr parseInvocation(ExpressionPtr callee);
  ExpressionPtr parseFilter(ExpressionPtr operand);
  ExpressionPtr parseTest(ExpressionPtr operand);
  PassedArguments parseArguments();
  std::string parseDottedName(const char *what);
  const Function *resolve(const Function *found, const char *kind,
                          const std::string &name);

  template <class Form> ExpressionPtr make(int line, Form &&form) {
    return makeWithHeight(line, std::forward<Form>(form), 1);
  }
  template <class Form>
  ExpressionPtr makeWithHeight(int line, Form &&form, int height) {
    if (height > maximumExpressionHeight) {
      failAt(line, "an expression is nested deeper than " +
                       std::to_string(maximumExpressionHeight));
    }
    return std::make_unique<Expression>(
        Expression{line, height, std::forward<Form>(form)});
  }

  std::vector<Token> tokens;
  size_t position = 0;
  int nesting = 0;
  int loops = 0;                         ///< open ones, in the macro at hand
  std::vector<MacroDefinition *> macros; ///< open ones
  /// What is outside the subset. Where a condition guards it, it is an error
  /// only if it is reached, as in Jinja: templates ask before they use what
  /// some libraries add.
  struct Refusal {
    int line;
    std::string construct;
  };
  std::vector<Refusal> refusals;
};

/// Counts a level of the text's nesting.
class Parser::Level {
public:
  explicit Level(Parser &parser) : parser(parser) {
    if (++parser.nesting > maximumSyntaxNesting) {
      parser.fail("is nested deeper than " +
                  std::to_string(maximumSyntaxNesting));
    }
  }
  ~Level() { --parser.nesting; }
  Level(const Level &) = delete;

private:
  Parser &parser;
};

} // namespace tandem::runtime::jinja

#endif // TANDEM_TARGETS_RUNTIME_TEMPLATE_PARSER_H
