//===- LowerNode.cpp - launches of a primitive ------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Lowering/LowerNode.h"

#include "tandem/targets/Nvidia/Lowering/Primitives.h"
#include "tandem/targets/Nvidia/Lowering/Support.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::nvidia;

/// Whether the inputs of a node have a row for each selected token only.
static bool isOnSelected(onnx::NodeOp op, const Scope &scope) {
  return llvm::any_of(op.getInputs(), [&](Value input) {
    auto rows = scope.rows.find(input);
    return rows != scope.rows.end() && rows->second.isSelected;
  });
}

static void lowerWhere(onnx::NodeOp op, Scope &scope) {
  Value result = op.getOutputs()[0];
  SmallVector<int64_t> shape = innerShapeOf(result);
  bool onSelected = isOnSelected(op, scope);
  SmallVector<Value> reads;
  for (Value input : op.getInputs()) {
    if (!scalarOf(input)) {
      reads.push_back(scope.rowsOf(input, shape, onSelected));
    }
  }
  Rows y = scope.makeRows(result, onSelected);
  scope.builder.launch(scope.context.kernels.where(widthOf(result),
                                                   scalarOf(op.getInputs()[1]),
                                                   scalarOf(op.getInputs()[2])),
                       onSelected, reads, y.buffer, op.getLoc());
}

static void lowerMovement(onnx::NodeOp op, Scope &scope) {
  std::vector<NodeMovement> movements = llvm::cantFail(movementsOf(op));
  Value first = op.getOutputs()[0];
  if (first != scope.result && movements.front().movement.isIdentity()) {
    Rows same = scope.rows.at(op.getInputs()[0]); // a change of shape alone
    scope.rows[first] = same;
    return;
  }
  bool onSelected = isOnSelected(op, scope);
  SmallVector<Value> made;
  for (Value output : op.getOutputs()) {
    made.push_back(scope.makeRows(output, onSelected).buffer);
  }
  for (const auto &[input, output, movement] : movements) {
    scope.builder.launch(scope.context.kernels.move(movement), onSelected,
                         scope.rows.at(op.getInputs()[input]).buffer,
                         made[output], op.getLoc());
  }
}

void tandem::nvidia::lowerNode(onnx::NodeOp op, Scope &scope) {
  StringRef name = op.getOpType();
  if (name == "Where") {
    return lowerWhere(op, scope);
  }
  if (isMovement(name)) {
    return lowerMovement(op, scope);
  }
  bool onSelected = isOnSelected(op, scope);
  Lines lines = llvm::cantFail(linesOf(op));
  Rows y = scope.makeRows(op.getOutputs()[0], onSelected);
  scope.builder.launch(
      isSoftmax(name)
          ? scope.context.kernels.softmax(lines.outer, lines.inner,
                                          name == "LogSoftmax")
          : scope.context.kernels.reduce(name, lines.outer, lines.inner),
      onSelected, scope.rows.at(op.getInputs()[0]).buffer, y.buffer,
      op.getLoc());
}
