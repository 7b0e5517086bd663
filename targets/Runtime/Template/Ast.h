//===- Ast.h - syntax of chat templates -------------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What the parser makes and the evaluator walks over. Every node knows its line
// and expressions their height, which is bounded, so that walks may recurse.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_TEMPLATE_AST_H
#define TANDEM_TARGETS_RUNTIME_TEMPLATE_AST_H

#include "tandem/targets/Runtime/Template/Function.h"

namespace tandem::runtime::jinja {

struct Expression;
struct Statement;
using ExpressionPtr = std::unique_ptr<Expression>;
using Body = std::vector<Statement>;

/// A text, number, truth value or none.
struct Literal {
  Value value;
};
struct Name {
  std::string name;
};
/// `name.attribute` as what `set` assigns to.
struct NamespaceTarget {
  std::string name, attribute;
};
struct ListLiteral {
  Sequence::Form form;
  std::vector<ExpressionPtr> items;
};
struct MappingLiteral {
  std::vector<std::pair<ExpressionPtr, ExpressionPtr>> entries;
};
struct Unary {
  enum class Kind { Not, Minus, Plus } kind;
  ExpressionPtr operand;
};
struct Binary {
  enum class Kind {
    Add,
    Subtract,
    Multiply,
    Divide,
    Floor,
    Modulo,
    Power
  } kind;
  ExpressionPtr left, right;
};
/// `a ~ b ~ c`
struct Concatenation {
  std::vector<ExpressionPtr> parts;
};
struct Logical {
  bool isAnd;
  ExpressionPtr left, right;
};
/// `a < b <= c`, all of which must hold.
struct Comparison {
  enum class Kind {
    Equal,
    Unequal,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    In,
    NotIn
  };
  ExpressionPtr first;
  std::vector<std::pair<Kind, ExpressionPtr>> rest;
};
/// `a if condition else b`; without else, undefined.
struct Conditional {
  ExpressionPtr condition, whenTrue, whenFalse;
};
struct Attribute {
  ExpressionPtr object;
  std::string name;
};
struct Subscript {
  ExpressionPtr object, index;
};
/// `object[start:stop:step]`, each of which may be null.
struct Slice {
  ExpressionPtr object, start, stop, step;
};
struct PassedArguments {
  std::vector<ExpressionPtr> positional;
  std::vector<std::pair<std::string, ExpressionPtr>> named;
  ExpressionPtr list, mapping; ///< `*list`, `**mapping`, or null
};
struct Invocation {
  ExpressionPtr callee;
  PassedArguments arguments;
};
struct FilterUse {
  ExpressionPtr operand;
  std::string name;
  const Function *filter; ///< null: unknown, an error if it is reached
  PassedArguments arguments;
};
struct TestUse {
  ExpressionPtr operand;
  std::string name;
  const Function *test; ///< as above
  PassedArguments arguments;
};

struct Expression {
  int line;
  int height; ///< levels of expressions, itself included
  std::variant<Literal, Name, NamespaceTarget, ListLiteral, MappingLiteral,
               Unary, Binary, Concatenation, Logical, Comparison, Conditional,
               Attribute, Subscript, Slice, Invocation, FilterUse, TestUse>
      form;
};

struct Data {
  std::string text;
};
struct Output {
  ExpressionPtr value;
};
struct If {
  std::vector<std::pair<ExpressionPtr, Body>> branches;
  Body otherwise;
};
struct For {
  ExpressionPtr target, iterable, condition; ///< condition may be null
  bool isRecursive;
  Body body, otherwise;
};
struct Set {
  ExpressionPtr target, value;
};
/// The name by which the filters of a block get what the block gives.
inline constexpr const char *blockContent = " content";
/// `{% set x | filter %}...{% endset %}`
struct SetBlock {
  ExpressionPtr target, filtered; ///< filters applied to `blockContent`
  Body body;
};
struct FilterBlock {
  ExpressionPtr filtered;
  Body body;
};
/// `{% with a = 1 %}`; also a scope of its own without bindings.
struct With {
  std::vector<std::pair<ExpressionPtr, ExpressionPtr>> bindings;
  Body body;
};
struct MacroDefinition {
  std::string name;
  /// Names with defaults or null.
  std::vector<std::pair<std::string, ExpressionPtr>> parameters;
  Body body;
  bool usesCaller = false, usesNamed = false, usesPositional = false;
};
/// `{% call(x) macro() %}...{% endcall %}`
struct CallBlock {
  std::unique_ptr<MacroDefinition> caller;
  ExpressionPtr invocation;
};
struct LoopControl {
  bool isBreak; ///< else continue
};

struct Statement {
  int line;
  std::variant<Data, Output, If, For, Set, SetBlock, FilterBlock, With,
               std::unique_ptr<MacroDefinition>, CallBlock, LoopControl>
      form;
};

} // namespace tandem::runtime::jinja

#endif // TANDEM_TARGETS_RUNTIME_TEMPLATE_AST_H
