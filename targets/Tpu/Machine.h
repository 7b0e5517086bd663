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

#ifndef TANDEM_TARGETS_TPU_MACHINE_H
#define TANDEM_TARGETS_TPU_MACHINE_H

#include "tandem/dialects/Deploy/IR/DeployOps.h"

#include <string>

namespace tandem::tpu {

/// What `#deploy.chip` says about a TPU.
struct Machine {
  /// `generation`: v5e, v6e, 7x, 8t or 8i; empty where the fleet names none.
  /// The same programs run on all of them.
  std::string generation;
};

/// Reads the machine of the part's chip; fails with a diagnostic for each key
/// that is unknown or has a wrong value.
mlir::FailureOr<Machine> readMachine(deploy::PartOp part);

} // namespace tandem::tpu

#endif // TANDEM_TARGETS_TPU_MACHINE_H
