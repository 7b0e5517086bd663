//===- DescribePlan.h - a plan as part.json has it -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_NVIDIA_EMIT_DESCRIBEPLAN_H
#define TANDEM_TARGETS_NVIDIA_EMIT_DESCRIBEPLAN_H

#include "tandem/targets/Nvidia/IR/PlanOps.h"
#include "tandem/targets/Nvidia/Kernels/Kernels.h"
#include "tandem/targets/Runtime/LaunchCode.h"

namespace tandem::nvidia {

/// The programs of a plan and its cache as records.
runtime::LaunchCode describePlan(PlanOp plan, const CacheBlocks &cache);

} // namespace tandem::nvidia

#endif // TANDEM_TARGETS_NVIDIA_EMIT_DESCRIBEPLAN_H
