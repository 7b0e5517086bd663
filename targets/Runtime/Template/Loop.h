//===- Loop.h - the variable `loop` -----------------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Where a `for` is in its items.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_TEMPLATE_LOOP_H
#define TANDEM_TARGETS_RUNTIME_TEMPLATE_LOOP_H

#include "tandem/targets/Runtime/Template/Evaluator.h"

namespace tandem::runtime::jinja {

class Loop : public Object {
public:
  Loop(Evaluator &evaluator, const For &definition, Scope *scope,
       std::vector<Value> items, int level)
      : items(std::move(items)), evaluator(evaluator), definition(definition),
        scope(scope), level(level) {}

  const char *typeName() const override { return "LoopContext"; }
  std::string print() const override {
    return "<LoopContext " + std::to_string(index + 1) + "/" +
           std::to_string(items.size()) + ">";
  }
  std::optional<Value> attribute(Rendering &rendering,
                                 std::string_view name) override;
  bool isCallable() const override { return definition.isRecursive; }
  Value call(Rendering &rendering, Arguments &&arguments) override;

  /// Whether the values differ from those of the last call.
  bool isChanged(Rendering &rendering, Value values);
  /// Lets go of what it holds, once the loop has ended.
  void close();

  std::vector<Value> items;
  size_t index = 0;

private:
  Evaluator &evaluator;
  const For &definition;
  Scope *scope;
  int level; ///< of recursion, from 0
  bool isClosed = false;
  std::optional<Value> lastChanged;
};

} // namespace tandem::runtime::jinja

#endif // TANDEM_TARGETS_RUNTIME_TEMPLATE_LOOP_H
