//===- Machine.h - what the target knows about a chip -----------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The keys of a fleet's `machine:` map for this target.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_X86_MACHINE_H
#define TANDEM_TARGETS_X86_MACHINE_H

#include "tandem/dialects/Deploy/IR/DeployOps.h"

namespace tandem::x86 {

/// What `#deploy.chip` says about a CPU.
struct Machine {
  /// `cache_block_tokens`: tokens of a block of the cache, a power of two
  /// from 16 to 256. Large blocks suit prefill, small ones waste less memory.
  int64_t cacheBlockTokens = 64;
};

/// Reads the machine of the part's chip; fails with a diagnostic for each key
/// that is unknown or has a wrong value.
mlir::FailureOr<Machine> readMachine(deploy::PartOp part);

} // namespace tandem::x86

#endif // TANDEM_TARGETS_X86_MACHINE_H
