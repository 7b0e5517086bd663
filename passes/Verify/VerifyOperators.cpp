//===- VerifyOperators.cpp - list every gap -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Reports what Gaps.h finds.
//
//===----------------------------------------------------------------------===//

#include "mlir/IR/BuiltinOps.h"

#include "tandem/passes/Verify/Gaps.h"
#include "tandem/passes/Verify/Passes.h"

namespace tandem {
#define GEN_PASS_DEF_VERIFYOPERATORSPASS
#include "tandem/passes/Verify/Passes.h.inc"
} // namespace tandem

using namespace mlir;

namespace {

class VerifyOperatorsPass
    : public tandem::impl::VerifyOperatorsPassBase<VerifyOperatorsPass> {
public:
  void runOnOperation() override;
};

} // namespace

void VerifyOperatorsPass::runOnOperation() {
  markAllAnalysesPreserved();
  llvm::SmallVector<tandem::Gap> gaps = tandem::findGaps(getOperation());
  for (const tandem::Gap &gap : gaps) {
    tandem::emitGap(gap);
  }
  if (!gaps.empty()) {
    signalPassFailure();
  }
}
