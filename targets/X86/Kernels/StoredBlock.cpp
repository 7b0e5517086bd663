//===- StoredBlock.cpp - elements of a block in registers -------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/X86/Kernels/StoredBlock.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace tandem::x86;

/// Whether a field reaches the sign bit, where no mask alone makes a number of
/// it.
static bool isHighest(const PanelFormat &format, int64_t field) {
  return format.shiftOf(field) + format.bits == 32;
}

Expr StoredBlock::words(int64_t line, int64_t v) const {
  return start.bytes(line * PanelFormat::lineBytes + 4 * v * e.variant.lanes)
      .load(e.integerVectorType());
}

static Expr shiftRight(Expr a, int64_t bits) {
  Emitter &e = *a.emitter;
  return {e, arith::ShRUIOp::create(e, a, e.constant(a.type(), bits))};
}

static Expr toFloat(Expr a) {
  Emitter &e = *a.emitter;
  return {e, arith::SIToFPOp::create(e, e.withElement(a.type(), e.f32()), a)};
}

Expr StoredBlock::scaledField(Expr words, int64_t field) const {
  if (!format.hasCodes()) { // a bf16 is the upper half of a float
    Expr high = field == 0
                    ? Expr(e, arith::ShLIOp::create(
                                  e, words, e.constant(words.type(), 16)))
                    : words & e.constant(words.type(), -65536);
    return e.bitcast(high, e.withElement(words.type(), e.f32()));
  }
  if (isHighest(format, field)) {
    return toFloat(shiftRight(words, format.shiftOf(field)));
  }
  int64_t mask = ((int64_t(1) << format.bits) - 1) << format.shiftOf(field);
  return toFloat(words & e.constant(words.type(), mask));
}

double StoredBlock::factor(const PanelFormat &format, int64_t field) {
  return !format.hasCodes() || isHighest(format, field)
             ? 1.0
             : 1.0 / double(int64_t(1) << format.shiftOf(field));
}

Expr StoredBlock::field(Expr words, int64_t field) const {
  if (!format.hasCodes() || isHighest(format, field)) {
    return scaledField(words, field);
  }
  Expr moved = field == 0 ? words : shiftRight(words, format.shiftOf(field));
  return toFloat(moved &
                 e.constant(words.type(), (int64_t(1) << format.bits) - 1));
}

Expr StoredBlock::number(BlockNumber type, Pointer place, Type result) const {
  if (type == BlockNumber::f32) {
    return place.load(result);
  }
  if (type == BlockNumber::f16) {
    Expr half = place.load(e.withElement(result, e.getF16Type()));
    return {e, arith::ExtFOp::create(e, result, half.value)};
  }
  Expr byte = place.load(e.withElement(result, e.getI8Type()));
  Expr wide{e, arith::ExtUIOp::create(e, e.withElement(result, e.getI32Type()),
                                      byte)};
  return toFloat(wide);
}

Expr StoredBlock::scales(int64_t v) const {
  if (format.scales == BlockNumber::none) {
    return e.constant(e.vectorType(), 1);
  }
  int64_t size = PanelFormat::bytesOf(format.scales);
  return number(format.scales,
                start.bytes(format.scaleOffset() + v * e.variant.lanes * size),
                e.vectorType());
}

Expr StoredBlock::zeroPoints(int64_t v) const {
  if (format.zeroPoints == BlockNumber::none) {
    return e.constant(e.vectorType(), format.defaultZeroPoint());
  }
  int64_t size = PanelFormat::bytesOf(format.zeroPoints);
  return number(
      format.zeroPoints,
      start.bytes(format.zeroPointOffset() + v * e.variant.lanes * size),
      e.vectorType());
}

Expr StoredBlock::scaleOf(Expr column) const {
  if (format.scales == BlockNumber::none) {
    return e.real(1);
  }
  double size = PanelFormat::bytesOf(format.scales);
  return number(format.scales,
                start.bytes(format.scaleOffset()).bytes(column * size),
                e.f32());
}

Expr StoredBlock::zeroPointOf(Expr column) const {
  if (format.zeroPoints == BlockNumber::none) {
    return e.real(format.defaultZeroPoint());
  }
  double size = PanelFormat::bytesOf(format.zeroPoints);
  return number(format.zeroPoints,
                start.bytes(format.zeroPointOffset()).bytes(column * size),
                e.f32());
}
