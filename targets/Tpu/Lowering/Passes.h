//===- Passes.h - from a part to StableHLO ----------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_TPU_LOWERING_PASSES_H
#define TANDEM_TARGETS_TPU_LOWERING_PASSES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

#include "tandem/targets/Tpu/IR/StableHloOps.h"

namespace tandem::tpu {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "tandem/targets/Tpu/Lowering/Passes.h.inc"

} // namespace tandem::tpu

#endif // TANDEM_TARGETS_TPU_LOWERING_PASSES_H
