//===- NormalizeTargets.cpp - constant targets -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Rewrites the operands that say where a Reshape, Expand or Slice leads.
//
//===----------------------------------------------------------------------===//

#include "mlir/IR/BuiltinOps.h"

#include "tandem/passes/Primitives/SymbolicShapes.h"
#include "tandem/passes/Simplify/Nodes.h"
#include "tandem/passes/Simplify/Passes.h"
#include "tandem/passes/Simplify/Targets.h"

namespace tandem {
#define GEN_PASS_DEF_NORMALIZETARGETSPASS
#include "tandem/passes/Simplify/Passes.h.inc"
} // namespace tandem

using namespace mlir;
using namespace tandem;
using namespace tandem::simplify;
using namespace tandem::primitives;
using tandem::onnx::NodeOp;

namespace {

class NormalizeTargetsPass
    : public tandem::impl::NormalizeTargetsPassBase<NormalizeTargetsPass> {
public:
  void runOnOperation() override;
};

/// Rewrites one node; knows the shapes of its inputs and results.
class TargetWriter {
public:
  TargetWriter(NodeOp node, SymbolicShapes &shapes)
      : node(node), shapes(shapes), builder(node) {}

  void write();

private:
  ArrayRef<Polynomial> getShape(Value value) { return *shapes.getShape(value); }
  void writeReshape();
  void writeExpand();
  void writeSlice();
  void mergeUnsqueeze();
  void setIntegers(unsigned index, ArrayRef<int64_t> values) {
    Value constant = createIntegers(builder, node.getLoc(), values);
    shapes.visit(constant.getDefiningOp());
    node.getInputsMutable()[index].assign(constant);
  }

  NodeOp node;
  SymbolicShapes &shapes;
  OpBuilder builder;
};

} // namespace

/// The start of a chain of nodes that change only the shape.
static Value skipReshapes(Value value) {
  while (true) {
    NodeOp node;
    for (StringRef opType : {"Reshape", "Flatten", "Squeeze", "Unsqueeze"}) {
      if (!node) {
        node = getPrimitive(value, opType);
      }
    }
    if (!node) {
      return value;
    }
    value = node.getInputs()[0];
  }
}

void TargetWriter::writeReshape() {
  Value result = node.getResult(0), start = skipReshapes(node.getInputs()[0]);
  if (!shapes.getShape(start)) {
    return;
  }
  // A whole chain in one step where that can be written, else this one node.
  for (Value input : {start, node.getInputs()[0]}) {
    auto type = cast<RankedTensorType>(result.getType());
    std::optional<SmallVector<int64_t>> axes =
        writeUnsqueezeAxes(getShape(input), getShape(result));
    if (axes && isa<IntegerType>(type.getElementType())) {
      node.setOpType("Unsqueeze"); // index tensors of masks
    } else if (std::optional<SmallVector<int64_t>> target =
                   writeReshapeTarget(getShape(input), getShape(result))) {
      node.setOpType("Reshape");
      axes = target;
    } else {
      continue;
    }
    Value operands[] = {input, createIntegers(builder, node.getLoc(), *axes)};
    shapes.visit(operands[1].getDefiningOp());
    node.getInputsMutable().assign(operands);
    node.setNodeAttributesAttr(builder.getDictionaryAttr({}));
    return;
  }
}

void TargetWriter::writeExpand() {
  if (std::optional<SmallVector<int64_t>> target = writeExpandTarget(
          getShape(node.getInputs()[0]), getShape(node.getResult(0)))) {
    setIntegers(1, *target);
  }
}

void TargetWriter::writeSlice() {
  auto starts = shapes.getElements(node.getInput(1));
  auto ends = shapes.getElements(node.getInput(2));
  auto axes = node.getInput(3) ? shapes.getIntegers(node.getInput(3))
                               : std::optional<SmallVector<int64_t>>();
  auto steps = node.getInput(4) ? shapes.getIntegers(node.getInput(4))
                                : std::optional<SmallVector<int64_t>>();
  if (!starts || !ends || (node.getInput(3) && !axes) ||
      (node.getInput(4) && !steps)) {
    return;
  }
  ArrayRef<Polynomial> input = getShape(node.getInputs()[0]);
  SmallVector<int64_t> newStarts, newEnds, newAxes, newSteps;
  for (size_t i = 0; i < starts->size(); ++i) {
    int64_t axis = axes ? (*axes)[i] : i;
    int64_t step = steps ? (*steps)[i] : 1;
    axis += axis < 0 ? input.size() : 0;
    std::optional<SliceBounds> bounds = simplify::writeSlice(
        shapes.getSymbols(), axis, input[axis], (*starts)[i], (*ends)[i]);
    if (step < 1 || !bounds) {
      return; // backwards, or a bound that the graph computes
    }
    if (step == 1 && bounds->start == 0 && bounds->end == INT64_MAX) {
      continue;
    }
    newStarts.push_back(bounds->start);
    newEnds.push_back(bounds->end);
    newAxes.push_back(axis);
    newSteps.push_back(step);
  }
  SmallVector<Value> operands = {node.getInputs()[0]};
  for (ArrayRef<int64_t> values : {newStarts, newEnds, newAxes, newSteps}) {
    operands.push_back(createIntegers(builder, node.getLoc(), values));
    shapes.visit(operands.back().getDefiningOp());
  }
  node.getInputsMutable().assign(operands);
}

/// Several Unsqueeze nodes become one.
void TargetWriter::mergeUnsqueeze() {
  Value start = node.getInputs()[0];
  while (NodeOp inner = getPrimitive(start, "Unsqueeze")) {
    start = inner.getInputs()[0];
  }
  std::optional<SmallVector<int64_t>> axes =
      shapes.getShape(start)
          ? writeUnsqueezeAxes(getShape(start), getShape(node.getResult(0)))
          : std::nullopt;
  if (!axes) {
    return;
  }
  node.getInputsMutable()[0].assign(start);
  setIntegers(1, *axes);
}

void TargetWriter::write() {
  for (Value value : {node.getInputs()[0], Value(node.getResult(0))}) {
    if (!shapes.getType(value)) {
      return;
    }
  }
  if (node.isPrimitive("Reshape") || node.isPrimitive("Flatten")) {
    writeReshape();
  } else if (node.isPrimitive("Expand")) {
    writeExpand();
  } else if (node.isPrimitive("Slice")) {
    writeSlice();
  } else if (node.isPrimitive("Unsqueeze")) {
    mergeUnsqueeze();
  }
}

void NormalizeTargetsPass::runOnOperation() {
  auto &shapes = getAnalysis<SymbolicShapes>();
  getOperation().walk([&](NodeOp node) {
    if (!node.getInputs().empty() && node.getNumResults() == 1) {
      TargetWriter(node, shapes).write();
    }
  });
  eraseDeadNodes(getOperation());
}
