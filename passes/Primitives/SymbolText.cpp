//===- SymbolText.cpp - symbolic dimensions as text --------------*- C++
//-*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Reads and writes what exporters write into dim_param: names, sums, products,
// integers, and the composed atoms `a // b`, `min(a, b)`, `max(a, b)`.
//
//===----------------------------------------------------------------------===//

#include "llvm/ADT/StringExtras.h"

#include "tandem/passes/Primitives/SymbolSpace.h"

using namespace tandem::primitives;

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

namespace {

/// A recursive-descent reader; each method fails by returning nothing.
class DimensionReader {
public:
  DimensionReader(llvm::StringRef text, SymbolSpace &space)
      : text(text), space(space) {}

  std::optional<Polynomial> read() {
    std::optional<Polynomial> sum = readSum();
    text = text.ltrim();
    return text.empty() ? sum : std::nullopt;
  }

private:
  bool consume(llvm::StringRef token) {
    text = text.ltrim();
    return text.consume_front(token);
  }

  std::optional<Polynomial> readSum() {
    std::optional<Polynomial> sum = readProduct();
    while (sum) {
      bool isPlus = consume("+");
      if (!isPlus && !consume("-")) {
        break;
      }
      std::optional<Polynomial> next = readProduct();
      if (!next) {
        return std::nullopt;
      }
      sum = isPlus ? *sum + *next : *sum - *next;
    }
    return sum;
  }

  std::optional<Polynomial> readProduct() {
    std::optional<Polynomial> product = readFactor();
    while (product) {
      bool isQuotient = consume("//");
      if (!isQuotient && !consume("*")) {
        break;
      }
      std::optional<Polynomial> next = readFactor();
      if (!next) {
        return std::nullopt;
      }
      product =
          isQuotient ? space.floorDivide(*product, *next) : *product * *next;
      if (product->isLarge()) {
        return std::nullopt;
      }
    }
    return product;
  }

  std::optional<Polynomial> readFactor() {
    if (++factors > maxFactors) {
      return std::nullopt;
    }
    if (consume("(")) {
      std::optional<Polynomial> inner = readSum();
      return consume(")") ? inner : std::nullopt;
    }
    if (consume("-")) {
      std::optional<Polynomial> factor = readFactor();
      return factor ? std::optional(*factor * Polynomial(-1)) : std::nullopt;
    }
    text = text.ltrim();
    int64_t number;
    if (!text.empty() && llvm::isDigit(text.front())) {
      return text.consumeInteger(10, number)
                 ? std::nullopt
                 : std::optional<Polynomial>(number);
    }
    llvm::StringRef name = text.take_while(isNameCharacter);
    if (name.empty()) {
      return std::nullopt;
    }
    text = text.drop_front(name.size());
    if (consume("(")) {
      return readCall(name);
    }
    return space.getSymbol(name);
  }

  std::optional<Polynomial> readCall(llvm::StringRef name) {
    std::optional<Polynomial> a = readSum();
    if (!a || !consume(",")) {
      return std::nullopt;
    }
    std::optional<Polynomial> b = readSum();
    if (!b || !consume(")")) {
      return std::nullopt;
    }
    if (name.equals_insensitive("max")) {
      return space.max(*a, *b);
    }
    if (name.equals_insensitive("min")) {
      return space.min(*a, *b);
    }
    return std::nullopt;
  }

  static bool isNameCharacter(char c) {
    return llvm::isAlnum(c) || c == '_' || c == '.' || c == '@' || c == '#';
  }

  /// Longer text comes from no exporter; it could exhaust the stack.
  static constexpr unsigned maxFactors = 100;

  llvm::StringRef text;
  SymbolSpace &space;
  unsigned factors = 0;
};

} // namespace

Polynomial SymbolSpace::parse(llvm::StringRef text) {
  if (std::optional<Polynomial> value = DimensionReader(text, *this).read()) {
    return *value;
  }
  return getSymbol(text);
}

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

std::string SymbolSpace::toString(Atom atom) const {
  const Definition &definition = atoms[atom];
  std::string a = toString(definition.a), b = toString(definition.b);
  switch (definition.kind) {
  case Kind::symbol:
    return definition.name;
  case Kind::floorDivide:
    return "((" + a + ") // (" + b + "))";
  case Kind::min:
    return "min(" + a + ", " + b + ")";
  case Kind::max:
    return "max(" + a + ", " + b + ")";
  }
  return "";
}

std::string SymbolSpace::toString(const Polynomial &value) const {
  std::string text;
  for (const Polynomial::Term &term : value.getTerms()) {
    bool isNegative = term.coefficient < 0;
    if (!text.empty()) {
      text += isNegative ? " - " : " + ";
    } else if (isNegative) {
      text += "-";
    }
    llvm::SmallVector<std::string> factors;
    uint64_t magnitude = isNegative ? -static_cast<uint64_t>(term.coefficient)
                                    : term.coefficient;
    if (magnitude != 1 || term.monomial.empty()) {
      factors.push_back(std::to_string(magnitude));
    }
    for (Atom atom : term.monomial) {
      factors.push_back(toString(atom));
    }
    text += llvm::join(factors, "*");
  }
  return text.empty() ? "0" : text;
}
