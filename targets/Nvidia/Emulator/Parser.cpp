//===- Parser.cpp - modules and declarations --------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Emulator/Parser.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/bit.h"

using namespace llvm;
using namespace tandem::nvidia::ptx;

/// More than any real variable has; keeps a mangled text from taking the
/// memory.
static constexpr uint64_t maxVariableBytes = uint64_t(1) << 28;

/// "12", "-0x1F", "12U", "0f3F800000", "0dBFF0000000000000", "1.5".
bool Parser::parseNumber(Operand &operand) {
  bool isNegative = accept("-");
  if (token.kind != Token::number) {
    return failExpected("a number");
  }
  StringRef text = token.text;
  advance();
  operand.kind = Operand::integer;
  uint64_t value = 0;
  if (text.starts_with_insensitive("0f") ||
      text.starts_with_insensitive("0d")) {
    operand.kind = Operand::real;
    operand.bits = toLower(text[1]) == 'f' ? 32 : 64;
    StringRef digits = text.drop_front(2);
    if (digits.size() != operand.bits / 4 || digits.getAsInteger(16, value)) {
      return fail("'" + text + "' is no number; expected " +
                  Twine(operand.bits / 4) + " hexadecimal digits");
    }
    value ^= isNegative ? uint64_t(1) << (operand.bits - 1) : 0;
  } else if (text.contains('.')) {
    operand.kind = Operand::real;
    double number;
    if (text.getAsDouble(number)) {
      return fail("'" + text + "' is no number");
    }
    value = bit_cast<uint64_t>(isNegative ? -number : number);
  } else {
    StringRef digits = text;
    digits.consume_back("U");
    // "0" introduces octal digits, as in C.
    if (digits.getAsInteger(0, value)) {
      return fail("'" + text + "' is no number of 64 bits");
    }
    value = isNegative ? -value : value;
  }
  operand.value = static_cast<int64_t>(value);
  return true;
}

bool Parser::parseCount(uint64_t &count, StringRef what) {
  if (token.kind != Token::number || token.text.getAsInteger(0, count)) {
    return failExpected(what);
  }
  advance();
  return true;
}

bool Parser::parseType(ValueType &type) {
  StringRef word = token.text;
  std::optional<ValueType> found;
  if (token.kind == Token::word && word.consume_front(".")) {
    found = ValueType::parse(word);
  }
  if (!found) {
    return failExpected("a type");
  }
  type = *found;
  advance();
  return true;
}

bool Parser::parseTopLevel() {
  bool isExternal = false;
  while (true) {
    if (accept(".extern")) {
      isExternal = true;
    } else if (!accept(".visible") && !accept(".weak") && !accept(".common")) {
      break;
    }
  }
  if (token.is(".version") || token.is(".target") || token.is(".file") ||
      token.is(".loc") || token.is(".pragma")) {
    skipLine();
    return true;
  }
  if (accept(".address_size")) {
    uint64_t bits;
    if (!parseCount(bits, "a number of bits")) {
      return false;
    }
    return bits == 64 ||
           fail("addresses are " + Twine(bits) + " bits, expected 64");
  }
  if (token.is(".section")) {
    return skipSection();
  }
  if (accept(".entry")) {
    return parseFunction(/*isEntry=*/true, isExternal);
  }
  if (accept(".func")) {
    return parseFunction(/*isEntry=*/false, isExternal);
  }
  for (auto [word, space] : {std::pair(".global", Space::global),
                             std::pair(".const", Space::constant),
                             std::pair(".shared", Space::shared)}) {
    if (accept(word)) {
      return parseVariables(space, isExternal, syntax.variables);
    }
  }
  return failExpected("a directive such as .entry");
}

bool Parser::skipSection() {
  while (token.kind != Token::end && !token.is("{")) {
    advance();
  }
  while (token.kind != Token::end && !token.is("}")) {
    advance();
  }
  return expect("}");
}

/// `.align 4 .b8 name[16]`, behind the state space.
bool Parser::parseVariable(Variable &variable) {
  uint64_t alignment = 0;
  while (accept(".align")) {
    if (!parseCount(alignment, "an alignment in bytes")) {
      return false;
    }
    if (!isPowerOf2_64(alignment) || alignment > 4096) {
      return fail("alignment is " + Twine(alignment) +
                  " bytes, expected a power of two up to 4096");
    }
  }
  if (!parseType(variable.type)) {
    return false;
  }
  // `.ptr .global .align 16` of a parameter says nothing that is checked.
  if (accept(".ptr")) {
    while (token.kind == Token::word && token.text.starts_with(".")) {
      bool isAlignment = token.is(".align");
      advance();
      uint64_t ignored;
      if (isAlignment && !parseCount(ignored, "an alignment in bytes")) {
        return false;
      }
    }
  }
  variable.line = token.line;
  variable.alignment = std::max<uint64_t>(alignment, variable.type.bytes());
  if (!takeWord(variable.name, "a name")) {
    return false;
  }
  while (accept("[")) {
    if (accept("]")) { // the size of dynamic shared memory is the launch's
      variable.count = 0;
      continue;
    }
    uint64_t extent;
    if (!parseCount(extent, "a number of elements") || !expect("]")) {
      return false;
    }
    if (extent > maxVariableBytes ||
        variable.count * extent * variable.type.bytes() > maxVariableBytes) {
      return fail("variable '" + variable.name + "' is larger than 256 MiB");
    }
    variable.count *= extent;
  }
  return true;
}

/// `{1, 2, name+4, generic(name)}` or one of those.
bool Parser::parseInitializer(Variable &variable) {
  unsigned depth = 0;
  do {
    while (accept("{")) {
      ++depth;
    }
    Initializer initial;
    if (token.kind == Token::word) {
      bool isGeneric = accept("generic") && accept("(");
      if (!takeWord(initial.symbol, "a variable's name") ||
          (isGeneric && !expect(")"))) {
        return false;
      }
      if (accept("+")) {
        Operand offset;
        if (!parseNumber(offset)) {
          return false;
        }
        initial.value = offset.value;
      }
    } else {
      Operand number;
      if (!parseNumber(number)) {
        return false;
      }
      initial.value = number.value;
    }
    variable.initial.push_back(initial);
    if (variable.initial.size() > variable.count) {
      return fail("variable '" + variable.name + "' has " +
                  Twine(variable.count) + " elements and more initial values");
    }
    while (depth > 0 && accept("}")) {
      --depth;
    }
  } while (accept(","));
  return depth == 0 || failExpected("'}'");
}

bool Parser::parseVariables(Space space, bool isExternal,
                            std::vector<Variable> &variables) {
  while (accept(".attribute")) { // (.managed)
    while (token.kind != Token::end && !accept(")")) {
      advance();
    }
  }
  Variable variable;
  variable.space = space;
  variable.isExternal = isExternal;
  if (!parseVariable(variable) ||
      (accept("=") && !parseInitializer(variable)) || !expect(";")) {
    return false;
  }
  variables.push_back(std::move(variable));
  return true;
}

bool Parser::parseParameters(std::vector<Variable> &parameters) {
  if (accept(")")) {
    return true;
  }
  do {
    Variable parameter;
    parameter.space = Space::parameter;
    if (!expect(".param") || !parseVariable(parameter)) {
      return false;
    }
    parameters.push_back(std::move(parameter));
  } while (accept(","));
  return expect(")");
}

bool Parser::parseDirectives(FunctionSyntax &function) {
  while (token.kind == Token::word && token.text.starts_with(".")) {
    StringRef word = token.text;
    if (word == ".pragma" || word == ".loc") {
      skipLine();
      continue;
    }
    advance();
    SmallVector<uint64_t, 3> numbers;
    while (token.kind == Token::number) {
      if (!parseCount(numbers.emplace_back(), "a number")) {
        return false;
      }
      accept(",");
    }
    uint64_t product = 1;
    for (uint64_t number : numbers) {
      product *= std::min<uint64_t>(number, 1 << 20);
    }
    if (word == ".maxntid" || word == ".reqntid") {
      function.maxThreads = product;
    } else if (word == ".reqnctapercluster" && product != 1) {
      return fail("clusters of " + Twine(product) +
                  " blocks are not modelled, expected 1");
    }
  }
  return true;
}

bool Parser::parseFunction(bool isEntry, bool isExternal) {
  FunctionSyntax function;
  function.isEntry = isEntry;
  function.parents.push_back(0);
  function.line = token.line;
  if (!isEntry && accept("(") && !parseParameters(function.results)) {
    return false;
  }
  if (!takeWord(function.name, "a function's name") ||
      (accept("(") && !parseParameters(function.parameters)) ||
      !parseDirectives(function)) {
    return false;
  }
  if (!accept(";")) { // a prototype has no body
    function.isDefined = true;
    if (!expect("{") || !parseBody(function)) {
      return false;
    }
  }
  for (FunctionSyntax &other : syntax.functions) {
    if (other.name == function.name) {
      if (other.isDefined && function.isDefined) {
        return fail("function '" + function.name +
                    "' is defined twice, first in "
                    "line " +
                    Twine(other.line));
      }
      if (function.isDefined) {
        other = std::move(function);
      }
      return true;
    }
  }
  syntax.functions.push_back(std::move(function));
  return true;
}

Expected<Syntax> tandem::nvidia::ptx::parse(StringRef text) {
  return Parser(text).run();
}
