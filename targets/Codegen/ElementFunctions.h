//===- ElementFunctions.h - functions of single elements --------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The element-wise functions of kernels, written once for all targets whose
// kernels are LLVM IR, on scalars or vectors of fp32. They are polynomials and
// what a chip has instructions for: kernels link nothing.
//
// `Chip` has the type `Expr` of values being computed, with arithmetic and
// comparisons that write IR, and
//   builder(x)      that writes beside x: constant(type, number), select, fma
//   exponential(x)  e^x; 0 and infinity beyond the range of fp32
//   logarithm(x)    of x >= 0; -infinity of 0
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_CODEGEN_ELEMENTFUNCTIONS_H
#define TANDEM_TARGETS_CODEGEN_ELEMENTFUNCTIONS_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/StringSwitch.h"

#include <limits>

namespace tandem::codegen {

/// The polynomial with `coefficients`, highest power first, at x.
template <typename Builder, typename Expr>
Expr polynomial(Builder &builder, Expr x, llvm::ArrayRef<double> coefficients) {
  Expr sum = builder.constant(x.type(), coefficients.front());
  for (double coefficient : coefficients.drop_front()) {
    sum = builder.fma(sum, x, builder.constant(x.type(), coefficient));
  }
  return sum;
}

template <typename Chip> class ElementFunctions {
public:
  using Expr = typename Chip::Expr;
  using Unary = Expr (*)(Expr);
  using Binary = Expr (*)(Expr, Expr);

  /// The function of an activation as it prints ("gelu_tanh") or of an ONNX
  /// operator ("Sqrt"), or null. Truth values are elements too: 1 and 0.
  static Unary lookupUnary(llvm::StringRef name);
  static Binary lookupBinary(llvm::StringRef name);

  /// Relative error below 1e-6 around 0, absolute above.
  static Expr hyperbolicTangent(Expr x);
  /// Absolute error below 1e-6.
  static Expr errorFunction(Expr x);
  /// The larger or the smaller of two elements; not a number wins.
  static Expr larger(Expr a, Expr b);
  static Expr smaller(Expr a, Expr b);

private:
  static auto &builder(Expr x) { return Chip::builder(x); }
  static Expr like(Expr x, double number) {
    return builder(x).constant(x.type(), number);
  }
  static Expr select(mlir::Value condition, Expr a, Expr b) {
    return {builder(a),
            mlir::arith::SelectOp::create(builder(a), condition, a, b)};
  }
  template <typename Op> static Expr apply(Expr x) {
    return {builder(x), Op::create(builder(x), x)};
  }
  static mlir::Value equal(Expr a, Expr b) {
    return mlir::arith::CmpFOp::create(builder(a),
                                       mlir::arith::CmpFPredicate::OEQ, a, b);
  }
  /// A truth value as an element: 1 where the condition holds, else 0.
  static Expr truth(Expr x, mlir::Value condition) {
    return select(condition, like(x, 1), like(x, 0));
  }
  static Expr untruth(Expr x, mlir::Value condition) {
    return select(condition, like(x, 0), like(x, 1));
  }
  static Expr magnitude(Expr x) { return apply<mlir::LLVM::FAbsOp>(x); }
  static Expr floor(Expr x) { return apply<mlir::LLVM::FFloorOp>(x); }

  static Expr polynomialOf(Expr x, llvm::ArrayRef<double> coefficients) {
    return polynomial(builder(x), x, coefficients);
  }
  static Expr swish(Expr x, double slope);
  static Expr geluTanh(Expr x);
  static Expr geluErf(Expr x);
  static Expr relu(Expr x);
  static Expr softplus(Expr x);
  static Expr sign(Expr x);
  static mlir::Value isOdd(Expr x);
  static Expr sine(Expr x, double quarters);
  static Expr power(Expr x, Expr y);
  static Expr remainder(Expr x, Expr y);
  static Expr isInfinity(Expr x, bool positive, bool negative);
};

template <typename Chip>
auto ElementFunctions<Chip>::hyperbolicTangent(Expr x) -> Expr {
  Expr square = x * x;
  // Cephes tanhf below 0.625.
  Expr p = polynomialOf(square,
                        {-5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2,
                         1.33314422036e-1, -3.33332819422e-1});
  Expr small = builder(x).fma(p * square, x, x);
  Expr large = 1.0 - 2.0 / (Chip::exponential(x * 2.0) + 1.0);
  return select(magnitude(x) < 0.625, small, large);
}

template <typename Chip>
auto ElementFunctions<Chip>::errorFunction(Expr x) -> Expr {
  // The rational form of Eigen's erf on [-4, 4], where it reaches 1.
  Expr z = select(x > 4.0, like(x, 4.0), select(x < -4.0, like(x, -4.0), x));
  Expr square = z * z;
  Expr p = polynomialOf(square, {-2.72614225801306e-10, 2.77068142495902e-08,
                                 -2.10102402082508e-06, -5.69250639462346e-05,
                                 -7.34990630326855e-04, -2.95459980854025e-03,
                                 -1.60960333262415e-02});
  Expr q = polynomialOf(square, {-1.45660718464996e-05, -2.13374055278905e-04,
                                 -1.68282697438203e-03, -7.37332916720468e-03,
                                 -1.42647390514189e-02});
  return z * p / q;
}

template <typename Chip>
auto ElementFunctions<Chip>::larger(Expr a, Expr b) -> Expr {
  return select(equal(a, a), select(a > b, a, b), a);
}

template <typename Chip>
auto ElementFunctions<Chip>::smaller(Expr a, Expr b) -> Expr {
  return select(equal(a, a), select(a < b, a, b), a);
}

/// x * sigmoid(slope * x).
template <typename Chip>
auto ElementFunctions<Chip>::swish(Expr x, double slope) -> Expr {
  return x / (Chip::exponential(x * -slope) + 1.0);
}

template <typename Chip> auto ElementFunctions<Chip>::geluTanh(Expr x) -> Expr {
  // x/2 (1 + tanh u) = x sigmoid(2u), which does not cancel for negative x.
  constexpr double slope = 0.7978845608028654;
  Expr u = x * builder(x).fma(x * x, like(x, 0.044715 * slope), like(x, slope));
  return x / (Chip::exponential(u * -2.0) + 1.0);
}

template <typename Chip> auto ElementFunctions<Chip>::geluErf(Expr x) -> Expr {
  return x * 0.5 * (errorFunction(x * 0.70710678118654752) + 1.0);
}

/// Not a number stays what it is.
template <typename Chip> auto ElementFunctions<Chip>::relu(Expr x) -> Expr {
  return select(x < 0.0, like(x, 0), x);
}

/// log(1 + e^x), without an overflow where x is large.
template <typename Chip> auto ElementFunctions<Chip>::softplus(Expr x) -> Expr {
  Expr rest = Chip::logarithm(Chip::exponential(magnitude(x) * -1.0) + 1.0);
  return select(x < 0.0, like(x, 0), x) + rest;
}

template <typename Chip> auto ElementFunctions<Chip>::sign(Expr x) -> Expr {
  return select(x > 0.0, like(x, 1), select(x < 0.0, like(x, -1), x));
}

/// Whether a number of whole value is odd.
template <typename Chip> mlir::Value ElementFunctions<Chip>::isOdd(Expr x) {
  return floor(x * 0.5) * 2.0 < x;
}

/// The sine of x + quarters * pi / 2, within 1e-6 for |x| up to 10^5.
template <typename Chip>
auto ElementFunctions<Chip>::sine(Expr x, double quarters) -> Expr {
  auto &b = builder(x);
  Expr n = apply<mlir::LLVM::RoundEvenOp>(x * 0.63661977236758134);
  // x - n pi / 2 with pi / 2 in three parts (Cephes sinf), the first two short
  // enough that their products with n are exact.
  Expr r = b.fma(n, like(x, -1.5703125), x);
  r = b.fma(n, like(x, -4.837512969970703125e-4), r);
  r = b.fma(n, like(x, -7.54978995489188216e-8), r);
  Expr square = r * r;
  Expr odd = polynomialOf(
      square, {-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1, 0.0});
  odd = b.fma(odd, r, r);
  Expr even = polynomialOf(square, {2.443315711809948e-5, -1.388731625493765e-3,
                                    4.166664568298827e-2, -0.5, 1.0});
  // The quarter turns left of whole ones: odd ones swap, two of them negate.
  Expr turns = n + quarters;
  Expr y = select(isOdd(turns), even, odd);
  return select(isOdd(floor(turns * 0.5)), y * -1.0, y);
}

template <typename Chip>
auto ElementFunctions<Chip>::power(Expr x, Expr y) -> Expr {
  llvm::APFloat exponent(0.0f);
  if (matchPattern(y.value, mlir::m_ConstantFloat(&exponent))) {
    if (exponent.isExactlyValue(2)) {
      return x * x;
    }
    if (exponent.isExactlyValue(3)) {
      return x * x * x;
    }
  }
  Expr p = Chip::exponential(y * Chip::logarithm(magnitude(x)));
  Expr signedPower = select(isOdd(y), p * -1.0, p);
  Expr notANumber = like(x, std::numeric_limits<double>::quiet_NaN());
  Expr ofNegative = select(equal(floor(y), y), signedPower, notANumber);
  return select(equal(y, like(y, 0)), like(x, 1),
                select(x < 0.0, ofNegative, p));
}

/// What is left of x by y, with the sign of x: exact where the quotient is
/// below 2^24.
template <typename Chip>
auto ElementFunctions<Chip>::remainder(Expr x, Expr y) -> Expr {
  Expr divisor = magnitude(y), size = magnitude(x);
  Expr quotient = floor(size / divisor);
  Expr rest = builder(x).fma(quotient * -1.0, divisor, size);
  // The rounded quotient may be one too large.
  rest = select(rest < 0.0, rest + divisor, rest);
  Expr signedRest = select(x < 0.0, rest * -1.0, rest);
  // A number is what is left of it by an infinite one.
  Expr infinity = like(x, std::numeric_limits<double>::infinity());
  return select(equal(divisor, infinity), select(size < infinity, x, rest),
                signedRest);
}

template <typename Chip>
auto ElementFunctions<Chip>::isInfinity(Expr x, bool positive, bool negative)
    -> Expr {
  double infinity = std::numeric_limits<double>::infinity();
  Expr size = positive && negative ? magnitude(x) : x;
  return truth(x, equal(size, like(x, positive ? infinity : -infinity)));
}

template <typename Chip>
auto ElementFunctions<Chip>::lookupUnary(llvm::StringRef name) -> Unary {
  return llvm::StringSwitch<Unary>(name)
      .Case("silu", [](Expr x) { return swish(x, 1.0); })
      .Case("gelu_quick", [](Expr x) { return swish(x, 1.702); })
      .Case("gelu_erf", geluErf)
      .Case("gelu_tanh", geluTanh)
      .Cases({"relu", "Relu"}, relu)
      .Case("relu_squared", [](Expr x) { return relu(x) * relu(x); })
      .Case("square", [](Expr x) { return x * x; })
      .Case("Abs", magnitude)
      .Case("Cast", [](Expr x) { return x; })
      .Case("cast_to_bool",
            [](Expr x) { return untruth(x, equal(x, like(x, 0))); })
      .Case("Ceil", apply<mlir::LLVM::FCeilOp>)
      .Case("Cos", [](Expr x) { return sine(x, 1); })
      .Case("Erf", errorFunction)
      .Case("Exp", Chip::exponential)
      .Case("Floor", floor)
      .Case("IsInf", [](Expr x) { return isInfinity(x, true, true); })
      .Case("IsPositiveInf", [](Expr x) { return isInfinity(x, true, false); })
      .Case("IsNegativeInf", [](Expr x) { return isInfinity(x, false, true); })
      .Case("IsNaN", [](Expr x) { return untruth(x, equal(x, x)); })
      .Case("Log", Chip::logarithm)
      .Case("Neg", [](Expr x) { return x * -1.0; })
      .Case("Not", [](Expr x) { return truth(x, equal(x, like(x, 0))); })
      .Case("Reciprocal", [](Expr x) { return 1.0 / x; })
      .Case("Round", apply<mlir::LLVM::RoundEvenOp>)
      .Case("Sigmoid",
            [](Expr x) { return 1.0 / (Chip::exponential(x * -1.0) + 1.0); })
      .Case("Sign", sign)
      .Case("Sin", [](Expr x) { return sine(x, 0); })
      .Case("Softplus", softplus)
      .Case("Sqrt", apply<mlir::LLVM::SqrtOp>)
      .Case("Tanh", hyperbolicTangent)
      .Default(nullptr);
}

template <typename Chip>
auto ElementFunctions<Chip>::lookupBinary(llvm::StringRef name) -> Binary {
  return llvm::StringSwitch<Binary>(name)
      .Case("Add", [](Expr x, Expr y) { return x + y; })
      .Case("Sub", [](Expr x, Expr y) { return x - y; })
      .Case("Mul", [](Expr x, Expr y) { return x * y; })
      .Case("Div", [](Expr x, Expr y) { return x / y; })
      .Case("Max", larger)
      .Case("Min", smaller)
      .Case("Pow", power)
      .Case("fmod", remainder)
      .Case("swish",
            [](Expr x, Expr slope) {
              return x / (Chip::exponential(x * slope * -1.0) + 1.0);
            })
      .Case("Equal", [](Expr x, Expr y) { return truth(x, equal(x, y)); })
      .Case("Greater", [](Expr x, Expr y) { return truth(x, x > y); })
      .Case("GreaterOrEqual", [](Expr x, Expr y) { return truth(x, y <= x); })
      .Case("Less", [](Expr x, Expr y) { return truth(x, x < y); })
      .Case("LessOrEqual", [](Expr x, Expr y) { return truth(x, x <= y); })
      .Case("And", [](Expr x, Expr y) { return x * y; })
      .Case("Or", larger)
      .Case("Xor", [](Expr x, Expr y) { return untruth(x, equal(x, y)); })
      .Default(nullptr);
}

} // namespace tandem::codegen

#endif // TANDEM_TARGETS_CODEGEN_ELEMENTFUNCTIONS_H
