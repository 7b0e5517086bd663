//===- Operands.cpp - what operations read ----------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Codegen/Operands.h"

#include "tandem/dialects/Deploy/IR/DeployOps.h"
#include "tandem/dialects/Onnx/IR/OnnxOps.h"

#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace tandem;

bool codegen::isWeight(Value value) {
  return value.getDefiningOp<deploy::WeightOp>() != nullptr;
}

std::optional<double> codegen::scalarOf(Value value) {
  auto constant = value.getDefiningOp<onnx::ConstantOp>();
  auto elements =
      constant ? dyn_cast<DenseElementsAttr>(constant.getValue()) : nullptr;
  if (!elements || elements.getNumElements() != 1) {
    return std::nullopt;
  }
  Attribute element = *elements.getValues<Attribute>().begin();
  if (auto number = dyn_cast<FloatAttr>(element)) {
    return number.getValueAsDouble();
  }
  auto number = cast<IntegerAttr>(element);
  bool isSigned =
      !number.getType().isInteger(1) && !number.getType().isUnsignedInteger();
  return number.getValue().roundToDouble(isSigned);
}

std::string codegen::whyNotWeights(Operation *op, unsigned first) {
  for (Value operand : op->getOperands().drop_front(first)) {
    if (!isWeight(operand)) {
      return llvm::formatv("reads '{0}' that is no weight of the part; "
                           "expected a constant of the file",
                           operand.getType());
    }
  }
  return {};
}
