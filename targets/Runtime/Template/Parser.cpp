//===- Parser.cpp - statements of chat templates --------------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/Template/Parser.h"

#include <algorithm>

namespace tandem::runtime::jinja {

using Kind = Token::Kind;

bool Parser::skipOperator(std::string_view spelling) {
  bool found = current().isOperator(spelling);
  position += found;
  return found;
}

bool Parser::skipName(std::string_view spelling) {
  bool found = current().isName(spelling);
  position += found;
  return found;
}

void Parser::failUnexpected(const std::string &expected) const {
  fail("expected " + expected + ", not " + current().describe());
}

void Parser::expectOperator(std::string_view spelling) {
  if (!skipOperator(spelling)) {
    failUnexpected("'" + std::string(spelling) + "'");
  }
}

void Parser::expectName(std::string_view spelling) {
  if (!skipName(spelling)) {
    failUnexpected("'" + std::string(spelling) + "'");
  }
}

std::string Parser::expectAnyName(const char *what) {
  if (current().kind != Kind::Name) {
    failUnexpected(what);
  }
  return next().text;
}

Body Parser::parse() {
  Body body = parseBody({});
  std::string others;
  for (size_t i = 1; i < refusals.size(); ++i) {
    others += ", line " + std::to_string(refusals[i].line) + ": " +
              refusals[i].construct;
  }
  if (!refusals.empty()) {
    refuseAt(refusals[0].line, refusals[0].construct + others);
  }
  return body;
}

/// From behind the name that ends a tag, `%}` included, to the end's name.
Body Parser::parseBlock(std::initializer_list<std::string_view> ends) {
  skipOperator(":");
  if (current().kind != Kind::BlockEnd) {
    failUnexpected("'%}'");
  }
  int start = next().line;
  Body body = parseBody(ends);
  if (current().kind == Kind::End) {
    failAt(start,
           "a block lacks its end, '" + std::string(*(ends.end() - 1)) + "'");
  }
  return body;
}

Body Parser::parseBody(std::initializer_list<std::string_view> ends) {
  Level level(*this);
  Body body;
  while (current().kind != Kind::End) {
    Token token = next();
    if (token.kind == Kind::Data) {
      body.push_back({token.line, Data{std::move(token.text)}});
    } else if (token.kind == Kind::OutputBegin) {
      ExpressionPtr value = parseTuple();
      if (next().kind != Kind::OutputEnd) {
        --position;
        failUnexpected("'}}'");
      }
      body.push_back({token.line, Output{std::move(value)}});
    } else {
      if (current().kind == Kind::Name &&
          std::find(ends.begin(), ends.end(), current().text) != ends.end()) {
        return body;
      }
      if (!parseStatement(body)) {
        fail("there is no tag '" + current().text + "'" +
             (ends.size() ? ", expected '" + std::string(*(ends.end() - 1)) +
                                "' or another tag"
                          : ""));
      }
      if (current().kind != Kind::BlockEnd) {
        failUnexpected("'%}'");
      }
      next();
    }
  }
  return body;
}

/// One tag with what belongs to it, up to the last `%}`. False if unknown.
bool Parser::parseStatement(Body &body) {
  static const std::pair<std::string_view, void (Parser::*)(Body &)> tags[] = {
      {"break", &Parser::parseLoopControl},
      {"call", &Parser::parseCall},
      {"continue", &Parser::parseLoopControl},
      {"filter", &Parser::parseFilterBlock},
      {"for", &Parser::parseFor},
      {"generation", &Parser::parseGeneration},
      {"if", &Parser::parseIf},
      {"macro", &Parser::parseMacro},
      {"print", &Parser::parsePrint},
      {"set", &Parser::parseSet},
      {"with", &Parser::parseWith}};
  static const std::string_view refused[] = {"autoescape", "block",  "extends",
                                             "from",       "import", "include"};
  if (current().kind != Kind::Name) {
    failUnexpected("the name of a tag");
  }
  const std::string &name = current().text;
  if (std::find(std::begin(refused), std::end(refused), name) !=
      std::end(refused)) {
    refuseAt(current().line, "tag '" + name + "'");
  }
  for (auto [tag, parse] : tags) {
    if (tag == name) {
      (this->*parse)(body);
      return true;
    }
  }
  return false;
}

void Parser::parseIf(Body &body) {
  int line = next().line;
  If result;
  size_t refused = refusals.size();
  while (true) {
    ExpressionPtr condition = parseTuple(Commas::TupleWithoutIf);
    Body branch = parseBlock({"elif", "else", "endif"});
    result.branches.emplace_back(std::move(condition), std::move(branch));
    std::string end = next().text;
    if (end == "else") {
      result.otherwise = parseBlock({"endif"});
      next();
    }
    if (end != "elif") {
      break;
    }
  }
  refusals.resize(refused);
  body.push_back({line, std::move(result)});
}

void Parser::parseFor(Body &body) {
  int line = next().line;
  For result;
  result.target = parseTarget(/*allowsNamespace=*/false);
  expectName("in");
  result.iterable = parseTuple(Commas::TupleWithoutIf);
  if (skipName("if")) {
    result.condition = parseExpression();
  }
  result.isRecursive = skipName("recursive");
  ++loops;
  result.body = parseBlock({"else", "endfor"});
  --loops;
  if (next().text == "else") {
    result.otherwise = parseBlock({"endfor"});
    next();
  }
  body.push_back({line, std::move(result)});
}

void Parser::parseSet(Body &body) {
  int line = next().line;
  ExpressionPtr target = parseTarget(/*allowsNamespace=*/true);
  if (skipOperator("=")) {
    body.push_back({line, Set{std::move(target), parseTuple()}});
    return;
  }
  ExpressionPtr filtered = make(line, Name{blockContent});
  while (skipOperator("|")) {
    filtered = parseFilter(std::move(filtered));
  }
  Body content = parseBlock({"endset"});
  next();
  body.push_back({line, SetBlock{std::move(target), std::move(filtered),
                                 std::move(content)}});
}

void Parser::parseFilterBlock(Body &body) {
  int line = next().line;
  ExpressionPtr filtered = parseFilter(make(line, Name{blockContent}));
  while (skipOperator("|")) {
    filtered = parseFilter(std::move(filtered));
  }
  Body content = parseBlock({"endfilter"});
  next();
  body.push_back({line, FilterBlock{std::move(filtered), std::move(content)}});
}

void Parser::parseWith(Body &body) {
  int line = next().line;
  With result;
  while (current().kind != Kind::BlockEnd) {
    if (!result.bindings.empty()) {
      expectOperator(",");
    }
    ExpressionPtr target = parseTargetItem(/*allowsNamespace=*/false);
    expectOperator("=");
    result.bindings.emplace_back(std::move(target), parseExpression());
  }
  result.body = parseBlock({"endwith"});
  next();
  body.push_back({line, std::move(result)});
}

void Parser::parseGeneration(Body &body) {
  int line = next().line; // marks what the assistant says, for training
  With result;
  result.body = parseBlock({"endgeneration"});
  next();
  body.push_back({line, std::move(result)});
}

void Parser::parsePrint(Body &body) {
  int line = next().line;
  for (bool isFirst = true; current().kind != Kind::BlockEnd; isFirst = false) {
    if (!isFirst) {
      expectOperator(",");
    }
    body.push_back({line, Output{parseExpression()}});
  }
}

void Parser::parseLoopControl(Body &body) {
  Token token = next();
  if (loops == 0) {
    failAt(token.line, "'" + token.text + "' is outside a loop");
  }
  body.push_back({token.line, LoopControl{token.text == "break"}});
}

void Parser::parseParameters(MacroDefinition &macro) {
  expectOperator("(");
  while (!current().isOperator(")")) {
    if (!macro.parameters.empty()) {
      expectOperator(",");
    }
    std::string name = expectAnyName("the name of a parameter");
    ExpressionPtr fallback;
    if (skipOperator("=")) {
      fallback = parseExpression();
    } else if (!macro.parameters.empty() && macro.parameters.back().second) {
      fail("parameter '" + name +
           "' without a default follows one that has a default");
    }
    macro.parameters.emplace_back(std::move(name), std::move(fallback));
  }
  expectOperator(")");
}

Body Parser::parseMacroBody(MacroDefinition &macro, std::string_view end) {
  macros.push_back(&macro);
  int outerLoops = std::exchange(loops, 0);
  Body body = parseBlock({end});
  next();
  loops = outerLoops;
  macros.pop_back();
  return body;
}

void Parser::parseMacro(Body &body) {
  int line = next().line;
  auto macro = std::make_unique<MacroDefinition>();
  macro->name = expectAnyName("the name of a macro");
  parseParameters(*macro);
  macro->body = parseMacroBody(*macro, "endmacro");
  body.push_back({line, std::move(macro)});
}

void Parser::parseCall(Body &body) {
  int line = next().line;
  auto caller = std::make_unique<MacroDefinition>();
  caller->name = "caller";
  if (current().isOperator("(")) {
    parseParameters(*caller);
  }
  ExpressionPtr invocation = parseExpression();
  if (!std::holds_alternative<Invocation>(invocation->form)) {
    failAt(line, "'call' needs a call of a macro");
  }
  caller->body = parseMacroBody(*caller, "endcall");
  body.push_back({line, CallBlock{std::move(caller), std::move(invocation)}});
}

/// One name, or a list of them in parentheses.
ExpressionPtr Parser::parseTargetItem(bool allowsNamespace) {
  Level level(*this);
  int line = current().line;
  if (skipOperator("(")) {
    ExpressionPtr inner = parseTarget(allowsNamespace);
    expectOperator(")");
    return inner;
  }
  std::string name = expectAnyName("a name to assign to");
  static const std::string_view constants[] = {"true", "false", "none",
                                               "True", "False", "None"};
  if (std::find(std::begin(constants), std::end(constants), name) !=
      std::end(constants)) {
    failAt(line, "'" + name + "' is a constant and cannot be assigned to");
  }
  if (allowsNamespace && skipOperator(".")) {
    return make(line, NamespaceTarget{std::move(name),
                                      expectAnyName("an attribute's name")});
  }
  return make(line, Name{std::move(name)});
}

/// What `set` and `for` assign to.
ExpressionPtr Parser::parseTarget(bool allowsNamespace) {
  int line = current().line;
  std::vector<ExpressionPtr> items;
  items.push_back(parseTargetItem(allowsNamespace));
  if (!current().isOperator(",")) {
    return std::move(items[0]);
  }
  int height = items[0]->height;
  while (skipOperator(",") &&
         (current().kind == Kind::Name || current().isOperator("("))) {
    if (current().isName("in")) {
      break;
    }
    items.push_back(parseTargetItem(allowsNamespace));
    height = std::max(height, items.back()->height);
  }
  return makeWithHeight(
      line, ListLiteral{Sequence::Form::Tuple, std::move(items)}, height + 1);
}

} // namespace tandem::runtime::jinja
