//===- Math.cpp - functions of a vector -------------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/X86/Kernels/Math.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
using namespace tandem::x86;

/// The polynomial with `coefficients`, highest power first, at x.
static Expr polynomial(Expr x, ArrayRef<double> coefficients) {
  Emitter &e = *x.emitter;
  Expr sum = e.constant(x.type(), coefficients.front());
  for (double coefficient : coefficients.drop_front()) {
    sum = e.fma(sum, x, e.constant(x.type(), coefficient));
  }
  return sum;
}

static Expr magnitude(Expr x) {
  Emitter &e = *x.emitter;
  Type bits = e.withElement(x.type(), e.getI32Type());
  Expr cleared = e.bitcast(x, bits) & e.constant(bits, 0x7fffffff);
  return e.bitcast(cleared, x.type());
}

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
  Expr p = polynomial(r, {1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3,
                          4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1,
                          1.0, 1.0});
  Expr scaled{e, arith::AddIOp::create(
                     e, e.bitcast(p, bits),
                     arith::ShLIOp::create(e, e.bitcast(shifted, bits),
                                           e.constant(bits, 23)))};
  Expr y = e.bitcast(scaled, type);
  y = e.select(x < -87.33, e.constant(type, 0), y);
  return e.select(x > 88.72,
                  e.constant(type, std::numeric_limits<float>::infinity()), y);
}

Expr tandem::x86::hyperbolicTangent(Expr x) {
  Emitter &e = *x.emitter;
  Expr square = x * x;
  // Cephes tanhf below 0.625.
  Expr p = polynomial(square,
                      {-5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2,
                       1.33314422036e-1, -3.33332819422e-1});
  Expr small = e.fma(p * square, x, x);
  Expr large = 1.0 - 2.0 / (exponential(x * 2.0) + 1.0);
  return e.select(magnitude(x) < 0.625, small, large);
}

Expr tandem::x86::errorFunction(Expr x) {
  Emitter &e = *x.emitter;
  // The rational form of Eigen's erf on [-4, 4], where it reaches 1.
  Expr four = e.constant(x.type(), 4.0), minusFour = e.constant(x.type(), -4.0);
  Expr z = e.select(x > 4.0, four, e.select(x < -4.0, minusFour, x));
  Expr square = z * z;
  Expr p = polynomial(square, {-2.72614225801306e-10, 2.77068142495902e-08,
                               -2.10102402082508e-06, -5.69250639462346e-05,
                               -7.34990630326855e-04, -2.95459980854025e-03,
                               -1.60960333262415e-02});
  Expr q = polynomial(square, {-1.45660718464996e-05, -2.13374055278905e-04,
                               -1.68282697438203e-03, -7.37332916720468e-03,
                               -1.42647390514189e-02});
  return z * p / q;
}

/// x * sigmoid(slope * x).
static Expr swish(Expr x, double slope) {
  return x / (exponential(x * -slope) + 1.0);
}

static Expr geluTanh(Expr x) {
  // x/2 (1 + tanh u) = x sigmoid(2u), which does not cancel for negative x.
  Emitter &e = *x.emitter;
  Expr u = x * e.fma(x * x, e.constant(x.type(), 0.044715 * 0.7978845608028654),
                     e.constant(x.type(), 0.7978845608028654));
  return x / (exponential(u * -2.0) + 1.0);
}

static Expr geluErf(Expr x) {
  return x * 0.5 * (errorFunction(x * 0.70710678118654752) + 1.0);
}

static Expr relu(Expr x) {
  // Not a number stays what it is.
  Emitter &e = *x.emitter;
  return e.select(x < 0.0, e.constant(x.type(), 0), x);
}

UnaryFunction tandem::x86::lookupUnary(StringRef name) {
  return llvm::StringSwitch<UnaryFunction>(name)
      .Case("silu", [](Expr x) { return swish(x, 1.0); })
      .Case("gelu_quick", [](Expr x) { return swish(x, 1.702); })
      .Case("gelu_erf", geluErf)
      .Case("gelu_tanh", geluTanh)
      .Cases({"relu", "Relu"}, relu)
      .Case("relu_squared", [](Expr x) { return relu(x) * relu(x); })
      .Case("Abs", magnitude)
      .Case("Cast", [](Expr x) { return x; })
      .Case("Erf", errorFunction)
      .Case("Exp", exponential)
      .Case("Neg", [](Expr x) { return x * -1.0; })
      .Case("Reciprocal", [](Expr x) { return 1.0 / x; })
      .Case("Sigmoid",
            [](Expr x) { return 1.0 / (exponential(x * -1.0) + 1.0); })
      .Case("Sqrt", [](Expr x) { return x.emitter->sqrt(x); })
      .Case("Tanh", hyperbolicTangent)
      .Default(nullptr);
}

BinaryFunction tandem::x86::lookupBinary(StringRef name) {
  if (name.consume_front("glu_")) {
    UnaryFunction activation = lookupUnary(name);
    if (!activation) {
      return nullptr;
    }
    return [activation](Expr gate, Expr x) { return activation(gate) * x; };
  }
  return llvm::StringSwitch<BinaryFunction>(name)
      .Case("Add", [](Expr x, Expr y) { return x + y; })
      .Case("Sub", [](Expr x, Expr y) { return x - y; })
      .Case("Mul", [](Expr x, Expr y) { return x * y; })
      .Case("Div", [](Expr x, Expr y) { return x / y; })
      .Case("Max", [](Expr x, Expr y) { return x.emitter->maximum(x, y); })
      .Case("Min", [](Expr x, Expr y) { return x.emitter->minimum(x, y); })
      .Default(nullptr);
}
