//===- Math.cpp - functions of single elements ------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Kernels/Math.h"

#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
using namespace tandem::nvidia;

static constexpr double log2OfE = 1.4426950408889634;

/// The polynomial with `coefficients`, highest power first, at x.
static Expr polynomial(Expr x, ArrayRef<double> coefficients) {
  Code &code = *x.code;
  Expr sum = code.constant(x.type(), coefficients.front());
  for (double coefficient : coefficients.drop_front()) {
    sum = code.fma(sum, x, code.constant(x.type(), coefficient));
  }
  return sum;
}

Expr tandem::nvidia::exponential(Expr x) { return x.code->exp2(x * log2OfE); }

static Expr magnitude(Expr x) { return x.code->maximum(x, 0.0 - x); }

Expr tandem::nvidia::hyperbolicTangent(Expr x) {
  Code &code = *x.code;
  Expr square = x * x;
  // Cephes tanhf below 0.625.
  Expr p = polynomial(square,
                      {-5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2,
                       1.33314422036e-1, -3.33332819422e-1});
  Expr small = code.fma(p * square, x, x);
  Expr large = 1.0 - 2.0 / (exponential(x * 2.0) + 1.0);
  return code.select(magnitude(x) < 0.625, small, large);
}

/// The rational form of Eigen's erf on [-4, 4], where it reaches 1.
static Expr errorFunction(Expr x) {
  Code &code = *x.code;
  Expr z = code.minimum(code.maximum(x, code.real(-4.0)), code.real(4.0));
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
  constexpr double slope = 0.7978845608028654;
  Expr u = x * x.code->fma(x * x, x.code->real(0.044715 * slope),
                           x.code->real(slope));
  return x / (exponential(u * -2.0) + 1.0);
}

static Expr geluErf(Expr x) {
  return x * 0.5 * (errorFunction(x * 0.70710678118654752) + 1.0);
}

/// Not a number stays what it is.
static Expr relu(Expr x) {
  return x.code->select(x < 0.0, x.code->real(0.0), x);
}

UnaryFunction tandem::nvidia::lookupUnary(StringRef name) {
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
      .Case("Log", [](Expr x) { return x.code->log2(x) * (1 / log2OfE); })
      .Case("Neg", [](Expr x) { return x * -1.0; })
      .Case("Reciprocal", [](Expr x) { return 1.0 / x; })
      .Case("Sigmoid",
            [](Expr x) { return 1.0 / (exponential(x * -1.0) + 1.0); })
      .Case("Sqrt", [](Expr x) { return x.code->sqrt(x); })
      .Case("Tanh", hyperbolicTangent)
      .Default(nullptr);
}

BinaryFunction tandem::nvidia::lookupBinary(StringRef name) {
  return llvm::StringSwitch<BinaryFunction>(name)
      .Case("Add", [](Expr x, Expr y) { return x + y; })
      .Case("Sub", [](Expr x, Expr y) { return x - y; })
      .Case("Mul", [](Expr x, Expr y) { return x * y; })
      .Case("Div", [](Expr x, Expr y) { return x / y; })
      .Case("Max", [](Expr x, Expr y) { return x.code->maximum(x, y); })
      .Case("Min", [](Expr x, Expr y) { return x.code->minimum(x, y); })
      .Default(nullptr);
}
