//===- FoldLayouts.cpp - drop movement that cancels -------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One rule for every pair of inverse reshapes, transposes, splits and the like.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Raise/ElementAccess.h"
#include "tandem/passes/Raise/NodeMatching.h"
#include "tandem/passes/Raise/Passes.h"

namespace tandem {
#define GEN_PASS_DEF_FOLDLAYOUTSPASS
#include "tandem/passes/Raise/Passes.h.inc"
} // namespace tandem

using namespace mlir;
using namespace tandem;
using namespace tandem::raise;
using onnx::NodeOp;

/// Whether `value` is made by an operator that only moves elements. Casts and
/// arithmetic are not looked through: they round.
static bool isMovement(Value value) {
  static constexpr StringLiteral movement[] = {
      "Concat", "Expand", "Flatten", "Identity",  "Reshape",
      "Slice",  "Split",  "Squeeze", "Transpose", "Unsqueeze"};
  auto node = value.getDefiningOp<NodeOp>();
  return node && !node.getDomain() &&
         llvm::is_contained(movement, node.getOpType());
}

/// The value that `moved` equals element by element, or null.
static Value findSource(Value moved, ElementAccess &access) {
  auto shape = access.getShape(moved);
  if (!shape || moved.use_empty()) {
    return {};
  }
  Indices indices = access.makeIndices(moved);
  Element element = access.get(moved, indices,
                               [](Value value) { return !isMovement(value); });
  if (element->kind != ElementNode::Kind::load || element->tensor == moved ||
      element->tensor.getType() != moved.getType()) {
    return {};
  }
  auto source = access.getShape(element->tensor);
  bool isIdentity = source && *source == *shape && element->indices == indices;
  return isIdentity ? element->tensor : Value();
}

namespace {
class FoldLayoutsPass
    : public tandem::impl::FoldLayoutsPassBase<FoldLayoutsPass> {
  void runOnOperation() override {
    ElementAccess access(getOperation(),
                         getAnalysis<primitives::SymbolicShapes>());
    raiseNodes(
        getOperation(),
        [&](NodeOp node, IRRewriter &rewriter) {
          for (Value result : node->getResults()) {
            Value source =
                isMovement(result) ? findSource(result, access) : Value();
            if (source) {
              rewriter.replaceAllUsesWith(result, source);
            }
          }
        },
        &access.shapes);
  }
};
} // namespace
