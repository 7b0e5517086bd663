//===- LowerPart.h - a part as a launch plan -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_NVIDIA_LOWERING_LOWERPART_H
#define TANDEM_TARGETS_NVIDIA_LOWERING_LOWERPART_H

#include "tandem/targets/Nvidia/IR/PlanOps.h"
#include "tandem/targets/Nvidia/Machine.h"

#include "mlir/IR/OwningOpRef.h"

namespace tandem::nvidia {

/// The plan of a part that Support.h accepts, with all its programs; not
/// inserted anywhere.
mlir::OwningOpRef<PlanOp> lowerPart(deploy::PartOp part, const Machine &machine,
                                    int64_t capacityTokens);

} // namespace tandem::nvidia

#endif // TANDEM_TARGETS_NVIDIA_LOWERING_LOWERPART_H
