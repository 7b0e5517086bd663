//===- RaiseAttention.cpp - recognise attention -----------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Dispatches fused operators and softmaxes to their recognisers.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Raise/AttentionParts.h"
#include "tandem/passes/Raise/ElementAccess.h"
#include "tandem/passes/Raise/NodeMatching.h"
#include "tandem/passes/Raise/Passes.h"

namespace tandem {
#define GEN_PASS_DEF_RAISEATTENTIONPASS
#include "tandem/passes/Raise/Passes.h.inc"
} // namespace tandem

using namespace mlir;
using namespace tandem;
using namespace tandem::raise;
using onnx::NodeOp;

namespace {
class RaiseAttentionPass
    : public tandem::impl::RaiseAttentionPassBase<RaiseAttentionPass> {
  void runOnOperation() override {
    ElementAccess access(getOperation(),
                         getAnalysis<primitives::SymbolicShapes>());
    raiseNodes(
        getOperation(),
        [&](NodeOp node, IRRewriter &rewriter) {
          if (isOperator(node, "Softmax")) {
            raiseDecomposedAttention(node, access, rewriter);
          } else {
            raiseFusedAttention(node, access, rewriter);
          }
        },
        &access.shapes);
  }
};
} // namespace
