//===- Polynomial.cpp - integer polynomials over atoms -----------*- C++
//-*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Terms are kept in descending graded lexicographic order. That order respects
// multiplication, which is what division by the leading term relies on.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Primitives/Polynomial.h"

#include "llvm/ADT/STLExtras.h"

using namespace tandem::primitives;

using Monomial = Polynomial::Monomial;

static int64_t wrappedSum(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) +
                              static_cast<uint64_t>(b));
}

static int64_t wrappedProduct(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) *
                              static_cast<uint64_t>(b));
}

/// Whether `a` stands before `b`: higher degree first, then smaller atoms.
static bool precedes(const Monomial &a, const Monomial &b) {
  if (a.size() != b.size()) {
    return a.size() > b.size();
  }
  return a < b;
}

static Monomial multiply(const Monomial &a, const Monomial &b) {
  Monomial product(a);
  llvm::append_range(product, b);
  llvm::sort(product);
  return product;
}

/// The monomial m with m * divisor == monomial, where there is one.
static std::optional<Monomial> divide(const Monomial &monomial,
                                      const Monomial &divisor) {
  Monomial quotient(monomial);
  for (Atom atom : divisor) {
    auto *found = llvm::find(quotient, atom);
    if (found == quotient.end()) {
      return std::nullopt;
    }
    quotient.erase(found);
  }
  return quotient;
}

Polynomial::Polynomial(int64_t constant) {
  if (constant != 0) {
    terms.push_back({{}, constant});
  }
}

Polynomial Polynomial::ofAtom(Atom atom) {
  Polynomial result;
  result.terms.push_back({{atom}, 1});
  return result;
}

std::optional<int64_t> Polynomial::getConstant() const {
  if (terms.empty()) {
    return 0;
  }
  if (terms.size() == 1 && terms.front().monomial.empty()) {
    return terms.front().coefficient;
  }
  return std::nullopt;
}

std::optional<Atom> Polynomial::getAtom() const {
  if (terms.size() == 1 && terms.front().coefficient == 1 &&
      terms.front().monomial.size() == 1) {
    return terms.front().monomial.front();
  }
  return std::nullopt;
}

bool Polynomial::isLarge() const {
  constexpr size_t most = 8;
  return terms.size() > most || llvm::any_of(terms, [](const Term &term) {
           return term.monomial.size() > most;
         });
}

void Polynomial::addTerm(const Monomial &monomial, int64_t coefficient) {
  auto *place = llvm::lower_bound(terms, monomial,
                                  [](const Term &term, const Monomial &wanted) {
                                    return precedes(term.monomial, wanted);
                                  });
  if (place == terms.end() || place->monomial != monomial) {
    if (coefficient != 0) {
      terms.insert(place, Term{monomial, coefficient});
    }
    return;
  }
  place->coefficient = wrappedSum(place->coefficient, coefficient);
  if (place->coefficient == 0) {
    terms.erase(place);
  }
}

Polynomial &Polynomial::operator+=(const Polynomial &other) {
  for (const Term &term : Polynomial(other).terms) {
    addTerm(term.monomial, term.coefficient);
  }
  return *this;
}

Polynomial &Polynomial::operator*=(const Polynomial &other) {
  return *this = *this * other;
}

Polynomial Polynomial::operator+(const Polynomial &other) const {
  Polynomial result(*this);
  result += other;
  return result;
}

Polynomial Polynomial::operator-(const Polynomial &other) const {
  return *this + other * Polynomial(-1);
}

Polynomial Polynomial::operator*(const Polynomial &other) const {
  Polynomial result;
  for (const Term &a : terms) {
    for (const Term &b : other.terms) {
      result.addTerm(multiply(a.monomial, b.monomial),
                     wrappedProduct(a.coefficient, b.coefficient));
    }
  }
  return result;
}

std::optional<Polynomial>
Polynomial::divideExactly(const Polynomial &divisor) const {
  if (divisor.terms.empty()) {
    return std::nullopt;
  }
  const Term &leading = divisor.terms.front();
  Polynomial quotient, rest(*this);
  // Each round removes the leading term of the rest, so the loop ends.
  while (!rest.terms.empty()) {
    Term term = rest.terms.front();
    std::optional<Monomial> monomial = divide(term.monomial, leading.monomial);
    if (!monomial || leading.coefficient == 0 ||
        (leading.coefficient == -1 && term.coefficient == INT64_MIN) ||
        term.coefficient % leading.coefficient != 0) {
      return std::nullopt;
    }
    Polynomial part;
    part.addTerm(*monomial, term.coefficient / leading.coefficient);
    quotient += part;
    rest = rest - part * divisor;
    if (!rest.terms.empty() &&
        !precedes(term.monomial, rest.terms.front().monomial)) {
      return std::nullopt; // a coefficient wrapped around
    }
  }
  return quotient;
}

Polynomial
Polynomial::substitute(llvm::function_ref<Polynomial(Atom)> replacement) const {
  Polynomial result;
  for (const Term &term : terms) {
    Polynomial product(term.coefficient);
    for (Atom atom : term.monomial) {
      product *= replacement(atom);
    }
    result += product;
  }
  return result;
}
