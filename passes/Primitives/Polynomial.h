//===- Polynomial.h - integer polynomials over atoms -------------*- C++
//-*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Provides the arithmetic of symbolic dimensions: polynomials with integer
// coefficients over atoms, in a canonical form, so that equal polynomials are
// equal objects. What an atom means is the matter of its SymbolSpace.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_PRIMITIVES_POLYNOMIAL_H
#define TANDEM_PASSES_PRIMITIVES_POLYNOMIAL_H

#include <cstdint>
#include <optional>

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SmallVector.h"

namespace tandem::primitives {

/// The number of an atom in its SymbolSpace.
using Atom = uint32_t;

/// A sum of products of atoms with integer coefficients. Coefficients wrap
/// around at 64 bits, as the tensors of int64 they describe do.
class Polynomial {
public:
  /// A product of atoms, each as often as its power, in ascending order.
  using Monomial = llvm::SmallVector<Atom, 4>;
  /// One summand.
  struct Term {
    Monomial monomial;
    int64_t coefficient;
    bool operator==(const Term &other) const = default;
  };

  /// The polynomial that is zero.
  Polynomial() = default;
  /// The polynomial that is `constant`.
  Polynomial(int64_t constant);
  /// The polynomial that is `atom`.
  static Polynomial ofAtom(Atom atom);

  /// The summands, in descending order, none with coefficient zero.
  llvm::ArrayRef<Term> getTerms() const { return terms; }
  /// The value, where no atom occurs.
  std::optional<int64_t> getConstant() const;
  /// The atom, where the polynomial is one.
  std::optional<Atom> getAtom() const;
  /// Whether this is the constant `value`.
  bool is(int64_t value) const { return getConstant() == value; }

  /// Whether there are more than 8 summands, or more than 8 factors in one. No
  /// model means such a dimension, and the work with it grows without bound.
  bool isLarge() const;

  Polynomial operator+(const Polynomial &other) const;
  Polynomial operator-(const Polynomial &other) const;
  Polynomial operator*(const Polynomial &other) const;
  Polynomial &operator+=(const Polynomial &other);
  Polynomial &operator*=(const Polynomial &other);
  bool operator==(const Polynomial &other) const = default;

  /// The polynomial q with q * divisor == *this, where there is one.
  std::optional<Polynomial> divideExactly(const Polynomial &divisor) const;

  /// This polynomial with each atom replaced by what `replace` gives for it.
  Polynomial substitute(llvm::function_ref<Polynomial(Atom)> replacement) const;

private:
  void addTerm(const Monomial &monomial, int64_t coefficient);

  llvm::SmallVector<Term, 2> terms;
};

/// The dimensions of a tensor.
using Dimensions = llvm::SmallVector<Polynomial, 0>;

} // namespace tandem::primitives

#endif // TANDEM_PASSES_PRIMITIVES_POLYNOMIAL_H
