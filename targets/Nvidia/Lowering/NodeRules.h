//===- NodeRules.h - how primitives are lowered -----------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Each family of primitives that are not element-wise is a file: what it cannot
// lower, in words, and the launches of what it can.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_NVIDIA_LOWERING_NODERULES_H
#define TANDEM_TARGETS_NVIDIA_LOWERING_NODERULES_H

#include "tandem/targets/Nvidia/Lowering/Scope.h"

namespace tandem::nvidia {

/// What is done for the primitives of one kind. Results are rows.
struct NodeRule {
  /// Why the node cannot be lowered, in words; empty where it can.
  std::string (*whyNot)(onnx::NodeOp op);
  /// Launches what makes the outputs of a node that can be lowered.
  void (*lower)(onnx::NodeOp op, Scope &scope);
};

/// The rule of a primitive that is not element-wise, or null.
const NodeRule *findNodeRule(llvm::StringRef operation);

/// Rules of one family each, or null: elements moved or chosen, lines of
/// elements combined, elements by computed indices, sums of products.
const NodeRule *findMovementRule(llvm::StringRef operation);
const NodeRule *findLineRule(llvm::StringRef operation);
const NodeRule *findLookupRule(llvm::StringRef operation);
const NodeRule *findProductRule(llvm::StringRef operation);

} // namespace tandem::nvidia

#endif // TANDEM_TARGETS_NVIDIA_LOWERING_NODERULES_H
