//===- PlanOps.h - launch plans of a part -----------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_NVIDIA_IR_PLANOPS_H
#define TANDEM_TARGETS_NVIDIA_IR_PLANOPS_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/RegionKindInterface.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "tandem/targets/Nvidia/IR/PlanDialect.h.inc"
#include "tandem/targets/Nvidia/IR/PlanEnums.h.inc"

#define GET_TYPEDEF_CLASSES
#include "tandem/targets/Nvidia/IR/PlanTypes.h.inc"

#define GET_OP_CLASSES
#include "tandem/targets/Nvidia/IR/PlanOps.h.inc"

namespace tandem::nvidia {

/// Attribute of a kernel: bytes of dynamic shared memory that it needs.
inline constexpr llvm::StringLiteral sharedBytesAttribute =
    "nvidia.shared_bytes";

/// Bytes of an argument that is a tensor map.
inline constexpr int64_t tensorMapBytes = 128;

/// The buffer that an operand of a launch is, or that it maps.
BufferOp bufferOf(mlir::Value value);

} // namespace tandem::nvidia

#endif // TANDEM_TARGETS_NVIDIA_IR_PLANOPS_H
