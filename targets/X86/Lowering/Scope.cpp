//===- Scope.cpp - what a task can name -------------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/X86/Lowering/Scope.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::x86;

Pointer Scope::tensor(Value value) {
  if (value.getDefiningOp<transformer::PositionsOp>()) {
    return field(StateField::positions).loadPointer();
  }
  auto weight = value.getDefiningOp<deploy::WeightOp>();
  if (!weight) {
    return slot(value).loadPointer();
  }
  Pointer table = field(StateField::weights).loadPointer();
  Expr entry = e.integer(weight.getBase());
  if (weight.getLayer()) {
    entry = entry + index(weight.getLayer()) * double(*weight.getStride());
  }
  return table.bytes(entry * double(sizeof(void *))).loadPointer();
}

Expr Scope::index(Value value) {
  APInt constant;
  if (matchPattern(value, m_ConstantInt(&constant))) {
    return e.integer(constant.getSExtValue());
  }
  return slot(value).loadInteger();
}

Pointer Scope::operand(Value value) {
  std::optional<double> scalar = scalarOf(value);
  if (!scalar) {
    return tensor(value);
  }
  Pointer place = e.stack(1);
  place.store(e.real(*scalar));
  return place;
}
