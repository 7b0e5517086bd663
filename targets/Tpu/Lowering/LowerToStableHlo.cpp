//===- LowerToStableHlo.cpp - the programs of each part ---------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Tpu/Lowering/LowerProgram.h"
#include "tandem/targets/Tpu/Lowering/Passes.h"
#include "tandem/targets/Tpu/Lowering/Support.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::tpu;

namespace tandem::tpu {
#define GEN_PASS_DEF_LOWERTOSTABLEHLOPASS
#include "tandem/targets/Tpu/Lowering/Passes.h.inc"
} // namespace tandem::tpu

namespace {

struct LowerToStableHloPass
    : public tpu::impl::LowerToStableHloPassBase<LowerToStableHloPass> {
  using LowerToStableHloPassBase::LowerToStableHloPassBase;

  void runOnOperation() override {
    auto parts = llvm::to_vector(getOperation().getOps<deploy::PartOp>());
    // Every gap of every part, not the first.
    LogicalResult supported = success();
    for (deploy::PartOp part : parts) {
      supported =
          success(succeeded(checkSupported(part)) && succeeded(supported));
    }
    if (failed(supported)) {
      return signalPassFailure();
    }
    for (deploy::PartOp part : parts) {
      lower(part);
    }
  }

  void lower(deploy::PartOp part) {
    OpBuilder builder(part);
    for (const Program &program : listPrograms(part, capacityTokens)) {
      if (!only.empty() && only != program.getName()) {
        continue;
      }
      OwningOpRef<ModuleOp> module = lowerProgram(part, program);
      module->setSymName(program.getName());
      builder.insert(module.release());
    }
    part.erase();
  }
};

} // namespace
