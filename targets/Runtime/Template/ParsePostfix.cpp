//===- ParsePostfix.cpp - attributes, calls, filters and tests ------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/Template/Parser.h"

#include <algorithm>

#include "tandem/targets/Runtime/Template/Literals.h"

namespace tandem::runtime::jinja {

using Kind = Token::Kind;

ExpressionPtr Parser::parsePostfix(ExpressionPtr operand) {
  while (true) {
    if (current().isOperator(".") || current().isOperator("[")) {
      operand = parseSubscript(std::move(operand));
    } else if (current().isOperator("(")) {
      operand = parseInvocation(std::move(operand));
    } else {
      return operand;
    }
  }
}

ExpressionPtr Parser::parseFilters(ExpressionPtr operand) {
  while (true) {
    if (skipOperator("|")) {
      operand = parseFilter(std::move(operand));
    } else if (skipName("is")) {
      operand = parseTest(std::move(operand));
    } else if (current().isOperator("(")) {
      operand = parseInvocation(std::move(operand));
    } else {
      return operand;
    }
  }
}

ExpressionPtr Parser::parseSubscript(ExpressionPtr object) {
  Token token = next();
  int height = object->height + 1;
  if (token.text == ".") {
    Token name = next();
    if (name.kind == Kind::Integer) {
      auto index =
          make(token.line, Literal{Value(integerValue(name.text, name.line))});
      return makeWithHeight(
          token.line, Subscript{std::move(object), std::move(index)}, height);
    }
    if (name.kind != Kind::Name) {
      --position;
      failUnexpected("the name of an attribute");
    }
    return makeWithHeight(
        token.line, Attribute{std::move(object), std::move(name.text)}, height);
  }
  ExpressionPtr bounds[3];
  size_t colons = 0;
  while (!current().isOperator("]")) {
    if (skipOperator(":")) {
      if (++colons == 3) {
        fail("a slice has at most two ':'");
      }
    } else if (bounds[colons]) {
      failUnexpected("']'");
    } else {
      bounds[colons] = parseExpression();
      height = std::max(height, bounds[colons]->height + 1);
    }
  }
  if (!colons && !bounds[0]) {
    failUnexpected("an index");
  }
  next();
  if (!colons) {
    return makeWithHeight(
        token.line, Subscript{std::move(object), std::move(bounds[0])}, height);
  }
  return makeWithHeight(token.line,
                        Slice{std::move(object), std::move(bounds[0]),
                              std::move(bounds[1]), std::move(bounds[2])},
                        height);
}

static int heightOf(const PassedArguments &arguments) {
  int height = 0;
  auto visit = [&](const ExpressionPtr &argument) {
    height = std::max(height, argument ? argument->height : 0);
  };
  for (const ExpressionPtr &argument : arguments.positional) {
    visit(argument);
  }
  for (const auto &[name, argument] : arguments.named) {
    visit(argument);
  }
  visit(arguments.list);
  visit(arguments.mapping);
  return height;
}

PassedArguments Parser::parseArguments() {
  PassedArguments result;
  expectOperator("(");
  while (!current().isOperator(")")) {
    bool isPlain = result.named.empty() && !result.list && !result.mapping;
    if (current().isOperator("*") && !result.list && !result.mapping) {
      next();
      result.list = parseExpression();
    } else if (current().isOperator("**") && !result.mapping) {
      next();
      result.mapping = parseExpression();
    } else if (current().kind == Kind::Name && ahead().isOperator("=") &&
               !result.mapping) {
      std::string name = next().text;
      next();
      result.named.emplace_back(std::move(name), parseExpression());
    } else if (isPlain) {
      result.positional.push_back(parseExpression());
    } else {
      fail("an argument without a name follows one with a name");
    }
    if (!current().isOperator(")")) {
      expectOperator(",");
    }
  }
  next();
  return result;
}

ExpressionPtr Parser::parseInvocation(ExpressionPtr callee) {
  int line = current().line;
  PassedArguments arguments = parseArguments();
  int height = std::max(callee->height, heightOf(arguments)) + 1;
  return makeWithHeight(
      line, Invocation{std::move(callee), std::move(arguments)}, height);
}

std::string Parser::parseDottedName(const char *what) {
  std::string name = expectAnyName(what);
  while (skipOperator(".")) {
    name += "." + expectAnyName(what);
  }
  return name;
}

/// Notes a filter or test that is unknown or outside the subset.
const Function *Parser::resolve(const Function *found, const char *kind,
                                const std::string &name) {
  if (!found || !found->run) {
    refusals.push_back({current().line, std::string(kind) + " '" + name + "'"});
  }
  return found;
}

ExpressionPtr Parser::parseFilter(ExpressionPtr operand) {
  int line = current().line;
  std::string name = parseDottedName("the name of a filter");
  const Function *filter = resolve(findFilter(name), "filter", name);
  PassedArguments arguments;
  if (current().isOperator("(")) {
    arguments = parseArguments();
  }
  int height = std::max(operand->height, heightOf(arguments)) + 1;
  return makeWithHeight(line,
                        FilterUse{std::move(operand), std::move(name), filter,
                                  std::move(arguments)},
                        height);
}

/// Behind `is`.
ExpressionPtr Parser::parseTest(ExpressionPtr operand) {
  bool isNegated = skipName("not");
  int line = current().line;
  std::string name = parseDottedName("the name of a test");
  const Function *test = resolve(findTest(name), "test", name);
  PassedArguments arguments;
  const Token &token = current();
  bool startsOperand = token.kind == Kind::Text ||
                       token.kind == Kind::Integer ||
                       token.kind == Kind::Float || token.isOperator("[") ||
                       token.isOperator("{") ||
                       (token.kind == Kind::Name && token.text != "else" &&
                        token.text != "or" && token.text != "and");
  if (token.isOperator("(")) {
    arguments = parseArguments();
  } else if (startsOperand) {
    if (token.isName("is")) {
      fail("tests cannot be chained: write 'and' between them");
    }
    arguments.positional.push_back(parsePostfix(parsePrimary()));
  }
  int height = std::max(operand->height, heightOf(arguments)) + 1;
  ExpressionPtr result = makeWithHeight(
      line,
      TestUse{std::move(operand), std::move(name), test, std::move(arguments)},
      height);
  if (!isNegated) {
    return result;
  }
  return makeWithHeight(line, Unary{Unary::Kind::Not, std::move(result)},
                        height + 1);
}

} // namespace tandem::runtime::jinja
