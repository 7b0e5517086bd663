//===- Evaluator.h - renders chat templates ---------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Walks over a template's syntax. Names are looked up in the scope at hand and
// outwards: a loop's turn, a macro, `with` and blocks have scopes of their own,
// `if` has none. Statements are in Evaluator.cpp, expressions in
// EvaluateExpression.cpp, macros and calls in EvaluateCall.cpp.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_TEMPLATE_EVALUATOR_H
#define TANDEM_TARGETS_RUNTIME_TEMPLATE_EVALUATOR_H

#include <map>

#include "tandem/targets/Runtime/Template/Ast.h"

namespace tandem::runtime::jinja {

/// Variables; their names live in the syntax or in static texts.
struct Scope {
  Scope *outer;
  std::map<std::string_view, Value> variables{};
  bool isKept = false; ///< a macro may look into it after its end
};

class Evaluator {
public:
  /// `variables` are what the caller passes to the template.
  Evaluator(Rendering &rendering, const Mapping &variables);
  ~Evaluator();

  std::string render(const Body &body);

  /// Runs a macro with the scope that it was defined in.
  Value callMacro(const MacroDefinition &macro, Scope *scope,
                  Arguments &&arguments);
  /// Runs a loop's body over other items: `loop(items)`.
  Value callLoop(const For &loop, Scope *scope, const Value &items, int level);

private:
  enum class Flow { Next, Break, Continue };
  class InnerScope;
  class Capture;

  Flow run(const Body &body);
  Flow run(const Statement &statement);
  Flow execute(const Data &data);
  Flow execute(const Output &output);
  Flow execute(const If &conditional);
  Flow execute(const For &loop);
  Flow execute(const Set &set);
  Flow execute(const SetBlock &set);
  Flow execute(const FilterBlock &block);
  Flow execute(const With &with);
  Flow execute(const std::unique_ptr<MacroDefinition> &macro);
  Flow execute(const CallBlock &block);
  Flow execute(const LoopControl &control);
  Flow runLoop(const For &loop, const Value &iterable, int level);
  std::vector<Value> selectItems(const For &loop, std::vector<Value> items);
  void keepScopes();
  Value filterBody(const Body &body, const Expression &filtered);
  void assign(const Expression &target, Value value);
  void emit(std::string_view text);

  Value evaluate(const Expression &expression);
  Value evaluate(const Literal &literal);
  Value evaluate(const Name &name);
  Value evaluate(const NamespaceTarget &target);
  Value evaluate(const ListLiteral &list);
  Value evaluate(const MappingLiteral &mapping);
  Value evaluate(const Unary &unary);
  Value evaluate(const Binary &binary);
  Value evaluate(const Concatenation &concatenation);
  Value evaluate(const Logical &logical);
  Value evaluate(const Comparison &comparison);
  Value evaluate(const Conditional &conditional);
  Value evaluate(const Attribute &attribute);
  Value evaluate(const Subscript &subscript);
  Value evaluate(const Slice &slice);
  Value evaluate(const Invocation &invocation);
  Value evaluate(const FilterUse &use);
  Value evaluate(const TestUse &use);
  Arguments evaluate(const PassedArguments &passed);
  Value call(const Value &callee, Arguments &&arguments);
  Value *lookUp(std::string_view name);

  Rendering &rendering;
  Scope globals; ///< what the caller passes
  Scope top;     ///< what the template sets
  Scope *scope = &top;
  std::string *output = nullptr;
  std::vector<std::unique_ptr<Scope>> keptScopes;
};

/// What `{% macro %}` defines.
class Macro : public Object {
public:
  Macro(Evaluator &evaluator, const MacroDefinition &definition, Scope *scope)
      : evaluator(evaluator), definition(definition), scope(scope) {}
  const char *typeName() const override { return "Macro"; }
  bool isCallable() const override { return true; }
  Value call(Rendering &, Arguments &&arguments) override {
    return evaluator.callMacro(definition, scope, std::move(arguments));
  }
  std::string print() const override {
    return "<Macro '" + definition.name + "'>";
  }

private:
  Evaluator &evaluator;
  const MacroDefinition &definition;
  Scope *scope;
};

/// `a - b`, `a * b` and so on.
Value calculate(Rendering &rendering, Binary::Kind kind, const Value &a,
                const Value &b);

} // namespace tandem::runtime::jinja

#endif // TANDEM_TARGETS_RUNTIME_TEMPLATE_EVALUATOR_H
