//===- Packing.h - weights as programs take them ----------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_TPU_PACKING_H
#define TANDEM_TARGETS_TPU_PACKING_H

#include "tandem/targets/Interface/Target.h"

namespace tandem::tpu {

/// Elements as in the file, row-major; a stored weight in pieces, one for each
/// of its payloads.
inline constexpr llvm::StringLiteral denseLayout = "dense";

PackingPlan planPacking(deploy::PartOp part);

/// Writes the payloads as they are, or rounded where the weight is stored
/// narrower, some thousand elements at a time.
void packWeight(deploy::SlotAttr slot, const PackedWeight &packed,
                llvm::ArrayRef<llvm::ArrayRef<char>> payloads,
                llvm::function_ref<void(llvm::ArrayRef<char>)> write);

} // namespace tandem::tpu

#endif // TANDEM_TARGETS_TPU_PACKING_H
