//===- Support.h - what the target can run ----------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_X86_LOWERING_SUPPORT_H
#define TANDEM_TARGETS_X86_LOWERING_SUPPORT_H

#include "tandem/targets/X86/Kernels/Kernels.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include "tandem/dialects/Deploy/IR/DeployOps.h"
#include "tandem/dialects/Onnx/IR/OnnxOps.h"
#include "tandem/targets/Codegen/Operands.h"

namespace tandem::x86 {

/// What an operation costs the schedule.
enum class WorkKind {
  none,      ///< weights, constants, positions: an address, no work
  tokenWise, ///< each token by itself
  linear,
  attention,
  control, ///< calls and loops over layers
};

/// How `op` is run; it is supported.
WorkKind workKindOf(mlir::Operation *op);

/// Empty if the target runs `op`, the reason in words otherwise.
std::string whyNot(mlir::Operation *op);

/// Why the target does not compute elements of `type`, in words; empty where it
/// does.
std::string whyNotElement(mlir::Type type);

/// Width of a value's rows.
int64_t widthOf(mlir::Value value);

using codegen::isWeight;
using codegen::scalarOf;
using codegen::whyNotWeights;

/// How an operand of an element-wise operation with rows of `width` varies.
Operand operandKindOf(mlir::Value value);

/// The function (of `lookupUnary` or `lookupBinary`) that a node applies to
/// each element, attributes considered; empty where there is none.
std::string functionOf(onnx::NodeOp op);

/// Sizes of the parts of a Split, or nothing where they are not known.
std::optional<llvm::SmallVector<int64_t>> splitWidths(onnx::NodeOp op);

} // namespace tandem::x86

#endif // TANDEM_TARGETS_X86_LOWERING_SUPPORT_H
