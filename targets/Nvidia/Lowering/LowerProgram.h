//===- LowerProgram.h - one program of a part -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_NVIDIA_LOWERING_LOWERPROGRAM_H
#define TANDEM_TARGETS_NVIDIA_LOWERING_LOWERPROGRAM_H

#include "tandem/targets/Nvidia/IR/PlanOps.h"
#include "tandem/targets/Nvidia/Lowering/Programs.h"

namespace tandem::nvidia {

/// What the programs of a part share.
struct PlanContext {
  deploy::PartOp part;
  PlanOp plan;
  Kernels kernels;
  CacheBlocks cache;
  int64_t inputTerms; ///< of products for many rows
  bool hasWarpGroups; ///< of Architecture.h
};

/// Adds a program to the plan, and to its kernels those that it launches. Loops
/// over layers and calls are unrolled, because each layer has weights of its
/// own.
ProgramOp lowerProgram(PlanContext &context, const Program &program);

} // namespace tandem::nvidia

#endif // TANDEM_TARGETS_NVIDIA_LOWERING_LOWERPROGRAM_H
