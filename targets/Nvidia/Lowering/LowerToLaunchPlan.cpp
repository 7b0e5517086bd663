//===- LowerToLaunchPlan.cpp - the plan of each part -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Lowering/LowerPart.h"
#include "tandem/targets/Nvidia/Lowering/Passes.h"
#include "tandem/targets/Nvidia/Lowering/Support.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::nvidia;

namespace tandem::nvidia {
#define GEN_PASS_DEF_LOWERTOLAUNCHPLANPASS
#include "tandem/targets/Nvidia/Lowering/Passes.h.inc"
} // namespace tandem::nvidia

namespace {

struct LowerToLaunchPlanPass
    : public nvidia::impl::LowerToLaunchPlanPassBase<LowerToLaunchPlanPass> {
  using LowerToLaunchPlanPassBase::LowerToLaunchPlanPassBase;

  void runOnOperation() override {
    auto parts = llvm::to_vector(getOperation().getOps<deploy::PartOp>());
    // Every gap of every part, not the first.
    bool isRight = true;
    for (deploy::PartOp part : parts) {
      bool hasMachine = succeeded(readMachine(part));
      isRight &= succeeded(checkSupported(part)) && hasMachine;
    }
    if (!isRight) {
      return signalPassFailure();
    }
    for (deploy::PartOp part : parts) {
      OpBuilder builder(part);
      builder.insert(
          lowerPart(part, *readMachine(part), capacityTokens).release());
      part.erase();
    }
  }
};

} // namespace
