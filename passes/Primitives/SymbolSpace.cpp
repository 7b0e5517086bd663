//===- SymbolSpace.cpp - what the atoms of polynomials mean ------*- C++
//-*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Atoms, bounds and assumptions. Text is in SymbolText.cpp.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Primitives/SymbolSpace.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace tandem::primitives;

Polynomial SymbolSpace::getSymbol(llvm::StringRef name) {
  auto [entry, isNew] = symbols.try_emplace(name, atoms.size());
  if (isNew) {
    atoms.push_back({Kind::symbol, name.str(), {}, {}, false});
  }
  return Polynomial::ofAtom(entry->second);
}

std::optional<llvm::StringRef> SymbolSpace::getName(Atom atom) const {
  if (atoms[atom].kind != Kind::symbol) {
    return std::nullopt;
  }
  return llvm::StringRef(atoms[atom].name);
}

Polynomial SymbolSpace::getComputedDimension(llvm::StringRef name,
                                             unsigned result, unsigned axis) {
  std::string text = "@" + name.str();
  for (char &c : llvm::drop_begin(llvm::make_range(text.begin(), text.end()))) {
    if (!llvm::isAlnum(c) && c != '.') {
      c = '_'; // `parse` reads it back
    }
  }
  return getSymbol(text + "#" + std::to_string(result) + "." +
                   std::to_string(axis));
}

bool SymbolSpace::isComputed(Atom atom) const {
  return llvm::StringRef(atoms[atom].name).starts_with("@");
}

void SymbolSpace::keepDimension(const Polynomial &dimension) {
  if (std::optional<Atom> atom = dimension.getAtom()) {
    atoms[*atom].isKept = true;
  }
}

//===----------------------------------------------------------------------===//
// Composed atoms
//===----------------------------------------------------------------------===//

Polynomial SymbolSpace::getComposed(Kind kind, const Polynomial &a,
                                    const Polynomial &b) {
  for (auto [index, atom] : llvm::enumerate(atoms)) {
    if (atom.kind == kind && atom.a == a && atom.b == b) {
      return Polynomial::ofAtom(index);
    }
  }
  atoms.push_back({kind, "", a, b, false});
  return Polynomial::ofAtom(atoms.size() - 1);
}

static int64_t floorQuotient(int64_t a, int64_t b) {
  return a / b - (a % b != 0 && (a < 0) != (b < 0));
}

Polynomial SymbolSpace::floorDivide(const Polynomial &a, const Polynomial &b) {
  std::optional<int64_t> x = a.getConstant(), y = b.getConstant();
  if (x && y && *y != 0 && *y != -1) {
    return floorQuotient(*x, *y);
  }
  if (std::optional<Polynomial> exact = a.divideExactly(b)) {
    return *exact;
  }
  return getComposed(Kind::floorDivide, a, b);
}

Polynomial SymbolSpace::min(const Polynomial &a, const Polynomial &b) {
  if (isNonNegative(b - a)) {
    return a;
  }
  if (isNonNegative(a - b)) {
    return b;
  }
  return getComposed(Kind::min, a, b);
}

Polynomial SymbolSpace::max(const Polynomial &a, const Polynomial &b) {
  if (isNonNegative(a - b)) {
    return a;
  }
  if (isNonNegative(b - a)) {
    return b;
  }
  return getComposed(Kind::max, a, b);
}

Polynomial SymbolSpace::compose(Kind kind, const Polynomial &a,
                                const Polynomial &b) {
  switch (kind) {
  case Kind::floorDivide:
    return floorDivide(a, b);
  case Kind::min:
    return min(a, b);
  default:
    return max(a, b);
  }
}

//===----------------------------------------------------------------------===//
// Bounds
//===----------------------------------------------------------------------===//

bool SymbolSpace::isNonNegative(Atom atom) const {
  const Definition &definition = atoms[atom];
  switch (definition.kind) {
  case Kind::symbol:
    return true;
  case Kind::floorDivide:
    return isNonNegative(definition.a) && isPositive(definition.b);
  case Kind::min:
    return isNonNegative(definition.a) && isNonNegative(definition.b);
  case Kind::max:
    return isNonNegative(definition.a) || isNonNegative(definition.b);
  }
  return false;
}

/// max(a, b) is at least a and at least b, so a summand max(a, b) may be
/// replaced by either, and likewise -min(a, b).
bool SymbolSpace::boundByCases(const Polynomial &value, unsigned depth) const {
  auto isBounded = [&](const Polynomial::Term &term) {
    return term.coefficient > 0 && llvm::all_of(term.monomial, [&](Atom atom) {
             return isNonNegative(atom);
           });
  };
  if (llvm::all_of(value.getTerms(), isBounded)) {
    return true;
  }
  if (depth == 0) {
    return false;
  }
  for (const Polynomial::Term &term : value.getTerms()) {
    if (term.monomial.size() != 1) {
      continue;
    }
    const Definition &atom = atoms[term.monomial.front()];
    if (atom.kind != (term.coefficient > 0 ? Kind::max : Kind::min)) {
      continue;
    }
    Polynomial self = Polynomial::ofAtom(term.monomial.front());
    Polynomial factor(term.coefficient);
    if (boundByCases(value + factor * (atom.a - self), depth - 1) ||
        boundByCases(value + factor * (atom.b - self), depth - 1)) {
      return true;
    }
  }
  return false;
}

bool SymbolSpace::isNonNegative(const Polynomial &value) const {
  return boundByCases(value, /*depth=*/3);
}

//===----------------------------------------------------------------------===//
// Assumptions
//===----------------------------------------------------------------------===//

Polynomial SymbolSpace::resolve(const Polynomial &value) {
  if (bindings.empty()) {
    return value;
  }
  return value.substitute([&](Atom atom) -> Polynomial {
    if (auto bound = bindings.find(atom); bound != bindings.end()) {
      return resolve(Polynomial(bound->second));
    }
    Definition definition = atoms[atom]; // a copy: `atoms` may grow below
    if (definition.kind == Kind::symbol) {
      return Polynomial::ofAtom(atom);
    }
    Polynomial a = resolve(definition.a), b = resolve(definition.b);
    return compose(definition.kind, a, b);
  });
}

bool SymbolSpace::occursWithin(Atom symbol, const Polynomial &value) const {
  return llvm::any_of(value.getTerms(), [&](const Polynomial::Term &term) {
    return llvm::any_of(term.monomial, [&](Atom atom) {
      return atom == symbol || (atoms[atom].kind != Kind::symbol &&
                                (occursWithin(symbol, atoms[atom].a) ||
                                 occursWithin(symbol, atoms[atom].b)));
    });
  });
}

/// Computed dimensions go first, then symbols that occur in sums only, then
/// dimensions of arguments, then composed atoms; next comes what equals
/// something never negative (total = past + new rather than past = total -
/// new), then the youngest.
std::tuple<int, bool, Atom>
SymbolSpace::rank(Atom atom, const Polynomial &solution) const {
  int kind = isComputed(atom)                   ? 3
             : atoms[atom].kind != Kind::symbol ? 0
             : atoms[atom].isKept               ? 1
                                                : 2;
  return {kind, isNonNegative(solution), atom};
}

/// Finds an atom x and a polynomial p without x so that difference == 0 means
/// x == p.
std::optional<std::pair<Atom, Polynomial>>
SymbolSpace::solve(const Polynomial &difference) const {
  std::optional<std::pair<Atom, Polynomial>> best;
  for (const Polynomial::Term &term : difference.getTerms()) {
    if (term.monomial.size() != 1 ||
        (term.coefficient != 1 && term.coefficient != -1)) {
      continue;
    }
    Atom atom = term.monomial.front();
    Polynomial rest =
        difference - Polynomial(term.coefficient) * Polynomial::ofAtom(atom);
    if (occursWithin(atom, rest)) {
      continue;
    }
    Polynomial solution = rest * Polynomial(-term.coefficient);
    std::optional<int64_t> value = solution.getConstant();
    if (value && *value < 0) {
      continue;
    }
    if (!best || rank(atom, solution) > rank(best->first, best->second)) {
      best = {atom, solution};
    }
  }
  return best;
}

bool SymbolSpace::assumeEqual(const Polynomial &a, const Polynomial &b,
                              llvm::StringRef reason) {
  Polynomial difference = resolve(a) - resolve(b);
  if (difference.is(0)) {
    return true;
  }
  auto solution = solve(difference);
  if (!solution) {
    return false;
  }
  auto [atom, value] = *solution;
  bindings[atom] = value;
  if (isComputed(atom)) {
    return true; // follows from the graph being well-formed
  }
  assumptions.push_back(toString(atom) + " = " + toString(value) + ": " +
                        reason.str());
  return true;
}

bool SymbolSpace::assume(llvm::StringRef text) {
  llvm::StringRef equation = text.split(": ").first;
  auto [left, right] = equation.split(" = ");
  std::optional<Atom> atom = parse(left).getAtom();
  Polynomial value = parse(right);
  if (right.empty() || !atom || occursWithin(*atom, value)) {
    return false;
  }
  // Bound as it was found, so that a second reading finds the same.
  if (bindings.try_emplace(*atom, value).second) {
    assumptions.push_back(text.str());
  }
  return true;
}
