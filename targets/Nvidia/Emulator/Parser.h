//===- Parser.h - the grammar of PTX ----------------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Recursive descent without recursion on braces. A function that fails has set
// `problem` and returns false; the first problem is the module's.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_NVIDIA_EMULATOR_PARSER_H
#define TANDEM_TARGETS_NVIDIA_EMULATOR_PARSER_H

#include "tandem/targets/Nvidia/Emulator/Lexer.h"
#include "tandem/targets/Nvidia/Emulator/Syntax.h"

#include "llvm/ADT/Twine.h"

namespace tandem::nvidia::ptx {

/// Parses one module (Parser.cpp) and the bodies of its functions
/// (ParseBody.cpp).
class Parser {
public:
  explicit Parser(llvm::StringRef text) : lexer(text) { advance(); }

  llvm::Expected<Syntax> run() {
    while (token.kind != Token::end) {
      if (!parseTopLevel()) {
        return errorAt(problemLine, problem);
      }
    }
    return std::move(syntax);
  }

private:
  bool failAt(unsigned line, const llvm::Twine &message) {
    problemLine = line;
    problem = message.str();
    return false;
  }

  /// What was read last breaks a rule.
  bool fail(const llvm::Twine &message) { return failAt(lastLine, message); }

  bool failExpected(llvm::StringRef what) {
    return failAt(token.line, token.kind == Token::end
                                  ? "the text ends, expected " + what
                                  : "expected " + what + " instead of '" +
                                        token.text.take_front(40) + "'");
  }

  void advance() {
    lastLine = token.line;
    token = lexer.next();
  }

  bool accept(llvm::StringRef text) {
    if (!token.is(text)) {
      return false;
    }
    advance();
    return true;
  }

  bool expect(llvm::StringRef text) {
    return accept(text) || failExpected(("'" + text + "'").str());
  }

  bool takeWord(llvm::StringRef &word, llvm::StringRef what) {
    if (token.kind != Token::word) {
      return failExpected(what);
    }
    word = token.text;
    advance();
    return true;
  }

  void skipLine() {
    for (unsigned line = token.line;
         token.kind != Token::end && token.line == line;) {
      advance();
    }
  }

  bool parseNumber(Operand &operand);
  bool parseCount(uint64_t &count, llvm::StringRef what);
  bool parseType(ValueType &type);
  bool parseTopLevel();
  bool skipSection();
  bool parseVariable(Variable &variable);
  bool parseInitializer(Variable &variable);
  bool parseVariables(Space space, bool isExternal,
                      std::vector<Variable> &variables);
  bool parseParameters(std::vector<Variable> &parameters);
  bool parseFunction(bool isEntry, bool isExternal);
  bool parseDirectives(FunctionSyntax &function);
  bool parseBody(FunctionSyntax &function);
  bool parseStatement(FunctionSyntax &function, unsigned scope);
  bool parseRegisters(FunctionSyntax &function, unsigned scope);
  bool parseTargets(FunctionSyntax &function, unsigned scope,
                    llvm::StringRef name);
  bool declare(FunctionSyntax &function, unsigned scope, llvm::StringRef name,
               Symbol symbol);
  bool parseInstruction(FunctionSyntax &function, unsigned scope);
  bool parseOperand(Operand &operand, unsigned depth);
  bool parseList(Operand &operand, llvm::StringRef close, unsigned depth);
  bool parseAddress(Operand &operand, unsigned depth);

  Lexer lexer;
  Token token;
  unsigned lastLine = 1;
  Syntax syntax;
  unsigned problemLine = 0;
  std::string problem;
};

} // namespace tandem::nvidia::ptx

#endif // TANDEM_TARGETS_NVIDIA_EMULATOR_PARSER_H
