//===- Elements.cpp - elements of rows and their types ----------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Kernels/Elements.h"

#include "tandem/targets/Nvidia/Kernels/Steps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/ADT/StringExtras.h"

#include <limits>

using namespace mlir;
using namespace tandem::nvidia;

std::optional<Element> tandem::nvidia::elementOf(Type type) {
  Type element = getElementTypeOrSelf(type);
  if (element.isF32() || element.isF16() || element.isBF16() ||
      element.isInteger(1)) {
    return Element::f32;
  }
  if (element.isSignlessInteger(32)) {
    return Element::i32;
  }
  return element.isSignlessInteger(64) ? std::optional(Element::i64)
                                       : std::nullopt;
}

std::string tandem::nvidia::nameOf(Element element) {
  return element == Element::f32   ? ""
         : element == Element::i32 ? "_i32"
                                   : "_i64";
}

Type tandem::nvidia::typeOf(Code &code, Element element) {
  return element == Element::f32   ? code.f32()
         : element == Element::i32 ? code.i32()
                                   : Type(code.getI64Type());
}

Pointer tandem::nvidia::at(Pointer rows, Element element, Expr index) {
  // Offsets have 32 bits, which are enough for a value of 4 GiB.
  return element == Element::i64 ? rows.bytes(index * 8.0) : rows + index;
}

Expr tandem::nvidia::loadElement(Pointer rows, Element element, Expr index) {
  return at(rows, element, index).load(typeOf(*rows.code, element));
}

std::string Number::name() const {
  constexpr int64_t exact = int64_t(1) << 53;
  return bitsOf(real) + (integer > exact || integer < -exact
                             ? "_" + llvm::utohexstr(integer)
                             : "");
}

Expr tandem::nvidia::constant(Code &code, Element element,
                              const Number &number) {
  if (element == Element::f32) {
    return code.real(number.real);
  }
  auto value = IntegerAttr::get(typeOf(code, element), number.integer);
  return {code, arith::ConstantOp::create(code, value)};
}

template <typename Op> static Expr apply(Expr value, Element element) {
  Code &code = *value.code;
  return {code, Op::create(code, typeOf(code, element), value)};
}

Expr tandem::nvidia::convert(Expr value, Element element) {
  Type from = value.type(), to = typeOf(*value.code, element);
  if (from == to) {
    return value;
  }
  if (isa<FloatType>(from)) {
    return apply<arith::FPToSIOp>(value, element);
  }
  if (isa<FloatType>(to)) {
    return apply<arith::SIToFPOp>(value, element);
  }
  return to.isInteger(64) ? apply<arith::ExtSIOp>(value, element)
                          : apply<arith::TruncIOp>(value, element);
}

template <typename T> static Number numberOf(T number) {
  return {double(number), int64_t(number)};
}

Number tandem::nvidia::leastOf(Element element) {
  return element == Element::f32
             ? Number{-std::numeric_limits<double>::infinity()}
         : element == Element::i32
             ? numberOf(std::numeric_limits<int32_t>::min())
             : numberOf(std::numeric_limits<int64_t>::min());
}

Number tandem::nvidia::largestOf(Element element) {
  return element == Element::f32
             ? Number{std::numeric_limits<double>::infinity()}
         : element == Element::i32
             ? numberOf(std::numeric_limits<int32_t>::max())
             : numberOf(std::numeric_limits<int64_t>::max());
}
