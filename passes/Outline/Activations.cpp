//===- Activations.cpp - what a step computes from its tokens ---*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Outline/Activations.h"

#include "tandem/dialects/Transformer/IR/TransformerOps.h"

using namespace mlir;
using namespace tandem;

Activations::Activations(func::FuncOp step) {
  for (BlockArgument argument : step.getArguments()) {
    if (isa<RankedTensorType, transformer::KvCacheType>(argument.getType())) {
      values.insert(argument);
    }
  }
  for (Operation &op : step.getBody().front()) {
    if (llvm::any_of(op.getOperands(),
                     [&](Value operand) { return contains(operand); })) {
      values.insert_range(op.getResults());
    }
  }
}
