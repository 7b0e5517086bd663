//===- OpcodesArithmetic.cpp - integers and floats --------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Emulator/Translator.h"

using namespace llvm;
using namespace tandem::nvidia::ptx;

/// Rounding to nearest is the default; other modes are not modelled and stay as
/// modifiers. Denormals are never flushed.
static void takeFloatModifiers(Translator &t) {
  t.take("rn");
  t.take("ftz");
}

/// [0, 1], and 0 for NaN.
static Value *saturate(Translator &t, Value *value) {
  Constant *zero = ConstantFP::get(value->getType(), 0);
  Constant *one = ConstantFP::get(value->getType(), 1);
  return t.builder.CreateMinNum(t.builder.CreateMaxNum(value, zero), one);
}

/// Floating-point arithmetic with .sat or .relu.
static void emitFloatWith(Translator &t, ValueType type, unsigned count,
                          function_ref<Value *(ArrayRef<Value *>)> body) {
  takeFloatModifiers(t);
  bool isSaturated = t.take("sat"), isRectified = t.take("relu");
  t.emitFloat(type, count, [&](ArrayRef<Value *> x) {
    Value *value = body(x);
    if (isRectified) { // keeps NaN
      value = t.builder.CreateBinaryIntrinsic(
          Intrinsic::maximum, value, ConstantFP::get(value->getType(), 0));
    }
    return isSaturated ? saturate(t, value) : value;
  });
}

static Value *fma(Translator &t, ArrayRef<Value *> x) {
  return t.builder.CreateIntrinsic(x[0]->getType(), Intrinsic::fma,
                                   {x[0], x[1], x[2]});
}

/// a + b or a - b.
template <BinaryOperator::BinaryOps floatOp,
          BinaryOperator::BinaryOps integerOp, Intrinsic::ID saturating>
static void emitSum(Translator &t) {
  ValueType type = t.takeType();
  if (type.isFloat()) {
    return emitFloatWith(t, type, 2, [&](ArrayRef<Value *> x) {
      return t.builder.CreateBinOp(floatOp, x[0], x[1]);
    });
  }
  Value *a = t.read(t.operand(1), type.width);
  Value *b = t.read(t.operand(2), type.width);
  t.write(t.operand(0), t.take("sat")
                            ? t.builder.CreateBinaryIntrinsic(saturating, a, b)
                            : t.builder.CreateBinOp(integerOp, a, b));
}

/// The low, high or whole product of integers, as the opcode says.
static Value *product(Translator &t, ValueType type, bool &isWide) {
  StringRef part = t.takeOneOf({"lo", "hi", "wide"});
  isWide = part == "wide";
  Value *a = t.read(t.operand(1), type.width);
  Value *b = t.read(t.operand(2), type.width);
  if (part.empty()) {
    t.report("says none of .lo, .hi and .wide");
  }
  if (part == "lo") {
    return t.builder.CreateMul(a, b);
  }
  llvm::Type *twice = t.builder.getIntNTy(2 * type.width);
  Value *whole =
      t.builder.CreateMul(t.builder.CreateIntCast(a, twice, type.isSigned()),
                          t.builder.CreateIntCast(b, twice, type.isSigned()));
  return isWide ? whole
                : t.builder.CreateTrunc(t.builder.CreateLShr(whole, type.width),
                                        a->getType());
}

static void emitMul(Translator &t) {
  ValueType type = t.takeType();
  if (type.isFloat()) {
    return emitFloatWith(t, type, 2, [&](ArrayRef<Value *> x) {
      return t.builder.CreateFMul(x[0], x[1]);
    });
  }
  bool isWide;
  t.write(t.operand(0), product(t, type, isWide));
}

static void emitFma(Translator &t) {
  ValueType type = t.takeType();
  if (!type.isFloat()) {
    return t.report("is for floating-point types only");
  }
  emitFloatWith(t, type, 3, [&](ArrayRef<Value *> x) { return fma(t, x); });
}

static void emitMad(Translator &t) {
  ValueType type = t.takeType();
  if (type.isFloat()) {
    return emitFloatWith(t, type, 3,
                         [&](ArrayRef<Value *> x) { return fma(t, x); });
  }
  bool isWide;
  Value *value = product(t, type, isWide);
  Value *c = t.read(t.operand(3), type.width * (isWide ? 2 : 1));
  t.write(t.operand(0), t.builder.CreateAdd(value, c));
}

/// A quotient or remainder that does not trap: x / 0 is all ones, the smallest
/// number by -1 is itself.
template <bool isRemainder> static void emitDivision(Translator &t) {
  ValueType type = t.takeType();
  if (type.isFloat()) {
    if (isRemainder) {
      return t.report("is for integers only");
    }
    t.takeOneOf({"approx", "full"});
    return emitFloatWith(t, type, 2, [&](ArrayRef<Value *> x) {
      return t.builder.CreateFDiv(x[0], x[1]);
    });
  }
  IRBuilder<> &b = t.builder;
  Value *n = t.read(t.operand(1), type.width);
  Value *d = t.read(t.operand(2), type.width);
  Value *one = t.constant(1, type.width);
  Value *allOnes = Constant::getAllOnesValue(n->getType());
  Value *isZero = b.CreateICmpEQ(d, t.constant(0, type.width));
  Value *isUnsafe = isZero;
  if (type.isSigned()) {
    isUnsafe = b.CreateOr(isUnsafe, b.CreateICmpEQ(d, allOnes));
  }
  Value *safe = b.CreateSelect(isUnsafe, one, d);
  Value *value;
  if (isRemainder) {
    value = type.isSigned() ? b.CreateSRem(n, safe) : b.CreateURem(n, safe);
  } else {
    value = type.isSigned() ? b.CreateSDiv(n, safe) : b.CreateUDiv(n, safe);
    if (type.isSigned()) { // by -1
      value = b.CreateSelect(b.CreateICmpEQ(d, allOnes), b.CreateNeg(n), value);
    }
  }
  t.write(t.operand(0), b.CreateSelect(isZero, allOnes, value));
}

template <bool isMax> static void emitMinMax(Translator &t) {
  ValueType type = t.takeType();
  if (type.isFloat()) {
    bool keepsNan = t.take("NaN");
    Intrinsic::ID id = keepsNan
                           ? isMax ? Intrinsic::maximum : Intrinsic::minimum
                       : isMax ? Intrinsic::maxnum
                               : Intrinsic::minnum;
    // Chips from sm_100 on compare three numbers of fp32.
    bool hasThree = t.operandCount() == 4 && type.totalBits() == 32;
    return emitFloatWith(t, type, hasThree ? 3 : 2, [&](ArrayRef<Value *> x) {
      Value *chosen = t.builder.CreateBinaryIntrinsic(id, x[0], x[1]);
      return hasThree ? t.builder.CreateBinaryIntrinsic(id, chosen, x[2])
                      : chosen;
    });
  }
  Intrinsic::ID id = type.isSigned() ? isMax ? Intrinsic::smax : Intrinsic::smin
                     : isMax         ? Intrinsic::umax
                                     : Intrinsic::umin;
  Value *a = t.read(t.operand(1), type.width);
  Value *b = t.read(t.operand(2), type.width);
  t.write(t.operand(0), t.builder.CreateBinaryIntrinsic(id, a, b));
}

static void emitNeg(Translator &t) {
  ValueType type = t.takeType();
  if (type.isFloat()) {
    return emitFloatWith(t, type, 1, [&](ArrayRef<Value *> x) {
      return t.builder.CreateFNeg(x[0]);
    });
  }
  t.write(t.operand(0), t.builder.CreateNeg(t.read(t.operand(1), type.width)));
}

static void emitAbs(Translator &t) {
  ValueType type = t.takeType();
  if (type.isFloat()) {
    return emitFloatWith(t, type, 1, [&](ArrayRef<Value *> x) {
      return t.builder.CreateUnaryIntrinsic(Intrinsic::fabs, x[0]);
    });
  }
  t.write(t.operand(0), t.builder.CreateBinaryIntrinsic(
                            Intrinsic::abs, t.read(t.operand(1), type.width),
                            t.builder.getFalse()));
}

/// d = c + |a - b|
static void emitSad(Translator &t) {
  ValueType type = t.takeType();
  IRBuilder<> &b = t.builder;
  Value *x = t.read(t.operand(1), type.width);
  Value *y = t.read(t.operand(2), type.width);
  bool isSigned = type.isSigned();
  Value *larger = b.CreateBinaryIntrinsic(
      isSigned ? Intrinsic::smax : Intrinsic::umax, x, y);
  Value *smaller = b.CreateBinaryIntrinsic(
      isSigned ? Intrinsic::smin : Intrinsic::umin, x, y);
  t.write(t.operand(0), b.CreateAdd(b.CreateSub(larger, smaller),
                                    t.read(t.operand(3), type.width)));
}

/// Sum of four products of bytes; the types of a and b are named in this order.
static void emitDp4a(Translator &t) {
  ValueType typeB = t.takeType(), typeA = t.takeType();
  IRBuilder<> &b = t.builder;
  Value *words[] = {t.read(t.operand(1), 32), t.read(t.operand(2), 32)};
  bool isSigned[] = {typeA.isSigned(), typeB.isSigned()};
  Value *sum = t.read(t.operand(3), 32);
  for (unsigned byte = 0; byte < 4; ++byte) {
    Value *factors[2];
    for (unsigned i = 0; i < 2; ++i) {
      Value *part =
          b.CreateTrunc(b.CreateLShr(words[i], 8 * byte), b.getInt8Ty());
      factors[i] = b.CreateIntCast(part, b.getInt32Ty(), isSigned[i]);
    }
    sum = b.CreateAdd(sum, b.CreateMul(factors[0], factors[1]));
  }
  t.write(t.operand(0), sum);
}

void tandem::nvidia::ptx::addArithmeticOpcodes(HandlerTable &table) {
  table["add"] =
      emitSum<BinaryOperator::FAdd, BinaryOperator::Add, Intrinsic::sadd_sat>;
  table["sub"] =
      emitSum<BinaryOperator::FSub, BinaryOperator::Sub, Intrinsic::ssub_sat>;
  table["mul"] = emitMul;
  table["mad"] = emitMad;
  table["fma"] = emitFma;
  table["div"] = emitDivision<false>;
  table["rem"] = emitDivision<true>;
  table["min"] = emitMinMax<false>;
  table["max"] = emitMinMax<true>;
  table["neg"] = emitNeg;
  table["abs"] = emitAbs;
  table["sad"] = emitSad;
  table["dp4a"] = emitDp4a;
}
