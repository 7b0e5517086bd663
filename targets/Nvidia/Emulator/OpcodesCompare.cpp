//===- OpcodesCompare.cpp - comparisons and choices -------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Emulator/Translator.h"

#include "llvm/ADT/StringSwitch.h"

using namespace llvm;
using namespace tandem::nvidia::ptx;

static constexpr StringRef comparisons[] = {
    "eq", "ne",  "lt",  "le",  "gt",  "ge",  "lo",  "ls",  "hi",
    "hs", "equ", "neu", "ltu", "leu", "gtu", "geu", "num", "nan"};

static CmpInst::Predicate floatPredicate(StringRef name) {
  return StringSwitch<CmpInst::Predicate>(name)
      .Case("eq", CmpInst::FCMP_OEQ)
      .Case("ne", CmpInst::FCMP_ONE)
      .Case("lt", CmpInst::FCMP_OLT)
      .Case("le", CmpInst::FCMP_OLE)
      .Case("gt", CmpInst::FCMP_OGT)
      .Case("ge", CmpInst::FCMP_OGE)
      .Case("equ", CmpInst::FCMP_UEQ)
      .Case("neu", CmpInst::FCMP_UNE)
      .Case("ltu", CmpInst::FCMP_ULT)
      .Case("leu", CmpInst::FCMP_ULE)
      .Case("gtu", CmpInst::FCMP_UGT)
      .Case("geu", CmpInst::FCMP_UGE)
      .Case("num", CmpInst::FCMP_ORD)
      .Case("nan", CmpInst::FCMP_UNO)
      .Default(CmpInst::BAD_FCMP_PREDICATE);
}

static CmpInst::Predicate integerPredicate(StringRef name, bool isSigned) {
  return StringSwitch<CmpInst::Predicate>(name)
      .Case("eq", CmpInst::ICMP_EQ)
      .Case("ne", CmpInst::ICMP_NE)
      .Case("lt", isSigned ? CmpInst::ICMP_SLT : CmpInst::ICMP_ULT)
      .Case("le", isSigned ? CmpInst::ICMP_SLE : CmpInst::ICMP_ULE)
      .Case("gt", isSigned ? CmpInst::ICMP_SGT : CmpInst::ICMP_UGT)
      .Case("ge", isSigned ? CmpInst::ICMP_SGE : CmpInst::ICMP_UGE)
      .Case("lo", CmpInst::ICMP_ULT)
      .Case("ls", CmpInst::ICMP_ULE)
      .Case("hi", CmpInst::ICMP_UGT)
      .Case("hs", CmpInst::ICMP_UGE)
      .Default(CmpInst::BAD_ICMP_PREDICATE);
}

/// Compares operands 1 and 2; a result for each lane of the type.
static SmallVector<Value *, 2> compare(Translator &t, ValueType type) {
  StringRef name = t.takeOneOf(comparisons);
  t.take("ftz");
  CmpInst::Predicate predicate = type.isFloat()
                                     ? floatPredicate(name)
                                     : integerPredicate(name, type.isSigned());
  if (predicate == CmpInst::BAD_FCMP_PREDICATE ||
      predicate == CmpInst::BAD_ICMP_PREDICATE) {
    t.report("has no comparison that its type allows");
    return {t.constant(0, 1), t.constant(0, 1)};
  }
  Value *a = t.read(t.operand(1), type.totalBits());
  Value *b = t.read(t.operand(2), type.totalBits());
  SmallVector<Value *, 2> results;
  for (unsigned lane = 0; lane < type.lanes; ++lane) {
    Value *sides[] = {a, b};
    for (Value *&side : sides) {
      side =
          t.builder.CreateTrunc(t.builder.CreateLShr(side, type.width * lane),
                                t.builder.getIntNTy(type.width));
      side = type.isFloat() ? t.toFloat(side, type) : side;
    }
    results.push_back(t.builder.CreateCmp(predicate, sides[0], sides[1]));
  }
  return results;
}

/// `result` combined with operand 3 by .and, .or or .xor.
static Value *combine(Translator &t, StringRef op, Value *result) {
  if (op.empty()) {
    return result;
  }
  Value *other = t.read(t.operand(3), 1);
  return op == "and"  ? t.builder.CreateAnd(result, other)
         : op == "or" ? t.builder.CreateOr(result, other)
                      : t.builder.CreateXor(result, other);
}

static void emitSetp(Translator &t) {
  ValueType type = t.takeType();
  StringRef op = t.takeOneOf({"and", "or", "xor"});
  SmallVector<Value *, 2> results = compare(t, type);
  const Operand &to = t.operand(0);
  if (to.kind != Operand::pair) {
    return t.write(to, combine(t, op, results[0]));
  }
  // p|q are the two lanes, or the result and its opposite.
  Value *second =
      type.lanes == 2 ? results[1] : t.builder.CreateNot(results[0]);
  Value *first = combine(t, op, results[0]);
  second = combine(t, op, second);
  t.write(to.elements[0], first);
  t.write(to.elements[1], second);
}

/// All ones or 1.0 where the comparison holds, else 0.
static void emitSet(Translator &t) {
  ValueType type = t.takeType(), result = t.takeType();
  StringRef op = t.takeOneOf({"and", "or", "xor"});
  if (type.lanes != 1 || result.lanes != 1) {
    return t.report("is not modelled for packed types");
  }
  Value *holds = combine(t, op, compare(t, type)[0]);
  Value *yes =
      result.isFloat()
          ? t.fromFloat(ConstantFP::get(result.width == 64
                                            ? t.builder.getDoubleTy()
                                            : t.builder.getFloatTy(),
                                        1),
                        result)
          : Constant::getAllOnesValue(t.builder.getIntNTy(result.width));
  t.write(t.operand(0),
          t.builder.CreateSelect(holds, yes, t.constant(0, result.width)));
}

static void emitSelp(Translator &t) {
  ValueType type = t.takeType();
  Value *a = t.read(t.operand(1), type.totalBits());
  Value *b = t.read(t.operand(2), type.totalBits());
  t.write(t.operand(0), t.builder.CreateSelect(t.read(t.operand(3), 1), a, b));
}

/// Operand 1 if operand 3 is not negative, else operand 2.
static void emitSlct(Translator &t) {
  ValueType condition = t.takeType(), type = t.takeType();
  t.take("ftz");
  Value *a = t.read(t.operand(1), type.totalBits());
  Value *b = t.read(t.operand(2), type.totalBits());
  Value *isTaken;
  if (condition.isFloat()) {
    Value *c = t.readFloat(t.operand(3), condition);
    isTaken = t.builder.CreateFCmpOGE(c, ConstantFP::get(c->getType(), 0));
  } else {
    isTaken = t.builder.CreateICmpSGE(t.read(t.operand(3), condition.width),
                                      t.constant(0, condition.width));
  }
  t.write(t.operand(0), t.builder.CreateSelect(isTaken, a, b));
}

void tandem::nvidia::ptx::addCompareOpcodes(HandlerTable &table) {
  table["setp"] = emitSetp;
  table["set"] = emitSet;
  table["selp"] = emitSelp;
  table["slct"] = emitSlct;
}
