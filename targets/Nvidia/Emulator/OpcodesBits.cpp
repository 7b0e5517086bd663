//===- OpcodesBits.cpp - logic, shifts and fields ---------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Emulator/Translator.h"

using namespace llvm;
using namespace tandem::nvidia::ptx;

template <BinaryOperator::BinaryOps op> static void emitLogic(Translator &t) {
  ValueType type = t.takeType();
  t.write(t.operand(0),
          t.builder.CreateBinOp(op, t.read(t.operand(1), type.totalBits()),
                                t.read(t.operand(2), type.totalBits())));
}

static void emitNot(Translator &t) {
  ValueType type = t.takeType();
  t.write(t.operand(0), t.builder.CreateNot(t.read(t.operand(1), type.width)));
}

/// 1 if the operand is 0.
static void emitCnot(Translator &t) {
  ValueType type = t.takeType();
  Value *isZero = t.builder.CreateICmpEQ(t.read(t.operand(1), type.width),
                                         t.constant(0, type.width));
  t.write(t.operand(0),
          t.builder.CreateZExt(isZero, t.builder.getIntNTy(type.width)));
}

/// `amount` (any width) as a shift of `value`; beyond the width every bit goes.
static Value *shiftLeft(Translator &t, Value *value, Value *amount) {
  IRBuilder<> &b = t.builder;
  unsigned width = value->getType()->getIntegerBitWidth();
  Value *fits =
      b.CreateICmpULT(amount, ConstantInt::get(amount->getType(), width));
  Value *safe =
      b.CreateSelect(fits, amount, Constant::getNullValue(amount->getType()));
  Value *shifted =
      b.CreateShl(value, b.CreateZExtOrTrunc(safe, value->getType()));
  return b.CreateSelect(fits, shifted, t.constant(0, width));
}

static Value *shiftRight(Translator &t, Value *value, Value *amount,
                         bool isSigned) {
  IRBuilder<> &b = t.builder;
  unsigned width = value->getType()->getIntegerBitWidth();
  Constant *most = ConstantInt::get(amount->getType(), width - 1);
  Value *fits = b.CreateICmpULE(amount, most);
  Value *safe =
      b.CreateZExtOrTrunc(b.CreateSelect(fits, amount, most), value->getType());
  if (isSigned) {
    return b.CreateAShr(value, safe);
  }
  return b.CreateSelect(fits, b.CreateLShr(value, safe), t.constant(0, width));
}

static void emitShl(Translator &t) {
  ValueType type = t.takeType();
  t.write(t.operand(0), shiftLeft(t, t.read(t.operand(1), type.width),
                                  t.read(t.operand(2), 32)));
}

static void emitShr(Translator &t) {
  ValueType type = t.takeType();
  t.write(t.operand(0), shiftRight(t, t.read(t.operand(1), type.width),
                                   t.read(t.operand(2), 32), type.isSigned()));
}

/// A shift of two words, operand 2 the high one.
static void emitShf(Translator &t) {
  ValueType type = t.takeType();
  IRBuilder<> &b = t.builder;
  StringRef direction = t.takeOneOf({"l", "r"});
  StringRef mode = t.takeOneOf({"wrap", "clamp"});
  if (type.width != 32 || direction.empty() || mode.empty()) {
    return t.report("is not modelled");
  }
  Value *low = t.read(t.operand(1), 32), *high = t.read(t.operand(2), 32);
  Value *amount = t.read(t.operand(3), 32);
  Value *whole =
      b.CreateOr(b.CreateZExt(low, b.getInt64Ty()),
                 b.CreateShl(b.CreateZExt(high, b.getInt64Ty()), 32));
  amount = mode == "wrap" ? b.CreateAnd(amount, 31)
                          : b.CreateBinaryIntrinsic(Intrinsic::umin, amount,
                                                    t.constant(32, 32));
  amount = b.CreateZExt(amount, b.getInt64Ty());
  Value *shifted = direction == "l"
                       ? b.CreateLShr(b.CreateShl(whole, amount), 32)
                       : b.CreateLShr(whole, amount);
  t.write(t.operand(0), b.CreateTrunc(shifted, b.getInt32Ty()));
}

/// Ones in the lowest `length` bits.
static Value *lowMask(Translator &t, unsigned width, Value *length) {
  return t.builder.CreateNot(shiftLeft(
      t, Constant::getAllOnesValue(t.builder.getIntNTy(width)), length));
}

static void emitBfe(Translator &t) {
  ValueType type = t.takeType();
  IRBuilder<> &b = t.builder;
  Value *value = t.read(t.operand(1), type.width);
  Value *position = b.CreateAnd(t.read(t.operand(2), 32), 255);
  Value *length = b.CreateAnd(t.read(t.operand(3), 32), 255);
  if (!type.isSigned()) {
    return t.write(t.operand(0),
                   b.CreateAnd(shiftRight(t, value, position, false),
                               lowMask(t, type.width, length)));
  }
  // The field's highest bit, or the word's if the field is cut, goes on.
  Value *top = t.constant(type.width - 1, 32);
  Value *end = b.CreateBinaryIntrinsic(
      Intrinsic::umin,
      b.CreateSub(b.CreateAdd(position, length), t.constant(1, 32)), top);
  Value *left = shiftLeft(t, value, b.CreateSub(top, end));
  Value *start = b.CreateBinaryIntrinsic(Intrinsic::umin, position, top);
  Value *field =
      shiftRight(t, left, b.CreateAdd(b.CreateSub(top, end), start), true);
  Value *isEmpty = b.CreateICmpEQ(length, t.constant(0, 32));
  t.write(t.operand(0),
          b.CreateSelect(isEmpty, t.constant(0, type.width), field));
}

static void emitBfi(Translator &t) {
  ValueType type = t.takeType();
  IRBuilder<> &b = t.builder;
  Value *field = t.read(t.operand(1), type.width);
  Value *into = t.read(t.operand(2), type.width);
  Value *position = b.CreateAnd(t.read(t.operand(3), 32), 255);
  Value *length = b.CreateAnd(t.read(t.operand(4), 32), 255);
  Value *mask = shiftLeft(t, lowMask(t, type.width, length), position);
  t.write(t.operand(0),
          b.CreateOr(b.CreateAnd(into, b.CreateNot(mask)),
                     b.CreateAnd(shiftLeft(t, field, position), mask)));
}

/// Each nibble of the selector picks a byte of the two words, or its sign.
static void emitPrmt(Translator &t) {
  t.takeType();
  IRBuilder<> &b = t.builder;
  llvm::Type *wide = b.getInt64Ty();
  Value *bytes =
      b.CreateOr(b.CreateZExt(t.read(t.operand(1), 32), wide),
                 b.CreateShl(b.CreateZExt(t.read(t.operand(2), 32), wide), 32));
  Value *selector = b.CreateZExt(t.read(t.operand(3), 32), wide);
  Value *result = t.constant(0, 64);
  for (unsigned i = 0; i < 4; ++i) {
    Value *nibble = b.CreateAnd(b.CreateLShr(selector, 4 * i), 15);
    Value *shift = b.CreateShl(b.CreateAnd(nibble, 7), 3);
    Value *byte = b.CreateTrunc(b.CreateLShr(bytes, shift), b.getInt8Ty());
    Value *isSign = b.CreateICmpUGE(nibble, t.constant(8, 64));
    byte = b.CreateSelect(isSign, b.CreateAShr(byte, 7), byte);
    result = b.CreateOr(result, b.CreateShl(b.CreateZExt(byte, wide), 8 * i));
  }
  t.write(t.operand(0), b.CreateTrunc(result, b.getInt32Ty()));
}

/// Any function of three bits; bit 4a + 2b + c of the table is its value.
static void emitLop3(Translator &t) {
  t.takeType();
  IRBuilder<> &b = t.builder;
  const Operand &table = t.operand(4);
  if (table.kind != Operand::integer) {
    return t.report("has a table that is no number");
  }
  Value *x[3];
  for (unsigned i = 0; i < 3; ++i) {
    x[i] = t.read(t.operand(1 + i), 32);
  }
  Value *result = t.constant(0, 32);
  for (unsigned row = 0; row < 8; ++row) {
    if (!(table.value >> row & 1)) {
      continue;
    }
    Value *term = nullptr;
    for (unsigned i = 0; i < 3; ++i) {
      Value *bit = row >> (2 - i) & 1 ? x[i] : b.CreateNot(x[i]);
      term = term ? b.CreateAnd(term, bit) : bit;
    }
    result = b.CreateOr(result, term);
  }
  t.write(t.operand(0), result);
}

/// A 32-bit count of `value`.
static void writeCount(Translator &t, Value *count) {
  t.write(t.operand(0),
          t.builder.CreateZExtOrTrunc(count, t.builder.getInt32Ty()));
}

static void emitPopc(Translator &t) {
  Value *value = t.read(t.operand(1), t.takeType().width);
  writeCount(t, t.builder.CreateUnaryIntrinsic(Intrinsic::ctpop, value));
}

static void emitClz(Translator &t) {
  Value *value = t.read(t.operand(1), t.takeType().width);
  writeCount(t, t.builder.CreateBinaryIntrinsic(Intrinsic::ctlz, value,
                                                t.builder.getFalse()));
}

static void emitBrev(Translator &t) {
  Value *value = t.read(t.operand(1), t.takeType().width);
  t.write(t.operand(0),
          t.builder.CreateUnaryIntrinsic(Intrinsic::bitreverse, value));
}

/// The position of the highest bit that is not the sign; all ones if none.
static void emitBfind(Translator &t) {
  ValueType type = t.takeType();
  IRBuilder<> &b = t.builder;
  Value *value = t.read(t.operand(1), type.width);
  if (type.isSigned()) {
    value = b.CreateXor(value, b.CreateAShr(value, type.width - 1));
  }
  Value *zeros = b.CreateBinaryIntrinsic(Intrinsic::ctlz, value, b.getFalse());
  Value *position =
      t.take("shiftamt")
          ? zeros
          : b.CreateSub(t.constant(type.width - 1, type.width), zeros);
  Value *isNone = b.CreateICmpEQ(value, t.constant(0, type.width));
  position = b.CreateSelect(isNone, Constant::getAllOnesValue(value->getType()),
                            position);
  writeCount(t, position);
}

void tandem::nvidia::ptx::addBitOpcodes(HandlerTable &table) {
  table["and"] = emitLogic<BinaryOperator::And>;
  table["or"] = emitLogic<BinaryOperator::Or>;
  table["xor"] = emitLogic<BinaryOperator::Xor>;
  table["not"] = emitNot;
  table["cnot"] = emitCnot;
  table["shl"] = emitShl;
  table["shr"] = emitShr;
  table["shf"] = emitShf;
  table["bfe"] = emitBfe;
  table["bfi"] = emitBfi;
  table["prmt"] = emitPrmt;
  table["lop3"] = emitLop3;
  table["popc"] = emitPopc;
  table["clz"] = emitClz;
  table["brev"] = emitBrev;
  table["bfind"] = emitBfind;
}
