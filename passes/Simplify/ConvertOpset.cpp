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
#include "llvm/ADT/StringSet.h"

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

/// Fails, with an error at the node, where its version is not known.
static LogicalResult checkVersion(NodeOp node) {
  StringRef domain = node.getDomain().value_or("");
  std::optional<OpsetRange> range = getKnownOpsets(domain);
  if (!range || !node.getOpset()) {
    return success(); // unknown domains are for the verifier to list
  }
  int64_t opset = *node.getOpset();
  if (opset >= range->oldest && opset <= range->newest) {
    return success();
  }
  return node.emitOpError()
         << node.getQualifiedName() << " has opset " << opset << " of domain "
         << (domain.empty() ? "ai.onnx" : domain) << ", expected "
         << range->oldest << " to " << range->newest;
}

/// Converts a node of ai.onnx whose version is known.
static LogicalResult convert(NodeOp node) {
  const OpsetConversion *row =
      findConversion(node.getOpType(), *node.getOpset());
  if (row && !row->convert) {
    return success(); // stays as it is, for the verifier to list
  }
  bool isPrimitive = primitives::findPrimitive(node.getOpType());
  if (!isPrimitive && !row) {
    return success();
  }
  // A conversion that keeps the node changes it in place.
  if (isPrimitive) {
    node.removeOpsetAttr();
  }
  return row ? row->convert(node) : success();
}

void ConvertOpsetPass::runOnOperation() {
  // One error per operator: a model repeats its operators hundreds of times.
  llvm::StringSet<> reported;
  SmallVector<NodeOp> nodes;
  getOperation().walk<WalkOrder::PreOrder>([&](NodeOp node) {
    if (node.getOpset()) {
      nodes.push_back(node);
    }
  });
  bool hasErrors = false;
  for (NodeOp node : nodes) {
    if (reported.contains(node.getQualifiedName())) {
      continue;
    }
    bool isConverted = succeeded(checkVersion(node)) &&
                       (node.getDomain() || succeeded(convert(node)));
    if (isConverted) {
      continue;
    }
    hasErrors = true;
    reported.insert(node.getQualifiedName());
  }
  if (hasErrors) {
    return signalPassFailure();
  }
  eraseDeadNodes(getOperation());
}
