//===- Fusion.h - what joins a linear layer ---------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_X86_LOWERING_FUSION_H
#define TANDEM_TARGETS_X86_LOWERING_FUSION_H

#include "tandem/targets/X86/Lowering/Schedule.h"

namespace tandem::x86 {

/// The linear layers of `block` with the operations that each covers; a layer
/// whose columns are split into whole panels is several.
std::vector<LinearWork> fuseLinears(mlir::Block &block);

} // namespace tandem::x86

#endif // TANDEM_TARGETS_X86_LOWERING_FUSION_H
