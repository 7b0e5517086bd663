//===- StableHloOps.h - the subset of StableHLO we use ----------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Provides the dialect, its attributes and operations. Relies on MLIR only.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_TPU_IR_STABLEHLOOPS_H
#define TANDEM_TARGETS_TPU_IR_STABLEHLOOPS_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "tandem/targets/Tpu/IR/StableHloDialect.h.inc"
#include "tandem/targets/Tpu/IR/StableHloEnums.h.inc"

#define GET_ATTRDEF_CLASSES
#include "tandem/targets/Tpu/IR/StableHloAttributes.h.inc"

#define GET_OP_CLASSES
#include "tandem/targets/Tpu/IR/StableHloOps.h.inc"

#endif // TANDEM_TARGETS_TPU_IR_STABLEHLOOPS_H
