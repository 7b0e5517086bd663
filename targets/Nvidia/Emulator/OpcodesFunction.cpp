//===- OpcodesFunction.cpp - ex2, rsqrt and the like ------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Emulator/Translator.h"

#include <cmath>

using namespace llvm;
using namespace tandem::nvidia::ptx;

// The host's functions, correct to the last bits: the chip's approximations are
// not modelled. The f16 and bf16 forms round their result.

static float reciprocal(float x) { return 1 / x; }
static float reciprocalRoot(float x) { return 1 / std::sqrt(x); }
static double reciprocal64(double x) { return 1 / x; }
static double reciprocalRoot64(double x) { return 1 / std::sqrt(x); }
static double root64(double x) { return std::sqrt(x); }
static float root(float x) { return std::sqrt(x); }
static float exp2Of(float x) { return std::exp2(x); }
static float log2Of(float x) { return std::log2(x); }
static float sineOf(float x) { return std::sin(x); }
static float cosineOf(float x) { return std::cos(x); }
static float tanhOf(float x) { return std::tanh(x); }

template <float (*function)(float), double (*function64)(double) = nullptr>
static void emitFunction(Translator &t) {
  ValueType type = t.takeType();
  t.takeOneOf({"approx", "rn"});
  t.take("ftz");
  if (type.width == 64 && function64 == nullptr) {
    return t.report("is not modelled for this type");
  }
  t.emitFloat(type, 1, [&](ArrayRef<Value *> x) {
    return type.width == 64 ? t.callPlain(function64, {x[0]})
                            : t.callPlain(function, {x[0]});
  });
}

/// The sign of operand 1, the rest of operand 2.
static void emitCopysign(Translator &t) {
  ValueType type = t.takeType();
  t.emitFloat(type, 2, [&](ArrayRef<Value *> x) {
    return t.builder.CreateCopySign(x[1], x[0]);
  });
}

/// A predicate about a number.
static void emitTestp(Translator &t) {
  ValueType type = t.takeType();
  Value *x = t.readFloat(t.operand(1), type);
  IRBuilder<> &b = t.builder;
  Value *magnitude = b.CreateUnaryIntrinsic(Intrinsic::fabs, x);
  Constant *infinity = ConstantFP::getInfinity(x->getType());
  Value *result;
  if (t.take("finite")) {
    result = b.CreateFCmpOLT(magnitude, infinity);
  } else if (t.take("infinite")) {
    result = b.CreateFCmpOEQ(magnitude, infinity);
  } else if (t.take("number")) {
    result = b.CreateFCmpORD(x, x);
  } else if (t.take("notanumber")) {
    result = b.CreateFCmpUNO(x, x);
  } else {
    return t.report("asks for a property that is not modelled");
  }
  t.write(t.operand(0), result);
}

void tandem::nvidia::ptx::addFunctionOpcodes(HandlerTable &table) {
  table["ex2"] = emitFunction<exp2Of>;
  table["lg2"] = emitFunction<log2Of>;
  table["sin"] = emitFunction<sineOf>;
  table["cos"] = emitFunction<cosineOf>;
  table["tanh"] = emitFunction<tanhOf>;
  table["rcp"] = emitFunction<reciprocal, reciprocal64>;
  table["sqrt"] = emitFunction<root, root64>;
  table["rsqrt"] = emitFunction<reciprocalRoot, reciprocalRoot64>;
  table["copysign"] = emitCopysign;
  table["testp"] = emitTestp;
}
