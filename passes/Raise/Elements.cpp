//===- Elements.cpp - integers, reals and loads -----------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Uniquing and arithmetic of expressions; conditions are in Conditions.cpp.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Raise/Elements.h"

#include "llvm/ADT/bit.h"

#include <map>

using namespace tandem;
using namespace tandem::raise;
using namespace llvm;
using Kind = ElementNode::Kind;
using Term = ElementNode::Term;

static void profile(FoldingSetNodeID &id, const Polynomial &value) {
  id.AddInteger(value.getTerms().size());
  for (const Polynomial::Term &term : value.getTerms()) {
    id.AddInteger(term.coefficient);
    id.AddInteger(term.monomial.size());
    for (Atom atom : term.monomial) {
      id.AddInteger(atom);
    }
  }
}

void ElementNode::Profile(FoldingSetNodeID &id) const {
  id.AddInteger(static_cast<int>(kind));
  profile(id, integer);
  for (const Term &term : terms) {
    id.AddInteger(llvm::bit_cast<uint64_t>(term.coefficient));
    id.AddInteger(term.factors.size());
    for (Element factor : term.factors) {
      id.AddPointer(factor);
    }
  }
  id.AddPointer(tensor.getAsOpaquePointer());
  for (const Polynomial &index : indices) {
    profile(id, index);
  }
  id.AddString(name);
  for (Element operand : operands) {
    id.AddPointer(operand);
  }
  id.AddBoolean(isTrue);
}

Element Elements::unique(ElementNode &&node) {
  FoldingSetNodeID id;
  node.Profile(id);
  void *position;
  if (ElementNode *known = nodes.FindNodeOrInsertPos(id, position)) {
    return known;
  }
  node.number = storage.size();
  storage.push_back(std::move(node));
  nodes.InsertNode(&storage.back(), position);
  return &storage.back();
}

static ElementNode makeNode(Kind kind) {
  ElementNode node;
  node.kind = kind;
  return node;
}

//===----------------------------------------------------------------------===//
// Leaves
//===----------------------------------------------------------------------===//

Polynomial Elements::makeIndex(const Polynomial &extent) {
  if (extent.is(1)) {
    return 0;
  }
  Polynomial index = space.getSymbol("index#" + std::to_string(extents.size()));
  extents[*index.getAtom()] = extent;
  return index;
}

Element Elements::getInteger(const Polynomial &value) {
  ElementNode node = makeNode(Kind::integer);
  node.integer = value;
  return unique(std::move(node));
}

Element Elements::getReal(double value) {
  ElementNode node = makeNode(Kind::real);
  if (value != 0) {
    node.terms.push_back({value, {}});
  }
  return unique(std::move(node));
}

Element Elements::getTruth(bool value) {
  ElementNode node = makeNode(Kind::truth);
  node.isTrue = value;
  return unique(std::move(node));
}

Element Elements::getLoad(mlir::Value tensor, Indices indices) {
  ElementNode node = makeNode(Kind::load);
  node.tensor = tensor;
  node.indices = std::move(indices);
  return unique(std::move(node));
}

Element Elements::getCall(StringRef name, ArrayRef<Element> operands) {
  ElementNode node = makeNode(Kind::call);
  node.name = name.str();
  node.operands.assign(operands.begin(), operands.end());
  return unique(std::move(node));
}

Element Elements::getSelect(Element condition, Element ifTrue,
                            Element ifFalse) {
  if (condition->kind == Kind::truth) {
    return condition->isTrue ? ifTrue : ifFalse;
  }
  if (ifTrue == ifFalse) {
    return ifTrue;
  }
  ElementNode node = makeNode(Kind::select);
  node.operands = {condition, ifTrue, ifFalse};
  return unique(std::move(node));
}

Polynomial Elements::toPolynomial(Element element) {
  if (element->kind == Kind::integer) {
    return element->integer;
  }
  auto [entry, isNew] = atomOf.try_emplace(element, 0);
  if (isNew) {
    entry->second =
        *space.getSymbol("element#" + std::to_string(element->number))
             .getAtom();
    opaque[entry->second] = element;
  }
  return Polynomial::ofAtom(entry->second);
}

Element Elements::getOpaque(const Polynomial &value) const {
  std::optional<Atom> atom = value.getAtom();
  return atom ? getOpaque(*atom) : nullptr;
}

std::optional<double> Elements::getConstant(Element element) const {
  if (element->kind == Kind::integer) {
    std::optional<int64_t> value = element->integer.getConstant();
    return value ? std::optional<double>(*value) : std::nullopt;
  }
  if (element->kind != Kind::real || element->terms.size() > 1) {
    return std::nullopt;
  }
  if (element->terms.empty()) {
    return 0;
  }
  const Term &term = element->terms.front();
  return term.factors.empty() ? std::optional<double>(term.coefficient)
                              : std::nullopt;
}

//===----------------------------------------------------------------------===//
// Real arithmetic
//===----------------------------------------------------------------------===//

/// The summands of a real number; anything but a sum is one factor.
static SmallVector<Term, 2> termsOf(Element element) {
  if (element->kind == Kind::real) {
    return element->terms;
  }
  return {Term{1, {element}}};
}

/// Adds up terms with equal factors, in the order of their factors.
static SmallVector<Term, 2> normalize(ArrayRef<Term> terms) {
  std::map<std::vector<unsigned>, Term> sum;
  for (Term term : terms) {
    llvm::sort(term.factors,
               [](Element a, Element b) { return a->number < b->number; });
    std::vector<unsigned> key;
    for (Element factor : term.factors) {
      key.push_back(factor->number);
    }
    auto [entry, isNew] = sum.try_emplace(key, term);
    if (!isNew) {
      entry->second.coefficient += term.coefficient;
    }
  }
  SmallVector<Term, 2> result;
  for (auto &[key, term] : sum) {
    if (term.coefficient != 0) {
      result.push_back(term);
    }
  }
  return result;
}

Element Elements::add(Element a, Element b) {
  if (a->kind == Kind::integer && b->kind == Kind::integer) {
    return getInteger(a->integer + b->integer);
  }
  SmallVector<Term, 2> terms = termsOf(a);
  llvm::append_range(terms, termsOf(b));
  ElementNode node = makeNode(Kind::real);
  node.terms = normalize(terms);
  if (node.terms.size() == 1 && node.terms[0].coefficient == 1 &&
      node.terms[0].factors.size() == 1) {
    return node.terms[0].factors[0];
  }
  return unique(std::move(node));
}

Element Elements::multiply(Element a, Element b) {
  SmallVector<Term, 2> terms;
  for (const Term &x : termsOf(a)) {
    for (const Term &y : termsOf(b)) {
      Term product{x.coefficient * y.coefficient, x.factors};
      llvm::append_range(product.factors, y.factors);
      terms.push_back(product);
    }
  }
  ElementNode node = makeNode(Kind::real);
  node.terms = normalize(terms);
  if (node.terms.size() == 1 && node.terms[0].coefficient == 1 &&
      node.terms[0].factors.size() == 1) {
    return node.terms[0].factors[0];
  }
  return unique(std::move(node));
}

Element Elements::negate(Element a) { return multiply(getReal(-1), a); }

//===----------------------------------------------------------------------===//
// Integer arithmetic
//===----------------------------------------------------------------------===//

bool Elements::hasOpaque(const Polynomial &value) const {
  for (const Polynomial::Term &term : value.getTerms()) {
    for (Atom atom : term.monomial) {
      if (opaque.contains(atom)) {
        return true;
      }
    }
  }
  return false;
}

/// Replaces indices in negative terms by their greatest values. Terms without
/// indices and positive ones stay, so the result bounds `value` from below.
Polynomial Elements::lowerBound(const Polynomial &value) const {
  Polynomial bound;
  for (const Polynomial::Term &term : value.getTerms()) {
    Polynomial product(term.coefficient);
    for (Atom atom : term.monomial) {
      auto extent = extents.find(atom);
      product *= term.coefficient < 0 && extent != extents.end()
                     ? extent->second - 1
                     : Polynomial::ofAtom(atom);
    }
    bound += product;
  }
  return bound;
}

bool Elements::isKnownNonNegative(const Polynomial &value) const {
  // Opaque integers may be negative, which a symbol of the space may not.
  return !hasOpaque(value) && space.isNonNegative(lowerBound(value));
}

/// Takes from `rest` the multiples of `divisor` that its term `lead` shows.
static Polynomial takeMultiples(Polynomial &rest, const Polynomial &divisor,
                                const Polynomial::Term &lead) {
  Polynomial quotient;
  for (const Polynomial::Term &term : rest.getTerms()) {
    if (term.coefficient % lead.coefficient != 0) {
      continue;
    }
    Polynomial::Monomial factors(term.monomial);
    bool divides = llvm::all_of(lead.monomial, [&](Atom atom) {
      auto *found = llvm::find(factors, atom);
      if (found == factors.end()) {
        return false;
      }
      factors.erase(found);
      return true;
    });
    if (!divides) {
      continue;
    }
    Polynomial part(term.coefficient / lead.coefficient);
    for (Atom atom : factors) {
      part *= Polynomial::ofAtom(atom);
    }
    quotient += part;
  }
  rest = rest - quotient * divisor;
  return quotient;
}

Polynomial Elements::floorDivide(const Polynomial &a, const Polynomial &b) {
  if (b.is(1)) {
    return a;
  }
  for (const Polynomial::Term &lead : b.getTerms()) {
    Polynomial rest = a;
    Polynomial quotient = takeMultiples(rest, b, lead);
    if (isKnownNonNegative(rest) && isKnownNonNegative(b - 1 - rest)) {
      return quotient;
    }
    // floor((q b + r) / b) = q + floor(r / b), whatever r is.
    std::optional<int64_t> divisor = b.getConstant();
    if (!divisor || hasOpaque(rest) || !isKnownNonNegative(rest)) {
      continue;
    }
    Polynomial floor = space.floorDivide(rest, b);
    std::optional<int64_t> greatest =
        (Polynomial() - lowerBound(Polynomial() - rest)).getConstant();
    if (floor.getAtom() && greatest) {
      extents[*floor.getAtom()] = *greatest / *divisor + 1;
    }
    return quotient + floor;
  }
  if (hasOpaque(a) || hasOpaque(b)) {
    return toPolynomial(getCall("floorDivide", {getInteger(a), getInteger(b)}));
  }
  return space.floorDivide(a, b);
}
