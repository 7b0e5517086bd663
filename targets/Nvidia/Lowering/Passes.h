//===- Passes.h - from a part to a launch plan -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_NVIDIA_LOWERING_PASSES_H
#define TANDEM_TARGETS_NVIDIA_LOWERING_PASSES_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

#include "tandem/targets/Nvidia/IR/PlanOps.h"

namespace tandem::nvidia {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "tandem/targets/Nvidia/Lowering/Passes.h.inc"

} // namespace tandem::nvidia

#endif // TANDEM_TARGETS_NVIDIA_LOWERING_PASSES_H
