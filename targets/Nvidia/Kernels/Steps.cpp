//===- Steps.cpp - element-wise work behind a value -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Kernels/Steps.h"

#include "tandem/targets/Nvidia/Kernels/Math.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace tandem::nvidia;

std::string tandem::nvidia::bitsOf(double number) {
  return llvm::utohexstr(llvm::bit_cast<uint64_t>(number), /*LowerCase=*/true);
}

static std::string textOf(const Step &step) {
  std::string name = "_" + step.function;
  switch (step.operand) {
  case OperandKind::none:
    break;
  case OperandKind::rows:
    name += "_rows";
    break;
  case OperandKind::token:
    name += "_token";
    break;
  case OperandKind::vector:
    name += "_vector";
    break;
  case OperandKind::scalar:
    name += "_" + bitsOf(step.scalar);
    break;
  }
  return name + (step.isSwapped ? "_swapped" : "");
}

std::string tandem::nvidia::nameOf(const Steps &steps) {
  std::string name;
  for (const Step &step : steps) {
    name += textOf(step);
  }
  return name;
}

int64_t tandem::nvidia::buffersOf(const Steps &steps) {
  return llvm::count_if(steps,
                        [](const Step &step) { return step.hasBuffer(); });
}

Expr tandem::nvidia::applySteps(const Steps &steps, Expr value,
                                ArrayRef<Pointer> buffers, Expr token,
                                Expr column, int64_t width) {
  Code &code = *value.code;
  for (const Step &step : steps) {
    if (step.operand == OperandKind::none) {
      value = lookupUnary(step.function)(value);
      continue;
    }
    Expr other = code.real(step.scalar);
    if (step.hasBuffer()) {
      Expr index = step.operand == OperandKind::rows
                       ? token * double(width) + column
                   : step.operand == OperandKind::token ? token
                                                        : column;
      other = (buffers.front() + index).loadFloat();
      buffers = buffers.drop_front();
    }
    BinaryFunction function = lookupBinary(step.function);
    value = step.isSwapped ? function(other, value) : function(value, other);
  }
  return value;
}
