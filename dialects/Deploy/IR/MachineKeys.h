//===- MachineKeys.h - the machine map of a part's chip ---------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_DIALECTS_DEPLOY_IR_MACHINEKEYS_H
#define TANDEM_DIALECTS_DEPLOY_IR_MACHINEKEYS_H

#include <string>

#include "llvm/ADT/STLFunctionalExtras.h"

#include "tandem/dialects/Deploy/IR/DeployOps.h"

namespace tandem::deploy {

/// Hands each entry of the machine map of the part's chip to `readKey`, which
/// returns what it expected in the entry's place, or nothing where it took it.
/// Fails with a diagnostic for each entry that was not taken.
mlir::LogicalResult
readMachineKeys(PartOp part,
                llvm::function_ref<std::string(mlir::NamedAttribute)> readKey);

} // namespace tandem::deploy

#endif // TANDEM_DIALECTS_DEPLOY_IR_MACHINEKEYS_H
