//===- Math.cpp - functions of single elements ------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Kernels/Math.h"

#include "mlir/IR/Matchers.h"
#include "llvm/ADT/StringSwitch.h"

#include <limits>

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

static Expr logarithm(Expr x) { return x.code->log2(x) * (1 / log2OfE); }

static Expr magnitude(Expr x) { return x.code->maximum(x, 0.0 - x); }

Expr tandem::nvidia::larger(Expr a, Expr b) {
  return a.code->select(a == a, a.code->select(a > b, a, b), a);
}

Expr tandem::nvidia::smaller(Expr a, Expr b) {
  return a.code->select(a == a, a.code->select(a < b, a, b), a);
}

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
static Expr swish(Expr x, Expr slope) {
  return x / (exponential(x * (0.0 - slope)) + 1.0);
}
static Expr swish(Expr x, double slope) {
  return swish(x, x.code->real(slope));
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

/// log(1 + e^x), without an overflow where x is large.
static Expr softplus(Expr x) {
  Code &code = *x.code;
  Expr rest = logarithm(exponential(0.0 - magnitude(x)) + 1.0);
  return code.maximum(x, code.real(0)) + rest;
}

static Expr sign(Expr x) {
  Code &code = *x.code;
  Expr negative = code.select(x < 0.0, code.real(-1), x);
  return code.select(x > 0.0, code.real(1), negative);
}

/// Whether a number of whole value is odd.
static Expr isOdd(Expr x) { return x.code->floor(x * 0.5) * 2.0 < x; }

/// The sine of x + quarters * pi / 2, within 1e-6 for |x| up to 10^5.
static Expr sineOf(Expr x, double quarters) {
  Code &code = *x.code;
  Expr n = code.round(x * 0.63661977236758134);
  // x - n pi / 2 with pi / 2 in three parts (Cephes sinf), the first two short
  // enough that their products with n are exact.
  Expr r = code.fma(n, code.real(-1.5703125), x);
  r = code.fma(n, code.real(-4.837512969970703125e-4), r);
  r = code.fma(n, code.real(-7.54978995489188216e-8), r);
  Expr square = r * r;
  Expr sine = polynomial(
      square, {-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1, 0.0});
  sine = code.fma(sine, r, r);
  Expr cosine = polynomial(square, {2.443315711809948e-5, -1.388731625493765e-3,
                                    4.166664568298827e-2, -0.5, 1.0});
  // The quarter turns left of whole ones: odd ones swap, two of them negate.
  Expr turns = n + quarters;
  Expr y = code.select(isOdd(turns), cosine, sine);
  Expr isNegated = isOdd(code.floor(turns * 0.5));
  return code.select(isNegated, 0.0 - y, y);
}

/// 1 where the condition holds, else 0: a truth value as an element.
static Expr truth(Expr condition) {
  Code &code = *condition.code;
  return code.select(condition, code.real(1), code.real(0));
}
static Expr untruth(Expr condition) { return 1.0 - truth(condition); }

static Expr power(Expr x, Expr y) {
  Code &code = *x.code;
  APFloat exponent(0.0f);
  if (matchPattern(y.value, m_ConstantFloat(&exponent))) {
    if (exponent.isExactlyValue(2)) {
      return x * x;
    }
    if (exponent.isExactlyValue(3)) {
      return x * x * x;
    }
  }
  Expr p = code.exp2(y * code.log2(magnitude(x)));
  Expr odd = code.select(isOdd(y), 0.0 - p, p);
  Expr notANumber = code.real(std::numeric_limits<double>::quiet_NaN());
  Expr ofNegative = code.select(code.floor(y) == y, odd, notANumber);
  return code.select(y == 0, code.real(1), code.select(x < 0.0, ofNegative, p));
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
      .Case("cast_to_bool", [](Expr x) { return untruth(x == 0); })
      .Case("Ceil", [](Expr x) { return x.code->ceil(x); })
      .Case("Cos", [](Expr x) { return sineOf(x, 1); })
      .Case("Erf", errorFunction)
      .Case("Exp", exponential)
      .Case("Floor", [](Expr x) { return x.code->floor(x); })
      .Case("IsNaN", [](Expr x) { return untruth(x == x); })
      .Case("Log", logarithm)
      .Case("Neg", [](Expr x) { return x * -1.0; })
      .Case("Not", [](Expr x) { return truth(x == 0); })
      .Case("Reciprocal", [](Expr x) { return 1.0 / x; })
      .Case("Round", [](Expr x) { return x.code->round(x); })
      .Case("Sigmoid",
            [](Expr x) { return 1.0 / (exponential(x * -1.0) + 1.0); })
      .Case("Sign", sign)
      .Case("Sin", [](Expr x) { return sineOf(x, 0); })
      .Case("Softplus", softplus)
      .Case("Sqrt", [](Expr x) { return x.code->sqrt(x); })
      .Case("square", [](Expr x) { return x * x; })
      .Case("Tanh", hyperbolicTangent)
      .Default(nullptr);
}

BinaryFunction tandem::nvidia::lookupBinary(StringRef name) {
  return llvm::StringSwitch<BinaryFunction>(name)
      .Case("Add", [](Expr x, Expr y) { return x + y; })
      .Case("Sub", [](Expr x, Expr y) { return x - y; })
      .Case("Mul", [](Expr x, Expr y) { return x * y; })
      .Case("Div", [](Expr x, Expr y) { return x / y; })
      .Case("Max", larger)
      .Case("Min", smaller)
      .Case("Pow", power)
      .Case("swish", [](Expr x, Expr slope) { return swish(x, slope); })
      .Case("Equal", [](Expr x, Expr y) { return truth(x == y); })
      .Case("Greater", [](Expr x, Expr y) { return truth(x > y); })
      .Case("GreaterOrEqual", [](Expr x, Expr y) { return truth(y <= x); })
      .Case("Less", [](Expr x, Expr y) { return truth(x < y); })
      .Case("LessOrEqual", [](Expr x, Expr y) { return truth(x <= y); })
      .Case("And", [](Expr x, Expr y) { return x * y; })
      .Case("Or", larger)
      .Case("Xor", [](Expr x, Expr y) { return untruth(x == y); })
      .Default(nullptr);
}
