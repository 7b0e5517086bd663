//===- Elements.cpp - cache elements in memory and in registers -----------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/X86/Conversion/Elements.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace tandem::x86;

bool tandem::x86::canConvert(FloatType from, FloatType to) {
  auto isKnown = [](FloatType type) {
    return type.isF32() || type.isF16() || type.isBF16();
  };
  return isKnown(from) && isKnown(to);
}

/// `element`, or a vector of `count` of it.
static Type typeOf(Type element, int64_t count) {
  return count == 1 ? element : VectorType::get({count}, element);
}

static int64_t countOf(Expr value) {
  auto vector = dyn_cast<VectorType>(value.type());
  return vector ? vector.getNumElements() : 1;
}

/// `constant` for each element of `value`.
static Expr like(Expr value, int64_t constant) {
  return value.emitter->constant(value.type(), double(constant));
}

static Expr shiftRight(Expr value, int64_t bits) {
  return {*value.emitter,
          arith::ShRUIOp::create(*value.emitter, value, like(value, bits))};
}

/// The upper halves of fp32 bits are bf16.
static Expr widenBFloat(Expr bits) {
  Emitter &e = *bits.emitter;
  Type wide = typeOf(e.getI32Type(), countOf(bits));
  Expr extended(e, arith::ExtUIOp::create(e, wide, bits));
  Expr shifted(e, arith::ShLIOp::create(e, extended, like(extended, 16)));
  return e.bitcast(shifted, typeOf(e.f32(), countOf(bits)));
}

static Expr narrowToBFloat(Expr floats) {
  Emitter &e = *floats.emitter;
  int64_t count = countOf(floats);
  Expr bits = e.bitcast(floats, typeOf(e.getI32Type(), count));
  Expr upper = shiftRight(bits, 16);
  Expr odd = upper & like(bits, 1);
  Expr rounded = shiftRight(bits + like(bits, 0x7fff) + odd, 16);
  // Rounding could carry a NaN into infinity; it stays one that is quiet.
  Expr quiet(e, arith::OrIOp::create(e, upper, like(bits, 0x40)));
  Expr isNan(
      e, arith::CmpFOp::create(e, arith::CmpFPredicate::UNO, floats, floats));
  return {e, arith::TruncIOp::create(e, typeOf(e.getI16Type(), count),
                                     e.select(isNan, quiet, rounded))};
}

Elements Elements::at(Expr offset) const {
  Elements result = *this;
  result.base = base.bytes(offset * double(elementBytes()));
  return result;
}
Elements Elements::at(int64_t offset) const {
  Elements result = *this;
  result.base = base.bytes(offset * elementBytes());
  return result;
}
Elements Elements::streamed() const {
  Elements result = *this;
  result.isStreamed = true;
  return result;
}

Expr Elements::loadBits(int64_t count) const {
  Emitter &e = *base.emitter;
  Type bits = typeOf(e.getIntegerType(type.getIntOrFloatBitWidth()), count);
  return {e, LLVM::LoadOp::create(e, bits, base,
                                  static_cast<unsigned>(elementBytes()))};
}

void Elements::storeBits(Expr bits) const {
  int64_t count = isStreamed ? countOf({*base.emitter, bits}) : 1;
  LLVM::StoreOp::create(*base.emitter, bits, base,
                        static_cast<unsigned>(count * elementBytes()),
                        /*isVolatile=*/false, /*isNonTemporal=*/isStreamed);
}

Expr Elements::loadFloats(int64_t count) const {
  Emitter &e = *base.emitter;
  Expr bits = loadBits(count);
  if (type.isBF16()) {
    return widenBFloat(bits);
  }
  Expr value = e.bitcast(bits, typeOf(type, count));
  if (type.isF32()) {
    return value;
  }
  return {e, arith::ExtFOp::create(e, typeOf(e.f32(), count),
                                   ValueRange(value.value))};
}

void Elements::storeFloats(Expr floats) const {
  Emitter &e = *base.emitter;
  if (type.isBF16()) {
    return storeBits(narrowToBFloat(floats));
  }
  int64_t count = countOf(floats);
  if (!type.isF32()) {
    floats = {e, arith::TruncFOp::create(e, typeOf(type, count),
                                         ValueRange(floats.value))};
  }
  storeBits(e.bitcast(
      floats, typeOf(e.getIntegerType(type.getIntOrFloatBitWidth()), count)));
}

void tandem::x86::copyElements(const Elements &from, const Elements &to,
                               int64_t count) {
  if (from.type == to.type) {
    return to.storeBits(from.loadBits(count));
  }
  to.storeFloats(from.loadFloats(count));
}
