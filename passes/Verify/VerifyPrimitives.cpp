//===- VerifyPrimitives.cpp - what stage simplify leaves -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Checks operations and types after stage simplify.
//
//===----------------------------------------------------------------------===//

#include "mlir/IR/BuiltinOps.h"

#include "tandem/passes/Verify/Gaps.h"
#include "tandem/passes/Verify/Passes.h"

namespace tandem {
#define GEN_PASS_DEF_VERIFYPRIMITIVESPASS
#include "tandem/passes/Verify/Passes.h.inc"
} // namespace tandem

using namespace mlir;
using namespace tandem;

namespace {

class VerifyPrimitivesPass
    : public tandem::impl::VerifyPrimitivesPassBase<VerifyPrimitivesPass> {
public:
  void runOnOperation() override;
};

} // namespace

/// Emits an error for each node with a result that is no ranked tensor.
static bool checkTypes(onnx::NodeOp node) {
  for (OpResult result : node->getResults()) {
    if (isa<RankedTensorType>(result.getType())) {
      continue;
    }
    node.emitOpError() << node.getQualifiedName() << " result "
                       << result.getResultNumber() << " has type "
                       << result.getType()
                       << ", expected a ranked tensor; run "
                          "tandem-infer-shapes first";
    return false;
  }
  return true;
}

void VerifyPrimitivesPass::runOnOperation() {
  markAllAnalysesPreserved();
  bool isValid = true;
  for (const Gap &gap : findGaps(getOperation())) {
    emitGap(gap);
    isValid = false;
  }
  getOperation().walk([&](Operation *operation) {
    if (auto function = dyn_cast<onnx::FunctionOp>(operation)) {
      function.emitOpError() << "of " << function.getOpType()
                             << " is left after stage simplify; run "
                                "tandem-inline-functions first";
      isValid = false;
    } else if (auto node = dyn_cast<onnx::NodeOp>(operation)) {
      isValid &= checkTypes(node);
    }
  });
  if (!isValid) {
    signalPassFailure();
  }
}
