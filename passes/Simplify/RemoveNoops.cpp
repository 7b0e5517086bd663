//===- RemoveNoops.cpp - drop nodes without effect -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Replaces nodes by their input where they change neither shape, type nor
// elements. Chains of shape changes that end where they began count as one.
//
//===----------------------------------------------------------------------===//

#include "mlir/IR/BuiltinOps.h"

#include "tandem/passes/Primitives/SymbolicShapes.h"
#include "tandem/passes/Simplify/Nodes.h"
#include "tandem/passes/Simplify/Passes.h"

namespace tandem {
#define GEN_PASS_DEF_REMOVENOOPSPASS
#include "tandem/passes/Simplify/Passes.h.inc"
} // namespace tandem

using namespace mlir;
using namespace tandem;
using namespace tandem::simplify;
using namespace tandem::primitives;
using tandem::onnx::NodeOp;

namespace {

class RemoveNoopsPass
    : public tandem::impl::RemoveNoopsPassBase<RemoveNoopsPass> {
public:
  void runOnOperation() override;
};

} // namespace

static bool isOneOf(NodeOp node, ArrayRef<StringRef> names) {
  return llvm::any_of(names,
                      [&](StringRef name) { return node.isPrimitive(name); });
}

/// Whether both values have the same known shape and element type.
static bool haveSameType(SymbolicShapes &shapes, Value a, Value b) {
  const TensorFacts &left = shapes.getFacts(a), &right = shapes.getFacts(b);
  return left.isKnown() && left.elementType == right.elementType &&
         left.shape == right.shape;
}

/// Whether a node that copies elements of its first input does so in order:
/// then an equal shape means equal tensors.
static bool keepsOrder(NodeOp node, SymbolicShapes &shapes) {
  if (isOneOf(node, {"Cast", "CastLike", "Expand", "Tile"})) {
    return true;
  }
  if (node.isPrimitive("Slice")) {
    auto steps = node.getInput(4) ? shapes.getIntegers(node.getInput(4))
                                  : SmallVector<int64_t>{1};
    return steps && llvm::all_of(*steps, [](int64_t step) { return step > 0; });
  }
  if (node.isPrimitive("Transpose")) {
    SmallVector<int64_t> order = node.getInts("perm");
    return node.getAttribute("perm") &&
           llvm::equal(order, llvm::seq<int64_t>(0, order.size()));
  }
  return isOneOf(node, {"Concat", "Split"}) && node.getNumResults() == 1;
}

/// The value that the node equals, or null.
static Value findEqual(NodeOp node, SymbolicShapes &shapes) {
  Value result = node.getResult(0), input = node.getInputs()[0];
  if (keepsOrder(node, shapes) && haveSameType(shapes, input, result)) {
    return input;
  }
  if (!isOneOf(node, {"Reshape", "Flatten", "Squeeze", "Unsqueeze"})) {
    return {};
  }
  while (true) {
    if (haveSameType(shapes, input, result)) {
      return input;
    }
    auto previous = input.getDefiningOp<NodeOp>();
    if (!previous ||
        !isOneOf(previous, {"Reshape", "Flatten", "Squeeze", "Unsqueeze"})) {
      return {};
    }
    input = previous.getInputs()[0];
  }
}

void RemoveNoopsPass::runOnOperation() {
  auto &shapes = getAnalysis<SymbolicShapes>();
  IRRewriter rewriter(&getContext(), &shapes);
  getOperation().walk([&](NodeOp node) {
    if (node.getInputs().empty() || node.getNumResults() != 1) {
      return;
    }
    Value equal = findEqual(node, shapes);
    if (!equal) {
      return;
    }
    rewriter.replaceOp(node, equal);
  });
  eraseDeadNodes(getOperation());
}
