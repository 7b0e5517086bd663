//===- ConvertOpset.cpp - one version of every operator -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Walks the nodes in program order and applies the table.
//
//===----------------------------------------------------------------------===//

#include "mlir/IR/BuiltinOps.h"

#include "tandem/passes/Primitives/KnownOpsets.h"
#include "tandem/passes/Primitives/Primitives.h"
#include "tandem/passes/Simplify/Nodes.h"
#include "tandem/passes/Simplify/OpsetTable.h"
#include "tandem/passes/Simplify/Passes.h"

namespace tandem {
#define GEN_PASS_DEF_CONVERTOPSETPASS
#include "tandem/passes/Simplify/Passes.h.inc"
} // namespace tandem

using namespace mlir;
using namespace tandem;
using namespace tandem::simplify;
using tandem::onnx::NodeOp;

namespace {

class ConvertOpsetPass
    : public tandem::impl::ConvertOpsetPassBase<ConvertOpsetPass> {
public:
  void runOnOperation() override;
};

} // namespace

/// Whether the table covers the version of `node`, a node of ai.onnx.
static bool isKnownVersion(NodeOp node) {
  return primitives::getKnownOpsets("")->contains(*node.getOpset());
}

/// Converts a node of ai.onnx. One that is unknown stays as it is, for the
/// verifier to list with the others.
static LogicalResult convert(NodeOp node) {
  const OpsetConversion *row =
      findConversion(node.getOpType(), *node.getOpset());
  bool isPrimitive = primitives::findPrimitive(node.getOpType());
  if (!isKnownVersion(node) || (row && !row->convert) ||
      (!isPrimitive && !row)) {
    return success();
  }
  // A conversion that keeps the node changes it in place.
  if (isPrimitive) {
    node.removeOpsetAttr();
  }
  return row ? row->convert(node) : success();
}

void ConvertOpsetPass::runOnOperation() {
  SmallVector<NodeOp> nodes;
  getOperation().walk<WalkOrder::PreOrder>([&](NodeOp node) {
    if (node.getOpset() && !node.getDomain()) {
      nodes.push_back(node);
    }
  });
  for (NodeOp node : nodes) {
    if (failed(convert(node))) {
      return signalPassFailure();
    }
  }
  eraseDeadNodes(getOperation());
}
