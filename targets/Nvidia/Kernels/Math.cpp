//===- Math.cpp - functions of single elements ------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Kernels/Math.h"

#include "tandem/targets/Codegen/ElementFunctions.h"

using namespace mlir;
using namespace tandem::nvidia;

static constexpr double log2OfE = 1.4426950408889634;

Expr tandem::nvidia::exponential(Expr x) { return x.code->exp2(x * log2OfE); }

static Expr logarithm(Expr x) { return x.code->log2(x) * (1 / log2OfE); }

namespace {
struct Chip {
  using Expr = tandem::nvidia::Expr;
  static Code &builder(Expr x) { return *x.code; }
  static constexpr auto exponential = tandem::nvidia::exponential;
  static constexpr auto logarithm = ::logarithm;
};
using Functions = tandem::codegen::ElementFunctions<Chip>;
} // namespace

Expr tandem::nvidia::hyperbolicTangent(Expr x) {
  return Functions::hyperbolicTangent(x);
}

UnaryFunction tandem::nvidia::lookupUnary(StringRef name) {
  return Functions::lookupUnary(name);
}

BinaryFunction tandem::nvidia::lookupBinary(StringRef name) {
  return Functions::lookupBinary(name);
}

std::string tandem::nvidia::castTo(Element element) {
  return "cast_to" + (element == Element::f32 ? "_f32" : nameOf(element));
}

std::optional<Element> tandem::nvidia::castOf(StringRef function) {
  for (Element element : {Element::f32, Element::i32, Element::i64}) {
    if (function == castTo(element)) {
      return element;
    }
  }
  return std::nullopt;
}
