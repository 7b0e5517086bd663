//===- ListValues.cpp - values of a step, by node -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#include "ListValues.h"

#include "llvm/Support/raw_ostream.h"

#include "tandem/dialects/Transformer/IR/TransformerOps.h"
#include "tandem/passes/Split/ReturnValue.h"

using namespace mlir;

namespace tandem {
namespace {

/// Counts of paths modulo a prime: equal counts mean equal sets of paths but
/// for a chance of 2^-61.
constexpr uint64_t prime = (uint64_t(1) << 61) - 1;
using PathCounts = llvm::DenseMap<Value, uint64_t>;

uint64_t multiply(uint64_t a, uint64_t b) {
  return static_cast<uint64_t>(static_cast<unsigned __int128>(a) * b % prime);
}

/// Whether `operand` carries rows: a cache passes on what other layers stored,
/// which attention of this layer does not read.
bool carriesRows(OpOperand &operand) {
  auto append = dyn_cast<transformer::AppendOp>(operand.getOwner());
  return !append || operand.getOperandNumber() != 0;
}

/// Paths from the tokens to each value.
PathCounts countFromTokens(func::FuncOp step) {
  PathCounts paths;
  paths[step.getArgument(0)] = 1;
  for (Operation &op : step.getBody().front()) {
    uint64_t sum = 0;
    for (OpOperand &operand : op.getOpOperands()) {
      if (carriesRows(operand)) {
        sum = (sum + paths.lookup(operand.get())) % prime;
      }
    }
    for (Value result : op.getResults()) {
      paths[result] = sum;
    }
  }
  return paths;
}

/// Paths from each value to the logits.
PathCounts countToLogits(func::FuncOp step) {
  PathCounts paths;
  Block &body = step.getBody().front();
  paths[body.getTerminator()->getOperand(0)] = 1;
  for (Operation &op : llvm::reverse(body.without_terminator())) {
    uint64_t sum = 0;
    for (Value result : op.getResults()) {
      sum = (sum + paths.lookup(result)) % prime;
    }
    for (OpOperand &operand : op.getOpOperands()) {
      if (carriesRows(operand)) {
        uint64_t &count = paths[operand.get()];
        count = (count + sum) % prime;
      }
    }
  }
  return paths;
}

} // namespace

void listValues(func::FuncOp step, llvm::raw_ostream &stream) {
  PathCounts before = countFromTokens(step), after = countToLogits(step);
  uint64_t all = after.lookup(step.getArgument(0));
  for (Operation &op : step.getBody().front()) {
    if (!hasRows(&op) || nodeOf(&op).empty()) {
      continue;
    }
    Value value = op.getResult(0);
    bool isCut = multiply(before.lookup(value), after.lookup(value)) == all;
    stream << cast<ShapedType>(value.getType()).getDimSize(1)
           << (isCut ? " * " : " - ") << nodeOf(&op) << "\n";
  }
}

} // namespace tandem
