//===- IntegerMath.cpp - functions of single integers -----------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The functions of ONNX on integers of 32 and 64 bits, which wrap around.
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Kernels/Math.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
using namespace tandem::nvidia;

template <typename Op> static Expr apply(Expr a, Expr b) {
  return {*a.code, Op::create(*a.code, a, b)};
}

static Expr truth(Expr condition) {
  Code &code = *condition.code;
  return code.select(condition, code.real(1), code.real(0));
}

static Expr untruth(Expr condition) {
  Code &code = *condition.code;
  return code.select(condition, code.real(0), code.real(1));
}

static Expr negative(Expr x) { return x * -1.0; }

static Expr magnitude(Expr x) {
  return x.code->select(x < 0.0, negative(x), x);
}

static Expr relu(Expr x) {
  return x.code->maximum(x, x.code->constant(x.type(), 0));
}

static Expr sign(Expr x) {
  Code &code = *x.code;
  auto like = [&](double number) { return code.constant(x.type(), number); };
  return code.select(x < 0.0, like(-1), code.select(x == 0, like(0), like(1)));
}

/// The rest has the sign of the divisor.
static Expr modulo(Expr x, Expr y) {
  Expr rest = apply<arith::RemSIOp>(x, y);
  Expr isOther = x.code->select(rest == 0, rest, rest ^ y) < 0.0;
  return x.code->select(isOther, rest + y, rest);
}

UnaryFunction tandem::nvidia::lookupIntegerUnary(StringRef name) {
  return llvm::StringSwitch<UnaryFunction>(name)
      .Case("Abs", magnitude)
      .Case("Cast", [](Expr x) { return x; })
      .Case("cast_to_bool", [](Expr x) { return untruth(x == 0); })
      .Case("Neg", negative)
      .Case("Relu", relu)
      .Case("Sign", sign)
      .Case("square", [](Expr x) { return x * x; })
      .Default(nullptr);
}

BinaryFunction tandem::nvidia::lookupIntegerBinary(StringRef name) {
  return llvm::StringSwitch<BinaryFunction>(name)
      .Case("Add", [](Expr x, Expr y) { return x + y; })
      .Case("Sub", [](Expr x, Expr y) { return x - y; })
      .Case("Mul", [](Expr x, Expr y) { return x * y; })
      .Case("Div", apply<arith::DivSIOp>) // towards zero
      .Case("Mod", modulo)
      .Case("fmod", apply<arith::RemSIOp>)
      .Case("Max", [](Expr x, Expr y) { return x.code->maximum(x, y); })
      .Case("Min", [](Expr x, Expr y) { return x.code->minimum(x, y); })
      .Case("Equal", [](Expr x, Expr y) { return truth(x == y); })
      .Case("Greater", [](Expr x, Expr y) { return truth(x > y); })
      .Case("GreaterOrEqual", [](Expr x, Expr y) { return truth(y <= x); })
      .Case("Less", [](Expr x, Expr y) { return truth(x < y); })
      .Case("LessOrEqual", [](Expr x, Expr y) { return truth(x <= y); })
      .Default(nullptr);
}
