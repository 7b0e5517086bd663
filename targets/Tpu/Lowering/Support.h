//===- Support.h - what the target can run ----------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_TPU_LOWERING_SUPPORT_H
#define TANDEM_TARGETS_TPU_LOWERING_SUPPORT_H

#include "tandem/dialects/Deploy/IR/DeployOps.h"
#include "tandem/dialects/Onnx/IR/OnnxOps.h"

#include <string>

namespace tandem::tpu {

/// Whether a primitive of these inputs computes each element from the elements
/// at its place, by a function that is known here.
bool isElementWise(onnx::NodeOp op);

/// Why the target cannot run `op`, in words; empty where it can.
std::string whyNot(mlir::Operation *op);

/// Fails, with a diagnostic for each operation and weight, where the part holds
/// what the target cannot run.
mlir::LogicalResult checkSupported(deploy::PartOp part);

} // namespace tandem::tpu

#endif // TANDEM_TARGETS_TPU_LOWERING_SUPPORT_H
