//===- EvaluateExpression.cpp - expressions of chat templates -------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/Template/Evaluator.h"

namespace tandem::runtime::jinja {

Value Evaluator::evaluate(const Expression &expression) {
  Nesting level(rendering);
  rendering.spend();
  int outer = std::exchange(rendering.line, expression.line);
  Value value = std::visit([&](const auto &form) { return evaluate(form); },
                           expression.form);
  rendering.line = outer;
  return value;
}

Value *Evaluator::lookUp(std::string_view name) {
  for (Scope *place = scope; place; place = place->outer) {
    auto found = place->variables.find(name);
    if (found != place->variables.end()) {
      return &found->second;
    }
  }
  return nullptr;
}

Value Evaluator::evaluate(const Literal &literal) { return literal.value; }

Value Evaluator::evaluate(const Name &name) {
  if (const Value *value = lookUp(name.name)) {
    return *value;
  }
  if (const Function *function = findGlobal(name.name)) {
    if (!function->run) {
      rendering.refuse("function '" + name.name + "'");
    }
    return rendering.object<BoundFunction>(*function, Value());
  }
  return rendering.undefined("'" + name.name + "' is undefined");
}

Value Evaluator::evaluate(const NamespaceTarget &target) {
  Value *held = lookUp(target.name); // only assigned to, by Jinja's grammar
  return held ? getAttribute(rendering, *held, target.attribute) : Value();
}

Value Evaluator::evaluate(const ListLiteral &list) {
  std::vector<Value> items;
  for (const ExpressionPtr &item : list.items) {
    items.push_back(evaluate(*item));
  }
  return rendering.list(std::move(items), list.form);
}

Value Evaluator::evaluate(const MappingLiteral &literal) {
  Mapping mapping = {{}, 0};
  for (const auto &[keyNode, valueNode] : literal.entries) {
    Value key = evaluate(*keyNode);
    Value value = evaluate(*valueNode);
    if (key.depth() > 0 && !(key.asSequence() &&
                             key.asSequence()->form == Sequence::Form::Tuple)) {
      rendering.fail(std::string("'") + key.typeName() +
                     "' cannot be the key of a mapping");
    }
    rendering.spend(mapping.entries.size() / 8);
    if (const Value *held = mapping.find(key)) {
      *const_cast<Value *>(held) = std::move(value); // ours, not shared yet
    } else {
      mapping.entries.emplace_back(std::move(key), std::move(value));
    }
  }
  return rendering.mapping(std::move(mapping.entries));
}

Value Evaluator::evaluate(const Unary &unary) {
  Value value = evaluate(*unary.operand);
  if (unary.kind == Unary::Kind::Not) {
    return !value.isTrue();
  }
  if (value.isUndefined()) {
    rendering.failUndefined(value);
  }
  bool isMinus = unary.kind == Unary::Kind::Minus;
  if (std::optional<int64_t> integer = value.index()) {
    return isMinus ? calculate(rendering, Binary::Kind::Subtract,
                               Value(int64_t(0)), value)
                   : Value(*integer);
  }
  if (const double *number = value.asFloat()) {
    return isMinus ? -*number : *number;
  }
  rendering.fail(std::string("'") + value.typeName() + "' has no sign");
}

Value Evaluator::evaluate(const Binary &binary) {
  Value left = evaluate(*binary.left);
  Value right = evaluate(*binary.right);
  return calculate(rendering, binary.kind, left, right);
}

Value Evaluator::evaluate(const Concatenation &concatenation) {
  TextBuilder result(rendering);
  for (const ExpressionPtr &part : concatenation.parts) {
    result.append(toText(rendering, evaluate(*part)));
  }
  return rendering.text(result.take());
}

Value Evaluator::evaluate(const Logical &logical) {
  Value left = evaluate(*logical.left);
  return left.isTrue() == logical.isAnd ? evaluate(*logical.right) : left;
}

Value Evaluator::evaluate(const Comparison &comparison) {
  using Kind = Comparison::Kind;
  auto holds = [&](Kind kind, const Value &a, const Value &b) {
    switch (kind) {
    case Kind::Equal:
      return isEqual(rendering, a, b);
    case Kind::Unequal:
      return !isEqual(rendering, a, b);
    case Kind::Less:
      return compare(rendering, a, b) == Order::Less;
    case Kind::LessEqual:
      return compare(rendering, a, b) <= Order::Equal;
    case Kind::Greater:
      return compare(rendering, a, b) == Order::Greater;
    case Kind::GreaterEqual: {
      Order order = compare(rendering, a, b);
      return order == Order::Equal || order == Order::Greater;
    }
    case Kind::In:
      return isIn(rendering, a, b);
    case Kind::NotIn:
      return !isIn(rendering, a, b);
    }
    return false;
  };
  Value left = evaluate(*comparison.first);
  for (const auto &[kind, node] : comparison.rest) {
    Value right = evaluate(*node);
    if (!holds(kind, left, right)) {
      return false;
    }
    left = std::move(right);
  }
  return true;
}

Value Evaluator::evaluate(const Conditional &conditional) {
  if (evaluate(*conditional.condition).isTrue()) {
    return evaluate(*conditional.whenTrue);
  }
  return conditional.whenFalse
             ? evaluate(*conditional.whenFalse)
             : rendering.undefined("an inline 'if' without 'else' was false");
}

Value Evaluator::evaluate(const Attribute &attribute) {
  return getAttribute(rendering, evaluate(*attribute.object), attribute.name);
}

Value Evaluator::evaluate(const Subscript &subscript) {
  Value object = evaluate(*subscript.object);
  return getItem(rendering, object, evaluate(*subscript.index));
}

Value Evaluator::evaluate(const Slice &slice) {
  Value object = evaluate(*slice.object);
  auto bound = [&](const ExpressionPtr &node) {
    return node ? evaluate(*node) : Value();
  };
  Value start = bound(slice.start), stop = bound(slice.stop);
  return getSlice(rendering, object, start, stop, bound(slice.step));
}

} // namespace tandem::runtime::jinja
