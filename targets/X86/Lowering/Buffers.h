//===- Buffers.h - where a function keeps its values ------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_X86_LOWERING_BUFFERS_H
#define TANDEM_TARGETS_X86_LOWERING_BUFFERS_H

#include "tandem/targets/X86/Lowering/Schedule.h"

namespace tandem::x86 {

/// A buffer of the arena: `offset` and `bytes` are per token.
struct Buffer {
  mlir::Value value;
  RowForm form;
  int64_t offset, bytes;
};

/// Buffers for the values made in `stages`, packed rows included, such that
/// values which live at the same time do not overlap. Values in `elsewhere` get
/// none, those in `kept` are read after the last stage. `bytesPerToken` becomes
/// the size of all.
std::vector<Buffer>
allocateBuffers(const std::vector<Stage> &stages,
                const llvm::DenseSet<mlir::Value> &elsewhere,
                llvm::ArrayRef<mlir::Value> kept, int64_t &bytesPerToken);

} // namespace tandem::x86

#endif // TANDEM_TARGETS_X86_LOWERING_BUFFERS_H
