//===- VerifyModelLevel.cpp - check that stage raise is done ----*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The rules of the model level; every node that breaks one is reported.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Raise/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace tandem {
#define GEN_PASS_DEF_VERIFYMODELLEVELPASS
#include "tandem/passes/Raise/Passes.h.inc"
} // namespace tandem

using namespace mlir;
using namespace tandem;

static constexpr StringLiteral advice = "; run stage simplify first";

/// Checks types: ranked tensors, or none for an omitted input.
static LogicalResult verifyTypes(Operation *operation) {
  for (Type type : operation->getResultTypes()) {
    if (!isa<RankedTensorType, NoneType>(type)) {
      return operation->emitOpError("has a result of type ")
             << type << ", expected a ranked tensor at the model level"
             << advice;
    }
  }
  return success();
}

static LogicalResult verifyOperation(Operation *operation) {
  if (auto node = dyn_cast<onnx::NodeOp>(operation)) {
    if (node.getOpset() && !node.getDomain()) {
      return node.emitOpError("\"")
             << node.getOpType() << "\" is of opset " << *node.getOpset()
             << ", expected a primitive without opset at the model level"
             << advice;
    }
    return verifyTypes(node);
  }
  if (isa<onnx::FunctionOp>(operation)) {
    return operation->emitOpError(
               "is a model-local function, expected none at the model level")
           << advice;
  }
  Dialect *dialect = operation->getDialect();
  bool isKnown =
      isa<ModuleOp>(operation) ||
      isa_and_present<onnx::OnnxDialect, transformer::TransformerDialect,
                      func::FuncDialect>(dialect);
  if (!isKnown) {
    return operation->emitOpError(
        "is not of the model level, expected onnx, transformer or func");
  }
  return verifyTypes(operation);
}

namespace {
class VerifyModelLevelPass
    : public tandem::impl::VerifyModelLevelPassBase<VerifyModelLevelPass> {
  void runOnOperation() override {
    bool isValid = true;
    getOperation()->walk([&](Operation *operation) {
      isValid &= succeeded(verifyOperation(operation));
    });
    if (!isValid) {
      signalPassFailure();
    }
  }
};
} // namespace
