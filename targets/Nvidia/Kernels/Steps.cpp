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
    name += "_" + step.scalar.name();
    break;
  }
  return name + nameOf(step.element) + (step.isSwapped ? "_swapped" : "");
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

static bool makesTruth(StringRef function) {
  return llvm::is_contained({"cast_to_bool", "Equal", "Greater",
                             "GreaterOrEqual", "Less", "LessOrEqual"},
                            function);
}

Element tandem::nvidia::elementAfter(const Steps &steps, Element element) {
  for (const Step &step : steps) {
    element = makesTruth(step.function)
                  ? Element::f32
                  : castOf(step.function).value_or(element);
  }
  return element;
}

Expr tandem::nvidia::applySteps(const Steps &steps, Expr value,
                                ArrayRef<Pointer> buffers, Expr token,
                                Expr column, int64_t width) {
  Code &code = *value.code;
  for (const Step &step : steps) {
    Element element = *elementOf(value.type());
    if (auto cast = castOf(step.function)) {
      value = convert(value, *cast);
      continue;
    }
    if (step.operand == OperandKind::none) {
      value = lookupUnary(step.function, element)(value);
      continue;
    }
    Expr other = constant(code, element, step.scalar);
    if (step.hasBuffer()) {
      Expr index = step.operand == OperandKind::rows
                       ? token * double(width) + column
                   : step.operand == OperandKind::token ? token
                                                        : column;
      other =
          convert(loadElement(buffers.front(), step.element, index), element);
      buffers = buffers.drop_front();
    }
    BinaryFunction function = lookupBinary(step.function, element);
    value = step.isSwapped ? function(other, value) : function(value, other);
  }
  return value;
}
