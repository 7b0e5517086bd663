//===- ReturnValue.cpp - return a node's value ------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Split/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include "tandem/passes/Split/ReturnValue.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::transformer;

namespace tandem {
#define GEN_PASS_DEF_RETURNVALUEPASS
#include "tandem/passes/Split/Passes.h.inc"
} // namespace tandem

StringRef tandem::nodeOf(Operation *op) {
  auto name = op->getLoc()->findInstanceOf<NameLoc>();
  return name ? name.getName().getValue() : StringRef();
}

bool tandem::hasRows(Operation *op) {
  if (op->getNumResults() == 0 || isa<RotaryTableOp>(op)) {
    return false; // a table has a row for each position
  }
  auto type = dyn_cast<RankedTensorType>(op->getResult(0).getType());
  return type && type.getRank() == 2 && type.isDynamicDim(0) &&
         !type.isDynamicDim(1) && isa<FloatType>(type.getElementType());
}

/// Whether `value` has rows of selected tokens only.
static bool isSelected(Value value) {
  SmallVector<Value> work = {value};
  llvm::DenseSet<Value> seen;
  while (!work.empty()) {
    Value next = work.pop_back_val();
    Operation *op = next.getDefiningOp();
    if (!op || !seen.insert(next).second) {
      continue;
    }
    if (isa<SelectTokensOp>(op)) {
      return true;
    }
    llvm::append_range(work, op->getOperands());
  }
  return false;
}

static void eraseDead(Block &body) {
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(body))) {
    if (isOpTriviallyDead(&op)) {
      op.erase();
    }
  }
}

namespace {
struct ReturnValuePass : tandem::impl::ReturnValuePassBase<ReturnValuePass> {
  using ReturnValuePassBase::ReturnValuePassBase;

  void runOnOperation() override {
    auto step = getOperation().lookupSymbol<func::FuncOp>("step");
    if (!step) {
      getOperation().emitError("has no function @step; run stage split first");
      return signalPassFailure();
    }
    Block &body = step.getBody().front();
    Operation *last = nullptr;
    for (Operation &op : body) {
      if (nodeOf(&op) == node && hasRows(&op)) {
        last = &op;
      }
    }
    if (!last) {
      step.emitError("has no value of rows at node '")
          << node << "'; expected the name of a node whose value is left";
      return signalPassFailure();
    }
    Operation *terminator = body.getTerminator();
    OpBuilder builder(terminator);
    Value value = last->getResult(0);
    if (!isSelected(value)) {
      value = SelectTokensOp::create(builder, last->getLoc(), value.getType(),
                                     value, step.getArgument(1));
    }
    terminator->setOperand(0, value);
    step.setFunctionType(builder.getFunctionType(
        step.getArgumentTypes(), terminator->getOperandTypes()));
    eraseDead(body);
  }
};
} // namespace
