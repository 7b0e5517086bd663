//===- OrderOperations.cpp - depth-first order -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Moves every node before its first user in the order of a depth-first walk
// from the terminator. The walk keeps its own stack: graphs are deep.
//
//===----------------------------------------------------------------------===//

#include "mlir/IR/BuiltinOps.h"

#include "tandem/passes/Simplify/Nodes.h"
#include "tandem/passes/Simplify/Passes.h"

namespace tandem {
#define GEN_PASS_DEF_ORDEROPERATIONSPASS
#include "tandem/passes/Simplify/Passes.h.inc"
} // namespace tandem

using namespace mlir;
using namespace tandem;

namespace {

class OrderOperationsPass
    : public tandem::impl::OrderOperationsPassBase<OrderOperationsPass> {
public:
  void runOnOperation() override;
};

} // namespace

/// The operations of `block` that `operation`, or what is nested in it, uses,
/// in the order of the operands.
static SmallVector<Operation *> getOperandsWithin(Operation *operation,
                                                  Block &block) {
  SmallVector<Operation *> result;
  operation->walk<WalkOrder::PreOrder>([&](Operation *inner) {
    for (Value operand : inner->getOperands()) {
      Operation *definition = operand.getDefiningOp();
      if (definition && definition->getBlock() == &block) {
        result.push_back(definition);
      }
    }
  });
  return result;
}

static void orderBlock(Block &block) {
  struct Frame {
    Operation *operation;
    SmallVector<Operation *> operands;
    size_t next = 0;
  };
  Operation *terminator = block.getTerminator();
  llvm::DenseSet<Operation *> visited;
  SmallVector<Frame> stack;
  stack.push_back({terminator, getOperandsWithin(terminator, block)});
  while (!stack.empty()) {
    Frame &top = stack.back();
    if (top.next < top.operands.size()) {
      Operation *operand = top.operands[top.next++];
      if (visited.insert(operand).second) {
        stack.push_back({operand, getOperandsWithin(operand, block)});
      }
      continue;
    }
    if (top.operation != terminator) {
      top.operation->moveBefore(terminator);
    }
    stack.pop_back();
  }
}

void OrderOperationsPass::runOnOperation() {
  simplify::eraseDeadNodes(getOperation());
  getOperation().walk([](Block *block) {
    if (!isa<ModuleOp>(block->getParentOp()) && block->mightHaveTerminator()) {
      orderBlock(*block);
    }
  });
}
