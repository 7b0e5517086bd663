//===- LowerNode.h - launches of a primitive --------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_NVIDIA_LOWERING_LOWERNODE_H
#define TANDEM_TARGETS_NVIDIA_LOWERING_LOWERNODE_H

#include "tandem/dialects/Onnx/IR/OnnxOps.h"
#include "tandem/targets/Nvidia/Lowering/Scope.h"

namespace tandem::nvidia {

/// Launches what makes the outputs of a node that is supported and not
/// element-wise.
void lowerNode(onnx::NodeOp op, Scope &scope);

} // namespace tandem::nvidia

#endif // TANDEM_TARGETS_NVIDIA_LOWERING_LOWERNODE_H
