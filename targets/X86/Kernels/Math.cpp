//===- Math.cpp - functions of a vector -------------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/X86/Kernels/Math.h"

#include "tandem/targets/Codegen/ElementFunctions.h"

using namespace mlir;
using namespace tandem::x86;
using tandem::codegen::polynomial;

Expr tandem::x86::exponential(Expr x) {
  Emitter &e = *x.emitter;
  Type type = x.type(), bits = e.withElement(type, e.getI32Type());
  // x = n ln 2 + r: adding 1.5 * 2^23 rounds to the integer n, whose bits then
  // are the low ones of the sum.
  Expr shift = e.constant(type, 12582912.0);
  Expr shifted = e.fma(x, e.constant(type, 1.44269504088896341), shift);
  Expr n = shifted - shift;
  Expr r = e.fma(n, e.constant(type, -0.693359375), x);
  r = e.fma(n, e.constant(type, 2.12194440e-4), r);
  // e^r on [-ln 2 / 2, ln 2 / 2]: coefficients of Cephes expf.
  Expr p =
      polynomial(e, r,
                 {1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3,
                  4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1, 1.0, 1.0});
  Expr scaled{e, arith::AddIOp::create(
                     e, e.bitcast(p, bits),
                     arith::ShLIOp::create(e, e.bitcast(shifted, bits),
                                           e.constant(bits, 23)))};
  Expr y = e.bitcast(scaled, type);
  y = e.select(x < -87.33, e.constant(type, 0), y);
  return e.select(x > 88.72,
                  e.constant(type, std::numeric_limits<float>::infinity()), y);
}

/// The natural logarithm within 2 ulp; -infinity of 0.
static Expr logarithm(Expr x) {
  Emitter &e = *x.emitter;
  constexpr double infinity = std::numeric_limits<double>::infinity();
  Type type = x.type(), bits = e.withElement(type, e.getI32Type());
  Expr zero = e.constant(type, 0);
  // Numbers below the smallest normal one are scaled by 2^23 first.
  Expr isTiny = x < 1.17549435e-38;
  Expr scaled = e.select(isTiny, x * 8388608.0, x);
  // x = m 2^n with m in [sqrt(1/2), sqrt(2)).
  Expr offset = e.bitcast(scaled, bits) - double(0x3f3504f3);
  Expr n{e, arith::ShRSIOp::create(e, offset, e.constant(bits, 23))};
  Expr shifted{e, arith::ShLIOp::create(e, n, e.constant(bits, 23))};
  Expr f = e.bitcast(e.bitcast(scaled, bits) - shifted, type) - 1.0;
  Expr exponent{e, arith::SIToFPOp::create(e, type, n)};
  exponent = exponent - e.select(isTiny, e.constant(type, 23), zero);
  // log(1 + f): coefficients of Cephes logf.
  Expr square = f * f;
  Expr p = polynomial(e, f,
                      {7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1,
                       -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
                       2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1});
  Expr y = f * square * p + exponent * -2.12194440e-4 - square * 0.5;
  y = f + y + exponent * 0.693359375;
  // Infinity and what is not a number stay what they are.
  y = e.select(x < infinity, y, x);
  Expr isZero{e, arith::CmpFOp::create(e, arith::CmpFPredicate::OEQ, x, zero)};
  y = e.select(isZero, e.constant(type, -infinity), y);
  return e.select(
      x < 0.0, e.constant(type, std::numeric_limits<double>::quiet_NaN()), y);
}

namespace {
struct Chip {
  using Expr = tandem::x86::Expr;
  static Emitter &builder(Expr x) { return *x.emitter; }
  static constexpr auto exponential = tandem::x86::exponential;
  static constexpr auto logarithm = ::logarithm;
};
using Functions = tandem::codegen::ElementFunctions<Chip>;
} // namespace

Expr tandem::x86::hyperbolicTangent(Expr x) {
  return Functions::hyperbolicTangent(x);
}

Expr tandem::x86::errorFunction(Expr x) { return Functions::errorFunction(x); }

UnaryFunction tandem::x86::lookupUnary(StringRef name) {
  return Functions::lookupUnary(name);
}

BinaryFunction tandem::x86::lookupBinary(StringRef name) {
  if (name.consume_front("glu_")) {
    UnaryFunction activation = lookupUnary(name);
    if (!activation) {
      return nullptr;
    }
    return [activation](Expr gate, Expr x) { return activation(gate) * x; };
  }
  return Functions::lookupBinary(name);
}
