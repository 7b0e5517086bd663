//===- Conditions.cpp - Boolean expressions ---------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Comparisons are with zero, negations stand at atoms only, conjunctions and
// disjunctions are flat, sorted and without duplicates.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Raise/Elements.h"

using namespace tandem;
using namespace tandem::raise;
using namespace llvm;
using Kind = ElementNode::Kind;

/// The opaque atom of `value` that is a choice of two integers, or null.
static Element findSelect(const Elements &elements, const Polynomial &value,
                          Atom &where) {
  for (const Polynomial::Term &term : value.getTerms()) {
    for (Atom atom : term.monomial) {
      Element element = elements.getOpaque(atom);
      if (element && element->kind == Kind::select) {
        where = atom;
        return element;
      }
    }
  }
  return nullptr;
}

/// A comparison of `value` with zero. A choice inside becomes a choice of
/// conditions: (c ? a : b) >= 0 is (c and a >= 0) or (not c and b >= 0).
Element Elements::test(Kind kind, const Polynomial &value) {
  Atom where;
  if (Element select = findSelect(*this, value, where)) {
    auto branch = [&](Element choice) {
      Polynomial chosen = value.substitute([&](Atom atom) {
        return atom == where ? toPolynomial(choice) : Polynomial::ofAtom(atom);
      });
      return test(kind, chosen);
    };
    Element condition = select->operands[0];
    return disjoin(conjoin(condition, branch(select->operands[1])),
                   conjoin(invert(condition), branch(select->operands[2])));
  }
  bool isEquality = kind == Kind::zero;
  if (value.is(0) || (!isEquality && isKnownNonNegative(value))) {
    return getTruth(true);
  }
  if (isKnownNonNegative(Polynomial() - value - 1) ||
      (isEquality && isKnownNonNegative(value - 1))) {
    return getTruth(false);
  }
  ElementNode node;
  node.kind = kind;
  node.integer = value;
  if (isEquality && value.getTerms().front().coefficient < 0) {
    node.integer = Polynomial() - value;
  }
  return unique(std::move(node));
}

Element Elements::isNonNegative(const Polynomial &value) {
  return test(Kind::nonNegative, value);
}

Element Elements::isZero(const Polynomial &value) {
  return test(Kind::zero, value);
}

/// The members of `element` under `kind`, itself where it is no such node.
static void appendOperands(Kind kind, Element element,
                           SmallVectorImpl<Element> &operands) {
  if (element->kind == kind) {
    llvm::append_range(operands, element->operands);
  } else {
    operands.push_back(element);
  }
}

Element Elements::combine(Kind kind, Element a, Element b) {
  // The constant that decides the result, whatever the other side is.
  bool decisive = kind == Kind::disjunction;
  for (auto [side, other] : {std::pair(a, b), std::pair(b, a)}) {
    if (side->kind == Kind::truth) {
      return side->isTrue == decisive ? side : other;
    }
  }
  SmallVector<Element, 3> operands;
  appendOperands(kind, a, operands);
  appendOperands(kind, b, operands);
  llvm::sort(operands,
             [](Element x, Element y) { return x->number < y->number; });
  operands.erase(llvm::unique(operands), operands.end());
  for (Element operand : operands) {
    if (llvm::is_contained(operands, invert(operand))) {
      return getTruth(decisive);
    }
  }
  if (operands.size() == 1) {
    return operands.front();
  }
  ElementNode node;
  node.kind = kind;
  node.operands = operands;
  return unique(std::move(node));
}

Element Elements::conjoin(Element a, Element b) {
  return combine(Kind::conjunction, a, b);
}

Element Elements::disjoin(Element a, Element b) {
  return combine(Kind::disjunction, a, b);
}

Element Elements::invert(Element condition) {
  switch (condition->kind) {
  case Kind::truth:
    return getTruth(!condition->isTrue);
  case Kind::nonNegative:
    return isNonNegative(Polynomial() - condition->integer - 1);
  case Kind::negation:
    return condition->operands.front();
  case Kind::conjunction:
  case Kind::disjunction: {
    bool wasConjunction = condition->kind == Kind::conjunction;
    Element result = getTruth(!wasConjunction ? true : false);
    for (Element operand : condition->operands) {
      result = combine(wasConjunction ? Kind::disjunction : Kind::conjunction,
                       result, invert(operand));
    }
    return result;
  }
  default:
    break;
  }
  ElementNode node;
  node.kind = Kind::negation;
  node.operands = {condition};
  return unique(std::move(node));
}
