//===- ParseExpression.cpp - expressions of chat templates ----------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/Template/Parser.h"

#include <algorithm>

#include "tandem/targets/Runtime/Template/Literals.h"
#include "tandem/targets/Runtime/Template/Unicode.h"

namespace tandem::runtime::jinja {

using Kind = Token::Kind;

static int heightOf(const std::vector<ExpressionPtr> &items) {
  int height = 0;
  for (const ExpressionPtr &item : items) {
    height = std::max(height, item->height);
  }
  return height;
}

/// Expressions with commas between are a tuple, also one with a last comma.
ExpressionPtr Parser::parseTuple(Commas commas) {
  int line = current().line;
  std::vector<ExpressionPtr> items;
  auto parseItem = [&] {
    return commas == Commas::Tuple ? parseExpression() : parseOr();
  };
  auto atEnd = [&] {
    return current().kind == Kind::OutputEnd ||
           current().kind == Kind::BlockEnd || current().isOperator(")");
  };
  items.push_back(parseItem());
  if (!current().isOperator(",")) {
    return std::move(items[0]);
  }
  while (skipOperator(",") && !atEnd()) {
    items.push_back(parseItem());
  }
  int height = heightOf(items) + 1;
  return makeWithHeight(
      line, ListLiteral{Sequence::Form::Tuple, std::move(items)}, height);
}

ExpressionPtr Parser::parseExpression() {
  Level level(*this);
  int line = current().line;
  size_t refused = refusals.size();
  ExpressionPtr value = parseOr();
  while (skipName("if")) {
    ExpressionPtr condition = parseOr();
    ExpressionPtr otherwise = skipName("else") ? parseExpression() : nullptr;
    refusals.resize(refused);
    int height = std::max({value->height, condition->height,
                           otherwise ? otherwise->height : 0}) +
                 1;
    value = makeWithHeight(line,
                           Conditional{std::move(condition), std::move(value),
                                       std::move(otherwise)},
                           height);
  }
  return value;
}

ExpressionPtr Parser::parseOr() {
  ExpressionPtr left = parseAnd();
  while (current().isName("or")) {
    int line = next().line;
    ExpressionPtr right = parseAnd();
    int height = std::max(left->height, right->height) + 1;
    left = makeWithHeight(
        line, Logical{false, std::move(left), std::move(right)}, height);
  }
  return left;
}

ExpressionPtr Parser::parseAnd() {
  ExpressionPtr left = parseNot();
  while (current().isName("and")) {
    int line = next().line;
    ExpressionPtr right = parseNot();
    int height = std::max(left->height, right->height) + 1;
    left = makeWithHeight(
        line, Logical{true, std::move(left), std::move(right)}, height);
  }
  return left;
}

ExpressionPtr Parser::parseNot() {
  if (!current().isName("not")) {
    return parseComparison();
  }
  Level level(*this);
  int line = next().line;
  ExpressionPtr operand = parseNot();
  int height = operand->height + 1;
  return makeWithHeight(line, Unary{Unary::Kind::Not, std::move(operand)},
                        height);
}

ExpressionPtr Parser::parseComparison() {
  using Op = Comparison::Kind;
  static const std::pair<std::string_view, Op> operators[] = {
      {"==", Op::Equal},     {"!=", Op::Unequal}, {"<", Op::Less},
      {"<=", Op::LessEqual}, {">", Op::Greater},  {">=", Op::GreaterEqual}};
  int line = current().line;
  Comparison result;
  result.first = parseSum();
  int height = result.first->height;
  auto takeOperator = [&]() -> std::optional<Op> {
    for (auto [spelling, op] : operators) {
      if (skipOperator(spelling)) {
        return op;
      }
    }
    if (skipName("in")) {
      return Op::In;
    }
    if (current().isName("not") && ahead().isName("in")) {
      position += 2;
      return Op::NotIn;
    }
    return std::nullopt;
  };
  while (std::optional<Op> op = takeOperator()) {
    result.rest.emplace_back(*op, parseSum());
    height = std::max(height, result.rest.back().second->height);
  }
  if (result.rest.empty()) {
    return std::move(result.first);
  }
  return makeWithHeight(line, std::move(result), height + 1);
}

ExpressionPtr Parser::parseSum() {
  ExpressionPtr left = parseConcatenation();
  while (current().isOperator("+") || current().isOperator("-")) {
    Token op = next();
    ExpressionPtr right = parseConcatenation();
    int height = std::max(left->height, right->height) + 1;
    auto kind = op.text == "+" ? Binary::Kind::Add : Binary::Kind::Subtract;
    left = makeWithHeight(
        op.line, Binary{kind, std::move(left), std::move(right)}, height);
  }
  return left;
}

ExpressionPtr Parser::parseConcatenation() {
  int line = current().line;
  std::vector<ExpressionPtr> parts;
  do {
    parts.push_back(parseProduct());
  } while (skipOperator("~"));
  if (parts.size() == 1) {
    return std::move(parts[0]);
  }
  int height = heightOf(parts) + 1;
  return makeWithHeight(line, Concatenation{std::move(parts)}, height);
}

ExpressionPtr Parser::parseProduct() {
  using Op = Binary::Kind;
  static const std::pair<std::string_view, Op> operators[] = {
      {"*", Op::Multiply},
      {"/", Op::Divide},
      {"//", Op::Floor},
      {"%", Op::Modulo}};
  ExpressionPtr left = parsePower();
  while (true) {
    auto found = std::find_if(
        std::begin(operators), std::end(operators),
        [&](const auto &entry) { return current().isOperator(entry.first); });
    if (found == std::end(operators)) {
      return left;
    }
    int line = next().line;
    ExpressionPtr right = parsePower();
    int height = std::max(left->height, right->height) + 1;
    left = makeWithHeight(
        line, Binary{found->second, std::move(left), std::move(right)}, height);
  }
}

ExpressionPtr Parser::parsePower() {
  ExpressionPtr left = parseUnary();
  while (current().isOperator("**")) {
    int line = next().line;
    ExpressionPtr right = parseUnary();
    int height = std::max(left->height, right->height) + 1;
    left = makeWithHeight(
        line, Binary{Binary::Kind::Power, std::move(left), std::move(right)},
        height);
  }
  return left;
}

ExpressionPtr Parser::parseUnary(bool takesFilters) {
  ExpressionPtr value;
  if (current().isOperator("-") || current().isOperator("+")) {
    Level level(*this);
    Token sign = next();
    ExpressionPtr operand = parseUnary(/*takesFilters=*/false);
    int height = operand->height + 1;
    auto kind = sign.text == "-" ? Unary::Kind::Minus : Unary::Kind::Plus;
    value = makeWithHeight(sign.line, Unary{kind, std::move(operand)}, height);
  } else {
    value = parsePrimary();
  }
  value = parsePostfix(std::move(value));
  return takesFilters ? parseFilters(std::move(value)) : std::move(value);
}

ExpressionPtr Parser::parsePrimary() {
  Token token = next();
  int line = token.line;
  if (token.kind == Kind::Name) {
    const std::string &name = token.text;
    if (name == "true" || name == "True" || name == "false" ||
        name == "False") {
      return make(line, Literal{Value(name == "true" || name == "True")});
    }
    if (name == "none" || name == "None") {
      return make(line, Literal{Value()});
    }
    for (MacroDefinition *macro : macros) {
      macro->usesCaller |= name == "caller";
      macro->usesNamed |= name == "kwargs";
      macro->usesPositional |= name == "varargs";
    }
    return make(line, Name{name});
  }
  if (token.kind == Kind::Text) {
    while (current().kind == Kind::Text) { // as in C, neighbours are one
      token.text += next().text;
    }
    bool ascii = isAscii(token.text);
    return make(line, Literal{Value(std::make_shared<const Text>(
                          Text{std::move(token.text), ascii, false}))});
  }
  if (token.kind == Kind::Integer) {
    return make(line, Literal{Value(integerValue(token.text, line))});
  }
  if (token.kind == Kind::Float) {
    return make(line, Literal{Value(floatValue(token.text))});
  }
  if (token.isOperator("(")) {
    if (skipOperator(")")) {
      return make(line, ListLiteral{Sequence::Form::Tuple, {}});
    }
    ExpressionPtr inner = parseTuple();
    expectOperator(")");
    return inner;
  }
  if (token.isOperator("[")) {
    return parseList();
  }
  if (token.isOperator("{")) {
    return parseMapping();
  }
  failAt(line, "expected an expression, not " + token.describe());
}

ExpressionPtr Parser::parseList() {
  int line = current().line;
  std::vector<ExpressionPtr> items;
  while (!current().isOperator("]")) {
    items.push_back(parseExpression());
    if (!current().isOperator("]")) {
      expectOperator(",");
    }
  }
  next();
  int height = heightOf(items) + 1;
  return makeWithHeight(
      line, ListLiteral{Sequence::Form::List, std::move(items)}, height);
}

ExpressionPtr Parser::parseMapping() {
  int line = current().line;
  MappingLiteral result;
  int height = 0;
  while (!current().isOperator("}")) {
    ExpressionPtr key = parseExpression();
    expectOperator(":");
    ExpressionPtr value = parseExpression();
    height = std::max({height, key->height, value->height});
    result.entries.emplace_back(std::move(key), std::move(value));
    if (!current().isOperator("}")) {
      expectOperator(",");
    }
  }
  next();
  return makeWithHeight(line, std::move(result), height + 1);
}

} // namespace tandem::runtime::jinja
