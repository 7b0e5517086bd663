//===- InferShapes.cpp - types from symbolic shapes -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Writes what the analysis SymbolicShapes knows into the types of values.
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"

#include "tandem/passes/Primitives/Primitives.h"
#include "tandem/passes/Primitives/SymbolicShapes.h"
#include "tandem/passes/Simplify/Passes.h"

namespace tandem {
#define GEN_PASS_DEF_INFERSHAPESPASS
#include "tandem/passes/Simplify/Passes.h.inc"
} // namespace tandem

using namespace mlir;
using namespace tandem;
using tandem::onnx::NodeOp;
using tandem::primitives::SymbolicShapes;

namespace {

class InferShapesPass
    : public tandem::impl::InferShapesPassBase<InferShapesPass> {
public:
  void runOnOperation() override;
};

} // namespace

static void setType(Value value, const SymbolicShapes &shapes) {
  if (Type type = shapes.getType(value)) {
    value.setType(type);
  }
}

/// Makes arguments and the signature agree with what was inferred.
static void setSignature(func::FuncOp function, const SymbolicShapes &shapes) {
  if (function.isExternal()) {
    return;
  }
  for (BlockArgument argument : function.getArguments()) {
    setType(argument, shapes);
  }
  Operation *terminator = function.getBody().back().getTerminator();
  function.setType(FunctionType::get(function.getContext(),
                                     function.getBody().getArgumentTypes(),
                                     terminator->getOperandTypes()));
}

/// Whether a primitive whose inputs are all known has a result that is not.
static bool lacksResult(NodeOp node, const SymbolicShapes &shapes) {
  const primitives::Primitive *row =
      node.getOpset() && !node.getDomain()
          ? nullptr
          : primitives::findPrimitive(node.getQualifiedName());
  auto isUnknown = [&](Value value) {
    return !isa<NoneType>(value.getType()) && !shapes.getType(value);
  };
  return row && row->inferShapes &&
         llvm::none_of(node.getInputs(), isUnknown) &&
         isUnknown(node.getResult(0));
}

void InferShapesPass::runOnOperation() {
  auto &shapes = getAnalysis<SymbolicShapes>();
  bool hasErrors = shapes.hasErrors();
  getOperation().walk([&](NodeOp node) {
    if (!shapes.hasErrors() && node.getNumResults() > 0 &&
        lacksResult(node, shapes)) {
      node.emitOpError() << node.getQualifiedName()
                         << " has a result of unknown rank; its shape must "
                            "follow from the graph";
      hasErrors = true;
    }
    for (Value result : node.getResults()) {
      setType(result, shapes);
    }
  });
  if (hasErrors) {
    return signalPassFailure();
  }
  getOperation().walk(
      [&](func::FuncOp function) { setSignature(function, shapes); });
  Builder builder(&getContext());
  SmallVector<StringRef> assumptions;
  for (const std::string &text : shapes.getSymbols().getAssumptions()) {
    assumptions.push_back(text);
  }
  if (!assumptions.empty()) {
    getOperation()->setAttr(onnx::OnnxDialect::getAssumptionsAttrName(),
                            builder.getStrArrayAttr(assumptions));
  }
  markAnalysesPreserved<SymbolicShapes>();
}
