//===- EvaluateNode.h - one node on tensors ----------------------*- C++
//-*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Looks a node up in the table of primitives, checks its inputs and evaluates
// it.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_PRIMITIVES_EVALUATENODE_H
#define TANDEM_PASSES_PRIMITIVES_EVALUATENODE_H

#include "tandem/passes/Primitives/Evaluation.h"

namespace tandem::primitives {

/// The results of a primitive; results that the operator does not compute are
/// empty. Errors do not name the node.
llvm::Expected<llvm::SmallVector<Tensor>>
evaluateNode(onnx::NodeOp node, llvm::ArrayRef<Tensor> inputs,
             const EvaluationLimits &limits, SubgraphRunner runSubgraph);

} // namespace tandem::primitives

#endif // TANDEM_PASSES_PRIMITIVES_EVALUATENODE_H
