//===- Passes.h - stage place -----------------------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Constructors and registration of the stage's passes.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_PLACE_PASSES_H
#define TANDEM_PASSES_PLACE_PASSES_H

#include "mlir/Pass/Pass.h"

#include "tandem/dialects/Deploy/IR/DeployOps.h"

namespace tandem {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "tandem/passes/Place/Passes.h.inc"

} // namespace tandem

#endif // TANDEM_PASSES_PLACE_PASSES_H
