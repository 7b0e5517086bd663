//===- Evaluator.cpp - renders chat templates -----------------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/Template/EvaluatorScopes.h"
#include "tandem/targets/Runtime/Template/Loop.h"

namespace tandem::runtime::jinja {

Evaluator::Evaluator(Rendering &rendering, const Mapping &variables)
    : rendering(rendering), globals{nullptr}, top{&globals} {
  for (const auto &[name, value] : variables.entries) {
    globals.variables[name.asText()->bytes] = value;
  }
}

Evaluator::~Evaluator() {
  // Values first: a macro among them points to a scope.
  for (const auto &kept : keptScopes) {
    kept->variables.clear();
  }
}

std::string Evaluator::render(const Body &body) {
  std::string result;
  output = &result;
  run(body);
  return result;
}

void Evaluator::emit(std::string_view text) {
  rendering.hold(text.size());
  *output += text;
}

Evaluator::Flow Evaluator::run(const Body &body) {
  for (const Statement &statement : body) {
    if (Flow flow = run(statement); flow != Flow::Next) {
      return flow;
    }
  }
  return Flow::Next;
}

Evaluator::Flow Evaluator::run(const Statement &statement) {
  Nesting level(rendering);
  rendering.spend();
  int outer = std::exchange(rendering.line, statement.line);
  Flow flow = std::visit([&](const auto &form) { return execute(form); },
                         statement.form);
  rendering.line = outer;
  return flow;
}

Evaluator::Flow Evaluator::execute(const Data &data) {
  emit(data.text);
  return Flow::Next;
}

Evaluator::Flow Evaluator::execute(const Output &output) {
  Value value = evaluate(*output.value);
  if (const Text *text = value.asText()) {
    emit(text->bytes);
  } else {
    emit(toText(rendering, value));
  }
  return Flow::Next;
}

Evaluator::Flow Evaluator::execute(const If &conditional) {
  for (const auto &[condition, body] : conditional.branches) {
    if (evaluate(*condition).isTrue()) {
      return run(body);
    }
  }
  return run(conditional.otherwise);
}

Evaluator::Flow Evaluator::execute(const For &loop) {
  return runLoop(loop, evaluate(*loop.iterable), /*level=*/0);
}

/// The items for which the loop's condition holds.
std::vector<Value> Evaluator::selectItems(const For &loop,
                                          std::vector<Value> items) {
  if (!loop.condition) {
    return items;
  }
  std::vector<Value> selected;
  for (Value &item : items) {
    InnerScope turn(*this, scope);
    assign(*loop.target, item);
    if (evaluate(*loop.condition).isTrue()) {
      selected.push_back(std::move(item));
    }
  }
  return selected;
}

Evaluator::Flow Evaluator::runLoop(const For &loop, const Value &iterable,
                                   int level) {
  if (loop.isRecursive) {
    keepScopes(); // a template may call the loop once it has ended
  }
  auto state = std::make_shared<Loop>(
      *this, loop, scope, selectItems(loop, iterate(rendering, iterable)),
      level);
  // A copy: the loop's own list is let go of when the loop is closed.
  const size_t count = state->items.size();
  Flow flow = Flow::Next;
  for (size_t i = 0; i < count && flow != Flow::Break; ++i) {
    rendering.spend();
    InnerScope turn(*this, scope);
    state->index = i;
    assign(*loop.target, state->items[i]);
    scope->variables["loop"] = Value(std::shared_ptr<Object>(state));
    flow = run(loop.body);
  }
  state->close();
  return count == 0 ? run(loop.otherwise) : Flow::Next;
}

Value Evaluator::callLoop(const For &loop, Scope *outer, const Value &items,
                          int level) {
  Capture capture(*this);
  InnerScope inner(*this, outer);
  runLoop(loop, items, level);
  return rendering.text(capture.take());
}

Evaluator::Flow Evaluator::execute(const Set &set) {
  assign(*set.target, evaluate(*set.value));
  return Flow::Next;
}

/// What a block gives, in a scope of its own, through its filters.
Value Evaluator::filterBody(const Body &body, const Expression &filtered) {
  InnerScope inner(*this, scope);
  Capture capture(*this);
  run(body);
  scope->variables[blockContent] = rendering.text(capture.take());
  return evaluate(filtered);
}

Evaluator::Flow Evaluator::execute(const SetBlock &set) {
  assign(*set.target, filterBody(set.body, *set.filtered));
  return Flow::Next;
}

Evaluator::Flow Evaluator::execute(const FilterBlock &block) {
  emit(toText(rendering, filterBody(block.body, *block.filtered)));
  return Flow::Next;
}

Evaluator::Flow Evaluator::execute(const With &with) {
  std::vector<Value> values; // computed outside the new scope
  for (const auto &[target, value] : with.bindings) {
    values.push_back(evaluate(*value));
  }
  InnerScope inner(*this, scope);
  for (size_t i = 0; i < values.size(); ++i) {
    assign(*with.bindings[i].first, std::move(values[i]));
  }
  return run(with.body);
}

Evaluator::Flow Evaluator::execute(const LoopControl &control) {
  return control.isBreak ? Flow::Break : Flow::Continue;
}

void Evaluator::assign(const Expression &target, Value value) {
  if (auto *name = std::get_if<Name>(&target.form)) {
    scope->variables[name->name] = std::move(value);
    return;
  }
  if (auto *reference = std::get_if<NamespaceTarget>(&target.form)) {
    Value *found = lookUp(reference->name);
    auto *held = found ? found->as<Namespace>() : nullptr;
    if (!held) {
      rendering.fail("'" + reference->name + "." + reference->attribute +
                     "' cannot be set: '" + reference->name +
                     "' is no namespace");
    }
    held->set(rendering, reference->attribute, std::move(value));
    return;
  }
  const auto &targets = std::get<ListLiteral>(target.form).items;
  std::vector<Value> items = iterate(rendering, value);
  if (items.size() != targets.size()) {
    rendering.fail(std::to_string(items.size()) + " values for " +
                   std::to_string(targets.size()) + " names");
  }
  for (size_t i = 0; i < items.size(); ++i) {
    assign(*targets[i], std::move(items[i]));
  }
}

} // namespace tandem::runtime::jinja
