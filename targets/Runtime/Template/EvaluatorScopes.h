//===- EvaluatorScopes.h - what ends with a block ---------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A scope, and a text that statements write to, as long as a block runs.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_TEMPLATE_EVALUATORSCOPES_H
#define TANDEM_TARGETS_RUNTIME_TEMPLATE_EVALUATORSCOPES_H

#include "tandem/targets/Runtime/Template/Evaluator.h"

namespace tandem::runtime::jinja {

/// Makes a scope the one at hand.
class Evaluator::InnerScope {
public:
  InnerScope(Evaluator &evaluator, Scope *outer)
      : evaluator(evaluator), previous(evaluator.scope),
        scope(std::make_unique<Scope>(Scope{outer})) {
    evaluator.scope = scope.get();
  }
  ~InnerScope() {
    evaluator.scope = previous;
    if (scope->isKept) {
      evaluator.keptScopes.push_back(std::move(scope));
    }
  }
  InnerScope(const InnerScope &) = delete;

private:
  Evaluator &evaluator;
  Scope *previous;
  std::unique_ptr<Scope> scope;
};

/// Collects what statements write.
class Evaluator::Capture {
public:
  explicit Capture(Evaluator &evaluator)
      : evaluator(evaluator), previous(evaluator.output) {
    evaluator.output = &text;
  }
  ~Capture() { evaluator.output = previous; }
  Capture(const Capture &) = delete;
  std::string take() { return std::move(text); }

private:
  Evaluator &evaluator;
  std::string *previous;
  std::string text;
};

} // namespace tandem::runtime::jinja

#endif // TANDEM_TARGETS_RUNTIME_TEMPLATE_EVALUATORSCOPES_H
