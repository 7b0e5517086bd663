//===- Elements.h - scalar expressions of tensor elements -------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Provides scalar expressions in normal form: what one element of a tensor is,
// as a function of its indices and of elements of other tensors. Equal
// expressions are equal pointers. Integers are polynomials over indices,
// dimensions and opaque integers; real numbers are sums of products; Booleans
// are conditions on integers. Relies on primitives::SymbolSpace for dimensions.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_RAISE_ELEMENTS_H
#define TANDEM_PASSES_RAISE_ELEMENTS_H

#include "tandem/passes/Primitives/SymbolSpace.h"

#include "mlir/IR/Value.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/FoldingSet.h"
#include "llvm/Support/Allocator.h"

#include <deque>
#include <optional>

namespace tandem::raise {

using primitives::Atom;
using primitives::Polynomial;
using primitives::SymbolSpace;

/// The indices of an element of a tensor.
using Indices = llvm::SmallVector<Polynomial, 4>;

class ElementNode;
/// A unique expression; null stands for "not expressible".
using Element = const ElementNode *;

/// One expression. Which members have a meaning depends on `kind`.
class ElementNode : public llvm::FoldingSetNode {
public:
  enum class Kind {
    integer,     ///< `integer`
    real,        ///< the sum of `terms`
    load,        ///< element `indices` of `tensor`
    call,        ///< operator `name` of `operands`
    select,      ///< operands[0] ? operands[1] : operands[2]
    truth,       ///< `isTrue`
    nonNegative, ///< integer >= 0
    zero,        ///< integer == 0
    negation,    ///< not operands[0], which is a load, a call or `zero`
    conjunction, ///< all of `operands`
    disjunction, ///< any of `operands`
  };
  /// A summand of a real number.
  struct Term {
    double coefficient;
    llvm::SmallVector<Element, 3> factors; ///< sorted
  };

  Kind kind;
  Polynomial integer;
  llvm::SmallVector<Term, 2> terms;
  mlir::Value tensor;
  Indices indices;
  std::string name;
  llvm::SmallVector<Element, 3> operands;
  bool isTrue = false;
  /// Order of creation; sorts factors and operands.
  unsigned number = 0;

  void Profile(llvm::FoldingSetNodeID &id) const;
};

/// Makes and simplifies expressions.
class Elements {
public:
  explicit Elements(SymbolSpace &space) : space(space) {}

  SymbolSpace &space;

  /// A fresh index i with 0 <= i < extent; 0 where that is the only one.
  Polynomial makeIndex(const Polynomial &extent);

  Element getInteger(const Polynomial &value);
  Element getReal(double value);
  Element getTruth(bool value);
  Element getLoad(mlir::Value tensor, Indices indices);
  Element getCall(llvm::StringRef name, llvm::ArrayRef<Element> operands);
  Element getSelect(Element condition, Element ifTrue, Element ifFalse);

  /// The integer `element` as a polynomial; an opaque atom where it is a load.
  Polynomial toPolynomial(Element element);
  /// The expression that opaque `atom` stands for, or null.
  Element getOpaque(Atom atom) const { return opaque.lookup(atom); }
  /// The expression that `value` stands for where it is one opaque atom.
  Element getOpaque(const Polynomial &value) const;

  Element add(Element a, Element b);
  Element multiply(Element a, Element b);
  Element negate(Element a);

  /// value >= 0.
  Element isNonNegative(const Polynomial &value);
  /// value == 0.
  Element isZero(const Polynomial &value);
  Element conjoin(Element a, Element b);
  Element disjoin(Element a, Element b);
  Element invert(Element condition);

  /// Whether value >= 0 for all indices and symbols; no means unknown.
  bool isKnownNonNegative(const Polynomial &value) const;
  /// The floor of a / b, as simple as bounds of the indices allow. b is
  /// positive.
  Polynomial floorDivide(const Polynomial &a, const Polynomial &b);

  /// The constant, where `element` is a real or integer one.
  std::optional<double> getConstant(Element element) const;

private:
  Element unique(ElementNode &&node);
  Element combine(ElementNode::Kind kind, Element a, Element b);
  Element test(ElementNode::Kind kind, const Polynomial &value);
  bool hasOpaque(const Polynomial &value) const;
  Polynomial lowerBound(const Polynomial &value) const;

  llvm::FoldingSet<ElementNode> nodes;
  std::deque<ElementNode> storage;
  llvm::DenseMap<Atom, Polynomial> extents;
  llvm::DenseMap<Atom, Element> opaque;
  llvm::DenseMap<Element, Atom> atomOf;
};

} // namespace tandem::raise

#endif // TANDEM_PASSES_RAISE_ELEMENTS_H
