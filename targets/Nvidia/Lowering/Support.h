//===- Support.h - what the target can run -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_NVIDIA_LOWERING_SUPPORT_H
#define TANDEM_TARGETS_NVIDIA_LOWERING_SUPPORT_H

#include "tandem/dialects/Deploy/IR/DeployOps.h"
#include "tandem/dialects/Onnx/IR/OnnxOps.h"
#include "tandem/targets/Codegen/Operands.h"
#include "tandem/targets/Nvidia/Kernels/Elements.h"

#include <string>

namespace tandem::nvidia {

/// Elements of a value's rows.
int64_t widthOf(mlir::Value value);

using codegen::isWeight;
using codegen::whyNotWeights;

/// The function of Math.h that a node applies to each element, or to pairs of
/// them from the first input to the last; "Clip" is one of each. Empty where
/// there is none.
std::string functionOf(onnx::NodeOp op);

/// What a node that is element-wise computes with: its operands become that.
Element computedElement(onnx::NodeOp op);

/// Why the operands do not broadcast along the rows of the result.
std::string whyNotOperands(onnx::NodeOp op, mlir::ValueRange operands);

/// Whether the operation computes each element of a row from the elements at
/// its place.
bool isElementWise(mlir::Operation *op);

/// Why the target cannot run `op`, in words; empty where it can.
std::string whyNot(mlir::Operation *op);

/// Fails, with a diagnostic for each operation, where the part holds what the
/// target cannot run.
mlir::LogicalResult checkSupported(deploy::PartOp part);

} // namespace tandem::nvidia

#endif // TANDEM_TARGETS_NVIDIA_LOWERING_SUPPORT_H
