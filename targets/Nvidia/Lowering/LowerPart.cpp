//===- LowerPart.cpp - a part as a launch plan -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Lowering/LowerPart.h"

#include "tandem/targets/Nvidia/Lowering/LowerProgram.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::nvidia;

OwningOpRef<PlanOp> tandem::nvidia::lowerPart(deploy::PartOp part,
                                              const Machine &machine,
                                              int64_t capacityTokens) {
  OpBuilder builder(part.getContext());
  const Architecture &architecture = *machine.architecture;
  auto plan = PlanOp::create(builder, part.getLoc(), part.getSymName(),
                             architecture.name, architecture.sharedBytes,
                             architecture.registers);
  builder.createBlock(&plan.getBody());
  auto kernels = gpu::GPUModuleOp::create(builder, part.getLoc(), "kernels");
  PlanContext context{part,
                      plan,
                      Kernels(kernels),
                      describeBlocks(part, machine, capacityTokens),
                      machine.inputTerms,
                      architecture.hasWarpGroups};
  if (context.inputTerms == 0) {
    // Two are as good as three where the cache is rounded; one is not.
    context.inputTerms = context.cache.element.isF32() ? 3 : 2;
  }
  for (const Program &program : listPrograms(part, capacityTokens)) {
    lowerProgram(context, program);
  }
  return plan;
}
