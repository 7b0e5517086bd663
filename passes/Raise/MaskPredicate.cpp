//===- MaskPredicate.cpp - what a mask lets through -------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A predicate is a conjunction of comparisons p >= 0 and of tests of the
// padding mask. Each must equal one of the known forms as a polynomial.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Raise/MaskPredicate.h"

#include "tandem/passes/Raise/NodeMatching.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::raise;
using Kind = ElementNode::Kind;

/// Values up to this stand for "left out"; exp of it is zero in fp32 next to
/// scores of any trained model (GPT-2's first exports wrote -1e4).
static constexpr double leftOut = -1e4;

bool MaskReading::applyTo(AttentionParts &parts) const {
  if (padding && parts.padding && parts.padding != padding) {
    return false;
  }
  parts.causal |= causal;
  if (window > 0) {
    parts.window = parts.window == 0 ? window : std::min(parts.window, window);
  }
  if (padding) {
    parts.padding = padding;
  }
  return true;
}

//===----------------------------------------------------------------------===//
// From additive masks to predicates
//===----------------------------------------------------------------------===//

/// A choice inside `element`, or null.
static Element findChoice(Element element) {
  if (element->kind == Kind::select) {
    return element;
  }
  for (const ElementNode::Term &term : element->terms) {
    for (Element factor : term.factors) {
      if (Element choice = findChoice(factor)) {
        return choice;
      }
    }
  }
  return nullptr;
}

/// `element` with the choices that test `condition` decided.
static Element decide(Elements &elements, Element element, Element condition,
                      bool holds) {
  if (element->kind == Kind::select && element->operands[0] == condition) {
    return decide(elements, element->operands[holds ? 1 : 2], condition, holds);
  }
  if (element->kind != Kind::real) {
    return element;
  }
  Element sum = elements.getReal(0);
  for (const ElementNode::Term &term : element->terms) {
    Element product = elements.getReal(term.coefficient);
    for (Element factor : term.factors) {
      Element decided = decide(elements, factor, condition, holds);
      auto constant = elements.getConstant(decided);
      product = elements.multiply(
          product, constant ? elements.getReal(*constant) : decided);
    }
    sum = elements.add(sum, product);
  }
  return sum;
}

static bool isCondition(Element element) {
  switch (element->kind) {
  case Kind::truth:
  case Kind::nonNegative:
  case Kind::zero:
  case Kind::negation:
  case Kind::conjunction:
  case Kind::disjunction:
    return true;
  default:
    return false;
  }
}

Element raise::getKeepPredicate(Elements &elements, Element mask) {
  if (isCondition(mask)) {
    return mask;
  }
  if (mask->kind == Kind::load) {
    RankedTensorType type = tensorType(mask->tensor);
    if (type && type.getElementType().isInteger(1)) {
      return mask;
    }
  }
  if (auto constant = elements.getConstant(mask)) {
    if (*constant == 0 || *constant <= leftOut) {
      return elements.getTruth(*constant == 0);
    }
    return nullptr;
  }
  // keep = (c and keep if c) or (not c and keep if not c)
  Element choice = findChoice(mask);
  if (!choice) {
    return nullptr;
  }
  Element condition = choice->operands[0];
  Element ifTrue = getKeepPredicate(
      elements, decide(elements, mask, condition, /*holds=*/true));
  Element ifFalse = getKeepPredicate(
      elements, decide(elements, mask, condition, /*holds=*/false));
  if (!ifTrue || !ifFalse) {
    return nullptr;
  }
  return elements.disjoin(
      elements.conjoin(condition, ifTrue),
      elements.conjoin(elements.invert(condition), ifFalse));
}

//===----------------------------------------------------------------------===//
// The normal form
//===----------------------------------------------------------------------===//

/// The tensor of which `test` says that its element [batch, key] is not zero.
static Value matchPadding(const Elements &elements, Element test,
                          const MaskVariables &variables) {
  Element load = test;
  if (test->kind == Kind::negation && test->operands[0]->kind == Kind::zero) {
    load = elements.getOpaque(test->operands[0]->integer);
  }
  if (!load || load->kind != Kind::load) {
    return {};
  }
  return load->indices == Indices{variables.batch, variables.key} ? load->tensor
                                                                  : Value();
}

/// Reads one member of the conjunction into `reading`; false where it is none
/// of the known forms.
static bool readTest(const Elements &elements, Element test,
                     const MaskVariables &variables, MaskReading &reading) {
  if (test->kind == Kind::nonNegative) {
    // Causal is age >= 0; a window of W is W - 1 - age >= 0.
    Polynomial age = variables.past + variables.query - variables.key;
    if (test->integer == age) {
      reading.causal = true;
      return true;
    }
    std::optional<int64_t> oldest = (test->integer + age).getConstant();
    if (!oldest || *oldest < 0) {
      return false;
    }
    int64_t window = *oldest + 1;
    reading.window =
        reading.window == 0 ? window : std::min(reading.window, window);
    return true;
  }
  Value padding = matchPadding(elements, test, variables);
  if (!padding || (reading.padding && reading.padding != padding)) {
    return false;
  }
  reading.padding = padding;
  return true;
}

MaskReading raise::readPredicate(const Elements &elements, Element keep,
                                 const MaskVariables &variables) {
  MaskReading reading;
  if (keep->kind == Kind::truth && keep->isTrue) {
    return reading;
  }
  SmallVector<Element> tests{keep};
  if (keep->kind == Kind::conjunction) {
    tests.assign(keep->operands.begin(), keep->operands.end());
  }
  for (Element test : tests) {
    if (!readTest(elements, test, variables, reading)) {
      reading.why = "the mask is more than causal, window and padding";
      return reading;
    }
  }
  return reading;
}

MaskReading raise::readMask(Value mask, const AttentionParts &parts,
                            ElementAccess &access) {
  MaskReading reading;
  auto shape = access.getShape(mask), query = access.getShape(parts.query);
  if (!shape || shape->size() < 2 || shape->size() > 4 || !query) {
    reading.why = "the mask's shape is unknown";
    return reading;
  }
  Elements &elements = access.elements;
  MaskVariables variables;
  if (parts.pastKey) {
    auto past = access.getShape(parts.pastKey);
    if (!past) {
      reading.why = "the length of the past is unknown";
      return reading;
    }
    variables.past = (*past)[2];
  }
  variables.batch = elements.makeIndex((*query)[0]);
  variables.query = elements.makeIndex((*query)[1]);
  variables.key = elements.makeIndex(variables.past + (*query)[1]);
  Polynomial head = elements.makeIndex(parts.heads);
  Indices scores{variables.batch, head, variables.query, variables.key};
  Indices indices(ArrayRef(scores).take_back(shape->size()));
  for (auto [index, dimension] : llvm::zip(indices, *shape)) {
    if (dimension.is(1)) {
      index = 0;
    }
  }
  Element keep = getKeepPredicate(elements, access.get(mask, indices));
  if (!keep) {
    reading.why = "the mask is not made of conditions on indices";
    return reading;
  }
  return readPredicate(elements, keep, variables);
}

//===----------------------------------------------------------------------===//
// Evaluation
//===----------------------------------------------------------------------===//

static int64_t evaluate(const Polynomial &value,
                        function_ref<int64_t(Atom)> valueOf) {
  int64_t sum = 0;
  for (const Polynomial::Term &term : value.getTerms()) {
    int64_t product = term.coefficient;
    for (Atom atom : term.monomial) {
      product *= valueOf(atom);
    }
    sum += product;
  }
  return sum;
}

std::optional<bool>
raise::evaluatePredicate(Element keep, function_ref<int64_t(Atom)> valueOf) {
  switch (keep->kind) {
  case Kind::truth:
    return keep->isTrue;
  case Kind::nonNegative:
    return evaluate(keep->integer, valueOf) >= 0;
  case Kind::zero:
    return evaluate(keep->integer, valueOf) == 0;
  case Kind::negation: {
    auto value = evaluatePredicate(keep->operands[0], valueOf);
    return value ? std::optional<bool>(!*value) : std::nullopt;
  }
  case Kind::conjunction:
  case Kind::disjunction: {
    bool decisive = keep->kind == Kind::disjunction;
    for (Element operand : keep->operands) {
      auto value = evaluatePredicate(operand, valueOf);
      if (!value || *value == decisive) {
        return value;
      }
    }
    return !decisive;
  }
  default:
    return std::nullopt;
  }
}
