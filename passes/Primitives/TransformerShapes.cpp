//===- TransformerShapes.cpp - shapes of recognised operations --*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Almost every operation keeps the dimensions of its first operand except the
// last, whose size the type states.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Primitives/TransformerShapes.h"

#include "tandem/dialects/Transformer/IR/TransformerOps.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::primitives;

/// Gives dimensions [0, count) of `result` the values of `source`.
static void keepLeading(Value result, ArrayRef<Polynomial> source, size_t count,
                        SymbolicShapes &shapes) {
  TensorFacts facts = shapes.getFacts(result);
  if (!facts.shape) {
    return;
  }
  count = std::min({count, source.size(), facts.shape->size()});
  for (size_t axis = 0; axis < count; ++axis) {
    (*facts.shape)[axis] = source[axis];
  }
  shapes.setFacts(result, facts);
}

/// Presents are [B, heads, P + S, width].
static void inferPresents(transformer::AttentionOp op, SymbolicShapes &shapes) {
  auto query = shapes.getShape(op.getQuery());
  for (auto [present, past] :
       llvm::zip(op.getPresents(),
                 SmallVector<Value>{op.getPastKey(), op.getPastValue()})) {
    auto shape = shapes.getShape(past);
    if (!shape || !query || shape->size() != 4) {
      continue;
    }
    Dimensions dimensions(*shape);
    dimensions[2] += (*query)[1];
    keepLeading(present, dimensions, 4, shapes);
  }
}

void primitives::inferTransformerShapes(Operation *operation,
                                        SymbolicShapes &shapes) {
  if (!isa_and_present<transformer::TransformerDialect>(
          operation->getDialect()) ||
      operation->getNumOperands() == 0 || operation->getNumResults() == 0) {
    return;
  }
  if (auto attention = dyn_cast<transformer::AttentionOp>(operation)) {
    if (attention.getPastKey() && attention.getPastValue()) {
      inferPresents(attention, shapes);
    }
  }
  bool isOfTokens = isa<transformer::PastPositionsOp>(operation);
  auto source = shapes.getShape(operation->getOperand(isOfTokens ? 1 : 0));
  auto type = dyn_cast<RankedTensorType>(operation->getResult(0).getType());
  if (!source || !type) {
    return;
  }
  bool addsWidth = isa<transformer::EmbeddingOp>(operation);
  size_t leading = isOfTokens ? 2 : source->size() - (addsWidth ? 0 : 1);
  Dimensions dimensions(*source);
  keepLeading(operation->getResult(0), dimensions, leading, shapes);
}
