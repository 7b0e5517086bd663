//===- Machine.h - what the target knows about a chip -----------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The keys of a fleet's `machine:` map for this target, and what follows from
// the architecture that they name.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_NVIDIA_MACHINE_H
#define TANDEM_TARGETS_NVIDIA_MACHINE_H

#include "tandem/dialects/Deploy/IR/DeployOps.h"
#include "tandem/targets/Nvidia/Architecture.h"

namespace tandem::nvidia {

/// What `#deploy.chip` says about a GPU.
struct Machine {
  /// Of the key `architecture`; sm_90a where the fleet names none.
  const Architecture *architecture = nullptr;
  /// Tokens in a block of the cache, the key `cache_block_tokens`.
  int64_t cacheBlockTokens = 64;
  /// Elements of the cache, the key `cache_element`: f32, bf16 or f16. Empty:
  /// bf16 where the part's matrices are, else f32.
  std::string cacheElement;
  /// Which of the machine's GPUs of that architecture, from 0, the key `gpu`.
  int64_t gpu = 0;
  /// Terms of bf16 that inputs of products for many rows are sums of, the key
  /// `input_terms`: 1 to 3. 0: 3 beside a cache of f32, else 2 (RowFormat.h).
  int64_t inputTerms = 0;
};

/// Reads the machine of the part's chip; fails with a diagnostic for each key
/// that is unknown or has a wrong value.
mlir::FailureOr<Machine> readMachine(deploy::PartOp part);

} // namespace tandem::nvidia

#endif // TANDEM_TARGETS_NVIDIA_MACHINE_H
