//===- ParseBody.cpp - bodies of functions ----------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Emulator/Parser.h"

using namespace llvm;
using namespace tandem::nvidia::ptx;

/// More than any real function has; keeps a mangled text from taking the
/// memory.
static constexpr unsigned maxRegisters = 1 << 16;
static constexpr unsigned maxNesting = 64;

bool Parser::parseBody(FunctionSyntax &function) {
  SmallVector<unsigned> scopes{0};
  while (true) {
    if (accept("{")) {
      if (scopes.size() > maxNesting) {
        return fail("more than " + Twine(maxNesting) + " nested scopes");
      }
      function.parents.push_back(scopes.back());
      scopes.push_back(function.parents.size() - 1);
    } else if (accept("}")) {
      scopes.pop_back();
      if (scopes.empty()) {
        return true;
      }
    } else if (!parseStatement(function, scopes.back())) {
      return false;
    }
  }
}

bool Parser::declare(FunctionSyntax &function, unsigned scope, StringRef name,
                     Symbol symbol) {
  return function.symbols.try_emplace({scope, name}, symbol).second ||
         fail("'" + name + "' is declared twice in one scope");
}

bool Parser::parseStatement(FunctionSyntax &function, unsigned scope) {
  if (accept(";")) {
    return true;
  }
  if (token.is(".loc") || token.is(".file") || token.is(".pragma")) {
    skipLine();
    return true;
  }
  if (accept(".reg")) {
    return parseRegisters(function, scope);
  }
  for (auto [word, space] :
       {std::pair(".param", Space::parameter),
        std::pair(".local", Space::local), std::pair(".shared", Space::shared),
        std::pair(".global", Space::global),
        std::pair(".const", Space::constant)}) {
    if (accept(word)) {
      if (!parseVariables(space, /*isExternal=*/false, function.variables)) {
        return false;
      }
      unsigned index = function.variables.size() - 1;
      return declare(function, scope, function.variables.back().name,
                     Symbol{Symbol::variable, index});
    }
  }
  if (token.kind == Token::end) {
    return failExpected(("'}' at the end of '" + function.name + "'").str());
  }
  return parseInstruction(function, scope);
}

/// `.reg .b32 %r<12>, %x;`
bool Parser::parseRegisters(FunctionSyntax &function, unsigned scope) {
  ValueType type;
  if (!parseType(type)) {
    return false;
  }
  do {
    StringRef name;
    if (!takeWord(name, "a register's name")) {
      return false;
    }
    uint64_t count = 0;
    bool isRange = accept("<");
    if (isRange &&
        (!parseCount(count, "a number of registers") || !expect(">"))) {
      return false;
    }
    if (count + function.registers.size() > maxRegisters) {
      return fail("function '" + function.name + "' has more than " +
                  Twine(maxRegisters) + " registers");
    }
    if (isRange) {
      for (unsigned i = 0; i < count; ++i) {
        function.rangeNames.push_back((name + Twine(i)).str());
        if (!declare(
                function, scope, function.rangeNames.back(),
                Symbol{Symbol::reg, unsigned(function.registers.size())})) {
          return false;
        }
        function.registers.push_back(type);
      }
    } else {
      if (!declare(function, scope, name,
                   Symbol{Symbol::reg, unsigned(function.registers.size())})) {
        return false;
      }
      function.registers.push_back(type);
    }
  } while (accept(","));
  return expect(";");
}

bool Parser::parseTargets(FunctionSyntax &function, unsigned scope,
                          StringRef name) {
  std::vector<StringRef> labels;
  do {
    if (!takeWord(labels.emplace_back(), "a label")) {
      return false;
    }
  } while (accept(","));
  function.targets.push_back(std::move(labels));
  return expect(";") && declare(function, scope, name,
                                Symbol{Symbol::targets,
                                       unsigned(function.targets.size() - 1)});
}

bool Parser::parseInstruction(FunctionSyntax &function, unsigned scope) {
  InstructionSyntax instruction;
  instruction.line = token.line;
  instruction.scope = scope;
  if (accept("@")) {
    instruction.guardIsNegated = accept("!");
    if (!takeWord(instruction.guard, "a predicate")) {
      return false;
    }
  }
  if (!takeWord(instruction.opcode, "an instruction")) {
    return false;
  }
  if (instruction.guard.empty() && accept(":")) {
    if (accept(".branchtargets")) {
      return parseTargets(function, scope, instruction.opcode);
    }
    return declare(
        function, scope, instruction.opcode,
        Symbol{Symbol::label, unsigned(function.instructions.size())});
  }
  while (!token.is(";")) {
    if (!parseOperand(instruction.operands.emplace_back(), 0)) {
      return false;
    }
    if (!token.is(";") && !expect(",")) {
      return false;
    }
  }
  advance();
  function.instructions.push_back(std::move(instruction));
  return true;
}

bool Parser::parseList(Operand &operand, StringRef close, unsigned depth) {
  operand.kind = Operand::list;
  if (accept(close)) {
    return true;
  }
  do {
    if (!parseOperand(operand.elements.emplace_back(), depth + 1)) {
      return false;
    }
  } while (accept(","));
  return expect(close);
}

bool Parser::parseAddress(Operand &operand, unsigned depth) {
  operand.kind = Operand::address;
  if (!parseOperand(operand.elements.emplace_back(), depth + 1)) {
    return false;
  }
  if (accept("+") || token.is("-")) {
    Operand offset;
    if (!parseNumber(offset)) {
      return false;
    }
    operand.value = offset.value;
  } else if (accept(",") &&
             !parseOperand(operand.elements.emplace_back(), depth + 1)) {
    return false;
  }
  return expect("]");
}

bool Parser::parseOperand(Operand &operand, unsigned depth) {
  if (depth > 4) {
    return fail("operands are nested too deeply");
  }
  if (accept("{")) {
    return parseList(operand, "}", depth);
  }
  if (accept("(")) {
    return parseList(operand, ")", depth);
  }
  if (accept("[")) {
    return parseAddress(operand, depth);
  }
  if (token.kind == Token::number || token.is("-")) {
    return parseNumber(operand);
  }
  operand.isNegated = accept("!");
  if (!takeWord(operand.text, "an operand")) {
    return false;
  }
  if (token.is("|")) {
    advance();
    Operand first = operand;
    operand = Operand();
    operand.kind = Operand::pair;
    operand.elements.push_back(std::move(first));
    return parseOperand(operand.elements.emplace_back(), depth + 1);
  }
  return true;
}
