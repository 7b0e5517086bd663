//===- OpcodesConvert.cpp - mov and cvt -------------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Emulator/Translator.h"

using namespace llvm;
using namespace tandem::nvidia::ptx;

static void emitMov(Translator &t) {
  unsigned bits = t.takeType().totalBits();
  t.write(t.operand(0), t.read(t.operand(1), bits));
}

/// To an integer in floating point, as the modifier says.
static Value *roundToInteger(Translator &t, StringRef mode, Value *value) {
  Intrinsic::ID id = mode == "rni"   ? Intrinsic::roundeven
                     : mode == "rzi" ? Intrinsic::trunc
                     : mode == "rmi" ? Intrinsic::floor
                                     : Intrinsic::ceil;
  return t.builder.CreateUnaryIntrinsic(id, value);
}

static Value *castFloat(Translator &t, Value *value, ValueType to) {
  llvm::Type *type =
      to.width == 64 ? t.builder.getDoubleTy() : t.builder.getFloatTy();
  return t.builder.CreateFPCast(value, type);
}

/// Bits of an integer of another width, clamped to its range with .sat.
static Value *convertInteger(Translator &t, Value *value, ValueType from,
                             ValueType to, bool isSaturated) {
  IRBuilder<> &b = t.builder;
  if (isSaturated) {
    // One bit more than either holds every value of both, with sign.
    unsigned width = std::max(from.width, to.width) + 1;
    value = b.CreateIntCast(value, b.getIntNTy(width), from.isSigned());
    APInt low = to.isSigned() ? APInt::getSignedMinValue(to.width).sext(width)
                              : APInt(width, 0);
    APInt high = to.isSigned() ? APInt::getSignedMaxValue(to.width).sext(width)
                               : APInt::getMaxValue(to.width).zext(width);
    value = b.CreateBinaryIntrinsic(Intrinsic::smax, value, b.getInt(low));
    value = b.CreateBinaryIntrinsic(Intrinsic::smin, value, b.getInt(high));
    return b.CreateTrunc(value, b.getIntNTy(to.width));
  }
  return b.CreateIntCast(value, b.getIntNTy(to.width), from.isSigned());
}

/// A float's bits, cut instead of rounded.
static Value *truncateToBfloat(Translator &t, Value *value) {
  Value *bits = t.builder.CreateBitCast(value, t.builder.getInt32Ty());
  Value *high = t.builder.CreateLShr(bits, 16);
  Value *isNan = t.builder.CreateFCmpUNO(value, value);
  return t.builder.CreateTrunc(
      t.builder.CreateSelect(isNan, t.constant(0x7fff, 32), high),
      t.builder.getInt16Ty());
}

/// How a conversion to a floating-point type rounds and what follows.
struct FloatResult {
  ValueType type;
  bool isTruncated = false, isSaturated = false, isRectified = false;

  static FloatResult take(Translator &t, ValueType type) {
    FloatResult result{type};
    t.take("ftz");
    t.take("rn");
    result.isTruncated = type.kind == ValueType::bfloat && t.take("rz");
    result.isSaturated = t.take("sat");
    result.isRectified = t.take("relu");
    return result;
  }

  Value *bits(Translator &t, Value *value) const {
    Constant *zero = ConstantFP::get(value->getType(), 0);
    if (isRectified) {
      value = t.builder.CreateBinaryIntrinsic(Intrinsic::maximum, value, zero);
    }
    if (isSaturated) {
      value = t.builder.CreateMinNum(t.builder.CreateMaxNum(value, zero),
                                     ConstantFP::get(value->getType(), 1));
    }
    if (isTruncated) {
      return truncateToBfloat(t, castFloat(t, value, type));
    }
    return t.fromFloat(castFloat(t, value, type), type);
  }
};

/// `cvt.rn.bf16x2.f32 d, a, b`: a is the upper half.
static void convertPair(Translator &t, ValueType from, ValueType to) {
  FloatResult result = FloatResult::take(t, to);
  if (from.kind != ValueType::ieee || from.width != 32) {
    return t.report("converts a pair from a type other than .f32");
  }
  ValueType one = to;
  one.lanes = 1;
  IRBuilder<> &b = t.builder;
  Value *high = result.bits(t, t.readFloat(t.operand(1), from));
  Value *low = result.bits(t, t.readFloat(t.operand(2), from));
  llvm::Type *word = b.getInt32Ty();
  t.write(t.operand(0), b.CreateOr(b.CreateZExt(low, word),
                                   b.CreateShl(b.CreateZExt(high, word), 16)));
}

/// 10 bits of fraction; the rest of the word becomes zero.
static void convertToTf32(Translator &t) {
  ValueType from = t.takeType();
  StringRef mode = t.takeOneOf({"rna", "rn"});
  t.take("satfinite");
  IRBuilder<> &b = t.builder;
  Value *bits = t.read(t.operand(1), 32);
  Value *value = t.toFloat(bits, from);
  Value *half = t.constant(0x1000, 32);
  if (mode == "rn") { // ties to even
    Value *odd = b.CreateAnd(b.CreateLShr(bits, 13), 1);
    half = b.CreateAdd(odd, t.constant(0xfff, 32));
  }
  Value *rounded =
      b.CreateAnd(b.CreateAdd(bits, half), t.constant(~0x1fffull, 32));
  Value *isFinite =
      b.CreateFCmpOLT(b.CreateUnaryIntrinsic(Intrinsic::fabs, value),
                      ConstantFP::getInfinity(value->getType()));
  t.write(t.operand(0), b.CreateSelect(isFinite, rounded, bits));
}

static void emitCvt(Translator &t) {
  if (t.take("tf32")) {
    return convertToTf32(t);
  }
  IRBuilder<> &b = t.builder;
  ValueType from = t.takeType(), to = t.takeType();
  if (to.lanes == 2) {
    return convertPair(t, from, to);
  }
  if (from.lanes != 1 || from.kind == ValueType::predicate ||
      to.kind == ValueType::predicate) {
    return t.report("is not modelled for these types");
  }
  Value *bits = t.read(t.operand(1), from.width, /*mayBeWider=*/true);
  StringRef mode = t.takeOneOf({"rni", "rzi", "rmi", "rpi"});
  Value *result;
  if (!from.isFloat() && !to.isFloat()) {
    result = convertInteger(t, bits, from, to, t.take("sat"));
  } else if (!from.isFloat()) {
    FloatResult form = FloatResult::take(t, to);
    llvm::Type *type = to.width == 64 ? b.getDoubleTy() : b.getFloatTy();
    result = form.bits(t, from.isSigned() ? b.CreateSIToFP(bits, type)
                                          : b.CreateUIToFP(bits, type));
  } else {
    Value *value = t.toFloat(bits, from);
    if (!mode.empty()) {
      value = roundToInteger(t, mode, value);
    }
    if (to.isFloat()) {
      result = FloatResult::take(t, to).bits(t, value);
    } else {
      t.take("ftz");
      t.take("sat"); // integers are clamped in any case, NaN is 0
      if (mode.empty()) {
        return t.report("does not say how it rounds to an integer");
      }
      result = b.CreateIntrinsic(
          to.isSigned() ? Intrinsic::fptosi_sat : Intrinsic::fptoui_sat,
          {b.getIntNTy(to.width), value->getType()}, {value});
    }
  }
  t.write(t.operand(0), result, /*mayBeWider=*/true, to.isSigned());
}

void tandem::nvidia::ptx::addConvertOpcodes(HandlerTable &table) {
  table["mov"] = emitMov;
  table["cvt"] = emitCvt;
}
