//===- MovementNodes.cpp - launches of movements and choices ----*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Lowering/Movements.h"
#include "tandem/targets/Nvidia/Lowering/NodeRules.h"
#include "tandem/targets/Nvidia/Lowering/Support.h"

#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::nvidia;
using llvm::createStringError;
using llvm::Expected;

static std::string whyNotMovement(onnx::NodeOp op) {
  return textOf(movementsOf(op));
}

static void lowerMovement(onnx::NodeOp op, Scope &scope) {
  Movements movements = llvm::cantFail(movementsOf(op));
  Value first = op.getOutputs()[0], input = op.getInputs()[0];
  Element element = elementIn(first);
  if (first != scope.result && elementIn(input) == element &&
      movements.copies.front().movement.isIdentity()) {
    Rows same = scope.rows.at(input); // a change of shape alone
    scope.rows[first] = same;
    return;
  }
  bool onSelected = scope.isOnSelected(op);
  SmallVector<Value> made;
  for (Value output : op.getOutputs()) {
    made.push_back(scope.makeRows(output, onSelected).buffer);
  }
  if (movements.background) {
    scope.launch(
        op,
        scope.kernels().fill(widthOf(first), *movements.background, element),
        onSelected, {}, made[0]);
  }
  for (const auto &[index, output, movement] : movements.copies) {
    scope.launch(op, scope.kernels().move(movement, element), onSelected,
                 scope.rowsAs(op.getInputs()[index], element, onSelected),
                 made[output]);
  }
}

static std::string whyNotWhere(onnx::NodeOp op) {
  return numberOf(op.getInputs()[0])
             ? "chooses by a constant; expected a condition for each token"
             : whyNotOperands(op, op.getInputs());
}

static void lowerWhere(onnx::NodeOp op, Scope &scope) {
  Value result = op.getOutputs()[0];
  SmallVector<int64_t> shape = innerShapeOf(result);
  bool onSelected = scope.isOnSelected(op);
  Element element = elementIn(result);
  SmallVector<Value> reads = {
      scope.rowsOf(op.getInputs()[0], shape, onSelected)};
  for (Value input : op.getInputs().drop_front()) {
    if (!numberOf(input)) {
      reads.push_back(scope.rowsOf(input, shape, onSelected, element));
    }
  }
  Rows y = scope.makeRows(result, onSelected);
  scope.launch(op,
               scope.kernels().where(widthOf(result),
                                     numberOf(op.getInputs()[1]),
                                     numberOf(op.getInputs()[2]), element),
               onSelected, reads, y.buffer);
}

static Expected<Triangle> triangleOf(onnx::NodeOp op) {
  Value input = op.getInputs()[0];
  Expected<SmallVector<int64_t>> diagonal = integersOf(op, 1, {0});
  if (!diagonal) {
    return diagonal.takeError();
  }
  if (isShared(input) || rankOf(input) < 3 || diagonal->size() != 1) {
    return createStringError("takes a triangle of '" +
                             llvm::Twine(describe(input.getType())) +
                             "'; expected matrices behind tokens");
  }
  SmallVector<int64_t> shape = innerShapeOf(input);
  Triangle triangle;
  triangle.columns = shape.back();
  triangle.rows = shape[shape.size() - 2];
  triangle.matrices = widthOf(input) / triangle.rows / triangle.columns;
  triangle.diagonal = diagonal->front();
  triangle.isUpper = op.getInt("upper", 1);
  return triangle;
}

static std::string whyNotTriangle(onnx::NodeOp op) {
  return textOf(triangleOf(op));
}

static void lowerTriangle(onnx::NodeOp op, Scope &scope) {
  Element element = elementIn(op.getOutputs()[0]);
  bool onSelected = scope.isOnSelected(op);
  Value x = scope.rowsAs(op.getInputs()[0], element, onSelected);
  Rows y = scope.makeRows(op.getOutputs()[0], onSelected);
  scope.launch(
      op, scope.kernels().triangle(llvm::cantFail(triangleOf(op)), element),
      onSelected, x, y.buffer);
}

const NodeRule *tandem::nvidia::findMovementRule(StringRef operation) {
  static constexpr NodeRule movement = {whyNotMovement, lowerMovement},
                            where = {whyNotWhere, lowerWhere},
                            triangle = {whyNotTriangle, lowerTriangle};
  return isMovement(operation)  ? &movement
         : operation == "Where" ? &where
         : operation == "Trilu" ? &triangle
                                : nullptr;
}
