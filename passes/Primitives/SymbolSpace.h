//===- SymbolSpace.h - what the atoms of polynomials mean --------*- C++
//-*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Provides the symbols of a graph's dimensions, composed atoms (floor
// division, minimum, maximum), text in both directions, bounds, and
// assumptions: equalities that the file does not state but the graph needs.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_PRIMITIVES_SYMBOLSPACE_H
#define TANDEM_PASSES_PRIMITIVES_SYMBOLSPACE_H

#include <string>
#include <tuple>
#include <vector>

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringRef.h"

#include "tandem/passes/Primitives/Polynomial.h"

namespace tandem::primitives {

/// The atoms of one graph. Symbols are dimensions, hence never negative.
class SymbolSpace {
public:
  /// The symbol `name`, made at its first use.
  Polynomial getSymbol(llvm::StringRef name);
  /// The rounded-down quotient; simplified where the division is exact.
  Polynomial floorDivide(const Polynomial &a, const Polynomial &b);
  /// The smaller of two; simplified where the order is known.
  Polynomial min(const Polynomial &a, const Polynomial &b);
  /// The greater of two; simplified where the order is known.
  Polynomial max(const Polynomial &a, const Polynomial &b);

  /// Reads text such as `past + 2*s17`; text that is no expression names a
  /// symbol.
  Polynomial parse(llvm::StringRef text);
  /// Writes what `parse` reads.
  std::string toString(const Polynomial &value) const;
  /// The name of `atom`, or nothing where it is composed.
  std::optional<llvm::StringRef> getName(Atom atom) const;

  /// The symbol of a dimension that only running the graph tells; `name` says
  /// where it arises.
  Polynomial getComputedDimension(llvm::StringRef name, unsigned result,
                                  unsigned axis);
  /// Whether `atom` is such a symbol.
  bool isComputed(Atom atom) const;
  /// States that `dimension` is one of an argument: a symbol that is all of it
  /// is kept where an equality may bind another.
  void keepDimension(const Polynomial &dimension);

  /// Whether `value` is at least zero, whatever the symbols are. No means
  /// unknown.
  bool isNonNegative(const Polynomial &value) const;
  /// Whether `value` is at least one.
  bool isPositive(const Polynomial &value) const {
    return isNonNegative(value - 1);
  }
  /// Whether `a` and `b` differ, whatever the symbols are.
  bool differ(const Polynomial &a, const Polynomial &b) const {
    return isPositive(a - b) || isPositive(b - a);
  }

  /// `value` with every assumption applied.
  Polynomial resolve(const Polynomial &value);

  /// Makes `a` and `b` equal by binding an atom, and records that with its
  /// reason unless it follows already or concerns only a dimension that the
  /// graph computes (`isComputed`). Fails where no atom can be bound.
  bool assumeEqual(const Polynomial &a, const Polynomial &b,
                   llvm::StringRef reason);
  /// Applies a recorded assumption (`a = b: reason`); fails on other text.
  bool assume(llvm::StringRef text);
  /// The assumptions made so far, as `a = b: reason`.
  llvm::ArrayRef<std::string> getAssumptions() const { return assumptions; }

private:
  enum class Kind { symbol, floorDivide, min, max };
  struct Definition {
    Kind kind;
    std::string name; // of a symbol
    Polynomial a, b;  // of a composed atom
    bool isKept = false;
  };

  Polynomial getComposed(Kind kind, const Polynomial &a, const Polynomial &b);
  Polynomial compose(Kind kind, const Polynomial &a, const Polynomial &b);
  bool isNonNegative(Atom atom) const;
  bool boundByCases(const Polynomial &value, unsigned depth) const;
  bool occursWithin(Atom symbol, const Polynomial &value) const;
  /// A preference among the atoms that an equality could bind.
  std::tuple<int, bool, Atom> rank(Atom atom, const Polynomial &solution) const;
  std::optional<std::pair<Atom, Polynomial>>
  solve(const Polynomial &difference) const;
  std::string toString(Atom atom) const;

  std::vector<Definition> atoms;
  llvm::StringMap<Atom> symbols;
  llvm::DenseMap<Atom, Polynomial> bindings;
  std::vector<std::string> assumptions;
};

} // namespace tandem::primitives

#endif // TANDEM_PASSES_PRIMITIVES_SYMBOLSPACE_H
