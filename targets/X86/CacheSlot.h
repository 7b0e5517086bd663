//===- CacheSlot.h - the layout of this target's cache slots ----*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The contract's view of what `Kernels::append` writes: a slot is [layer][head]
// [block of tokens] of keys then values, keys [panels][D][16 tokens], values
// [ceil(V / 16) panels][block tokens][16], fp32.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_X86_CACHESLOT_H
#define TANDEM_TARGETS_X86_CACHESLOT_H

#include "tandem/targets/Handoff/CacheLayout.h"

namespace tandem::x86 {

/// The layout of slots with blocks of `blockTokens` tokens, a multiple of
/// `panelColumns`.
CacheLayout describeSlot(const CacheShape &shape, int64_t blockTokens,
                         mlir::MLIRContext *context);

/// Bytes of such a slot for `capacityTokens` tokens.
int64_t slotBytes(const CacheShape &shape, int64_t blockTokens,
                  int64_t capacityTokens);

} // namespace tandem::x86

#endif // TANDEM_TARGETS_X86_CACHESLOT_H
