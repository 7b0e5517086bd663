//===- EvaluateCall.cpp - macros and calls --------------------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include <algorithm>

#include "tandem/targets/Runtime/Template/EvaluatorScopes.h"

namespace tandem::runtime::jinja {

Arguments Evaluator::evaluate(const PassedArguments &passed) {
  Arguments result;
  for (const ExpressionPtr &argument : passed.positional) {
    result.positional.push_back(evaluate(*argument));
  }
  for (const auto &[name, argument] : passed.named) {
    result.named.emplace_back(name, evaluate(*argument));
  }
  if (passed.list) {
    for (Value &item : iterate(rendering, evaluate(*passed.list))) {
      result.positional.push_back(std::move(item));
    }
  }
  if (passed.mapping) {
    Value mapping = evaluate(*passed.mapping);
    if (!mapping.asMapping()) {
      rendering.fail(std::string("'**' needs a mapping, not '") +
                     mapping.typeName() + "'");
    }
    for (const auto &[key, value] : mapping.asMapping()->entries) {
      if (!key.asText()) {
        rendering.fail("'**' needs a mapping whose keys are texts");
      }
      result.named.emplace_back(key.asText()->bytes, value);
    }
  }
  return result;
}

Value Evaluator::call(const Value &callee, Arguments &&arguments) {
  if (callee.isUndefined()) {
    rendering.failUndefined(callee);
  }
  Object *object = callee.asObject();
  if (!object || !object->isCallable()) {
    rendering.fail(std::string("'") + callee.typeName() + "' cannot be called");
  }
  return object->call(rendering, std::move(arguments));
}

Value Evaluator::evaluate(const Invocation &invocation) {
  Value callee = evaluate(*invocation.callee);
  return call(callee, evaluate(invocation.arguments));
}

Value Evaluator::evaluate(const FilterUse &use) {
  Value operand = evaluate(*use.operand);
  Arguments arguments = evaluate(use.arguments);
  return use.filter
             ? callFunction(rendering, *use.filter, operand,
                            std::move(arguments))
             : applyFilter(rendering, use.name, operand, std::move(arguments));
}

Value Evaluator::evaluate(const TestUse &use) {
  Value operand = evaluate(*use.operand);
  Arguments arguments = evaluate(use.arguments);
  return use.test
             ? callFunction(rendering, *use.test, operand, std::move(arguments))
             : Value(applyTest(rendering, use.name, operand,
                               std::move(arguments)));
}

/// Keeps the scopes at hand after their blocks have ended.
void Evaluator::keepScopes() {
  for (Scope *kept = scope; kept && !kept->isKept; kept = kept->outer) {
    rendering.hold(sizeof(Scope) + 64);
    kept->isKept = true;
  }
}

Evaluator::Flow
Evaluator::execute(const std::unique_ptr<MacroDefinition> &macro) {
  keepScopes();
  scope->variables[macro->name] = rendering.object<Macro>(*this, *macro, scope);
  return Flow::Next;
}

Evaluator::Flow Evaluator::execute(const CallBlock &block) {
  const auto &invocation = std::get<Invocation>(block.invocation->form);
  Value callee = evaluate(*invocation.callee);
  Arguments arguments = evaluate(invocation.arguments);
  keepScopes();
  arguments.named.emplace_back(
      "caller", rendering.object<Macro>(*this, *block.caller, scope));
  emit(toText(rendering, call(callee, std::move(arguments))));
  return Flow::Next;
}

Value Evaluator::callMacro(const MacroDefinition &macro, Scope *outer,
                           Arguments &&arguments) {
  Nesting level(rendering);
  InnerScope inner(*this, outer);
  Capture capture(*this);
  auto fail = [&](const std::string &what) {
    rendering.fail("macro '" + macro.name + "' " + what);
  };
  auto take = [&](const std::string &name) -> std::optional<Value> {
    auto found =
        std::find_if(arguments.named.begin(), arguments.named.end(),
                     [&](const auto &entry) { return entry.first == name; });
    if (found == arguments.named.end()) {
      return std::nullopt;
    }
    Value value = std::move(found->second);
    arguments.named.erase(found);
    return value;
  };
  auto &variables = scope->variables;
  size_t passed = arguments.positional.size();
  std::vector<const std::pair<std::string, ExpressionPtr> *> missing;
  for (size_t i = 0; i < macro.parameters.size(); ++i) {
    const auto &parameter = macro.parameters[i];
    if (i < passed) {
      variables[parameter.first] = std::move(arguments.positional[i]);
    } else if (std::optional<Value> value = take(parameter.first)) {
      variables[parameter.first] = std::move(*value);
    } else {
      missing.push_back(&parameter);
    }
  }
  if (macro.usesCaller && !variables.count("caller")) {
    std::optional<Value> caller = take("caller");
    variables["caller"] =
        caller ? *caller : rendering.undefined("no caller is defined");
  }
  if (macro.usesNamed) {
    std::vector<std::pair<Value, Value>> entries;
    for (auto &[name, value] : arguments.named) {
      entries.emplace_back(rendering.text(name), std::move(value));
    }
    variables["kwargs"] = rendering.mapping(std::move(entries));
  } else if (!arguments.named.empty()) {
    fail("takes no argument '" + arguments.named[0].first + "'");
  }
  size_t taken = std::min(passed, macro.parameters.size());
  if (macro.usesPositional) {
    variables["varargs"] =
        rendering.tuple({std::make_move_iterator(arguments.positional.begin() +
                                                 ptrdiff_t(taken)),
                         std::make_move_iterator(arguments.positional.end())});
  } else if (taken < passed) {
    fail("takes at most " + std::to_string(taken) + " arguments, " +
         std::to_string(passed) + " are given");
  }
  for (const auto *parameter : missing) { // defaults see the other parameters
    variables[parameter->first] =
        parameter->second
            ? evaluate(*parameter->second)
            : rendering.undefined("parameter '" + parameter->first +
                                  "' was not provided");
  }
  run(macro.body);
  return rendering.text(capture.take());
}

} // namespace tandem::runtime::jinja
