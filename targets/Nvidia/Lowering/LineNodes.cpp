//===- LineNodes.cpp - launches of what combines lines of elements -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Lowering/NodeAxes.h"
#include "tandem/targets/Nvidia/Lowering/NodeRules.h"
#include "tandem/targets/Nvidia/Lowering/Support.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::nvidia;
using llvm::createStringError;
using llvm::Expected;

static bool isSoftmax(StringRef operation) {
  return operation == "Softmax" || operation == "LogSoftmax";
}

/// The elements that a kernel of the operator takes: the first input's.
static Expected<Element> elementOfLines(onnx::NodeOp op, bool isKnown) {
  if (isKnown) {
    return elementIn(op.getInputs()[0]);
  }
  return createStringError("'" + op.getOpType() + "' of '" +
                           describe(op.getInputs()[0].getType()) +
                           "' has no kernel");
}

static Expected<Strided> rowsOf(onnx::NodeOp op) {
  if (isShared(op.getInputs()[0])) {
    return createStringError("reduces a constant; expected rows");
  }
  return allOf(op.getInputs()[0]);
}

//===----------------------------------------------------------------------===//
// Reductions and softmax
//===----------------------------------------------------------------------===//

/// The lines of a primitive with attribute `axis` or, for reductions, axes in
/// its second input.
static Expected<Lines> linesOf(onnx::NodeOp op) {
  bool isReduction = !isSoftmax(op.getOpType());
  Expected<SmallVector<int64_t>> axes =
      integersOf(op, 1, op.getInt("axis", -1));
  Expected<Strided> all = rowsOf(op);
  if (!axes || !all) {
    return joinErrors(axes.takeError(), all.takeError());
  }
  if (isReduction && (op.getInputs().size() < 2 || axes->empty())) {
    return createStringError(
        "reduces along all axes; expected axes behind that of tokens");
  }
  SmallVector<int64_t> reduced;
  for (int64_t axis : *axes) {
    Expected<int64_t> inner = innerAxis(axis, rankOf(op.getInputs()[0]));
    if (!inner) {
      return inner.takeError();
    }
    reduced.push_back(*inner);
  }
  Lines lines = Lines::of(*all, reduced);
  int64_t made = allOf(op.getOutputs()[0]).count();
  if (made != (isReduction ? lines.outer.count() : all->count())) {
    return createStringError(
        "has a result whose type does not follow from its input");
  }
  return lines;
}

static std::string whyNotLines(onnx::NodeOp op) {
  StringRef name = op.getOpType();
  if (std::string why = textOf(rowsOf(op)); !why.empty()) {
    return why;
  }
  Element element = elementIn(op.getInputs()[0]);
  bool isKnown = isSoftmax(name) ? element == Element::f32
                                 : Kernels::canReduce(name, element);
  std::string why = textOf(elementOfLines(op, isKnown));
  return why.empty() ? textOf(linesOf(op)) : why;
}

static void lowerLines(onnx::NodeOp op, Scope &scope) {
  StringRef name = op.getOpType();
  bool onSelected = scope.isOnSelected(op);
  const auto [outer, inner] = llvm::cantFail(linesOf(op));
  Rows y = scope.makeRows(op.getOutputs()[0], onSelected);
  Kernel kernel =
      isSoftmax(name)
          ? scope.kernels().softmax(outer, inner, name == "LogSoftmax")
          : scope.kernels().reduce(name, outer, inner,
                                   elementIn(op.getInputs()[0]));
  scope.launch(op, kernel, onSelected, scope.rows.at(op.getInputs()[0]).buffer,
               y.buffer);
}

//===----------------------------------------------------------------------===//
// Selections
//===----------------------------------------------------------------------===//

/// The index of the first element of each line.
static Expected<Selection> argumentOf(onnx::NodeOp op) {
  Expected<int64_t> axis = innerAxisOf(op, 0);
  if (!axis) {
    return axis.takeError();
  }
  Lines from = Lines::of(allOf(op.getInputs()[0]), *axis);
  Strided to = Strided::rowMajor(from.outer.sizes);
  if (allOf(op.getOutputs()[0]).count() != to.count()) {
    return createStringError(
        "has a result whose type does not follow from its input");
  }
  Selection selection{from.outer, from.inner, to,
                      to.keep([](size_t) { return false; })};
  selection.isLargest = op.getOpType() == "ArgMax";
  selection.prefersLast = op.getInt("select_last_index", 0);
  selection.hasValues = false;
  return selection;
}

/// The first elements of each line, in the order in which they are given:
/// sorted, whether the node asks for that or not.
static Expected<Selection> topOf(onnx::NodeOp op) {
  Expected<int64_t> axis = innerAxisOf(op, -1);
  Expected<SmallVector<int64_t>> count = integersOf(op, 1);
  if (!axis || !count) {
    return joinErrors(axis.takeError(), count.takeError());
  }
  if (op.getOutputs().size() != 2) {
    return createStringError("has " + Twine(op.getOutputs().size()) +
                             " results; expected values and indices");
  }
  Lines from = Lines::of(allOf(op.getInputs()[0]), *axis);
  SmallVector<int64_t> shape = innerShapeOf(op.getInputs()[0]);
  if (count->size() != 1 || count->front() > shape[*axis]) {
    return createStringError("takes more elements than the " +
                             Twine(shape[*axis]) + " of its axis");
  }
  shape[*axis] = count->front();
  for (Value output : op.getOutputs()) {
    if (innerShapeOf(output) != shape) {
      return createStringError(
          "has results whose types do not follow from its inputs");
    }
  }
  Lines to = Lines::of(Strided::rowMajor(shape), *axis);
  Selection selection{from.outer, from.inner, to.outer, to.inner};
  selection.isLargest = op.getInt("largest", 1);
  return selection;
}

static Expected<Selection> selectionOf(onnx::NodeOp op) {
  return op.getOpType() == "TopK" ? topOf(op) : argumentOf(op);
}

/// Indices are i64 in every kernel, as ONNX has them.
static std::string whyNotSelection(onnx::NodeOp op) {
  Value indices = op.getOutputs().back();
  if (elementIn(indices) != Element::i64) {
    return "makes indices of '" + describe(indices.getType()) +
           "'; expected i64";
  }
  return textOf(selectionOf(op));
}

static void lowerSelection(onnx::NodeOp op, Scope &scope) {
  bool onSelected = scope.isOnSelected(op);
  Value x = op.getInputs()[0];
  SmallVector<Value> made;
  for (Value output : op.getOutputs()) {
    made.push_back(scope.makeRows(output, onSelected).buffer);
  }
  scope.launch(
      op, scope.kernels().best(llvm::cantFail(selectionOf(op)), elementIn(x)),
      onSelected, scope.rows.at(x).buffer, made);
}

//===----------------------------------------------------------------------===//
// Scans
//===----------------------------------------------------------------------===//

static Expected<Scan> scanOf(onnx::NodeOp op) {
  Expected<SmallVector<int64_t>> axes = integersOf(op, 1);
  Expected<Strided> all = rowsOf(op);
  if (!axes || !all) {
    return joinErrors(axes.takeError(), all.takeError());
  }
  if (axes->size() != 1) {
    return createStringError("sums along " + Twine(axes->size()) +
                             " axes; expected one");
  }
  Expected<int64_t> axis = innerAxis(axes->front(), rankOf(op.getInputs()[0]));
  if (!axis) {
    return axis.takeError();
  }
  Lines lines = Lines::of(*all, *axis);
  return Scan{lines.outer, lines.inner, bool(op.getInt("exclusive", 0)),
              bool(op.getInt("reverse", 0))};
}

static std::string whyNotScan(onnx::NodeOp op) { return textOf(scanOf(op)); }

static void lowerScan(onnx::NodeOp op, Scope &scope) {
  Element element = elementIn(op.getOutputs()[0]);
  bool onSelected = scope.isOnSelected(op);
  Value x = scope.rowsAs(op.getInputs()[0], element, onSelected);
  Rows y = scope.makeRows(op.getOutputs()[0], onSelected);
  scope.launch(op, scope.kernels().scan(llvm::cantFail(scanOf(op)), element),
               onSelected, x, y.buffer);
}

const NodeRule *tandem::nvidia::findLineRule(StringRef operation) {
  static constexpr NodeRule lines = {whyNotLines, lowerLines},
                            selection = {whyNotSelection, lowerSelection},
                            scan = {whyNotScan, lowerScan};
  bool isSelection =
      operation == "ArgMax" || operation == "ArgMin" || operation == "TopK";
  return isSelection                                             ? &selection
         : operation == "CumSum"                                 ? &scan
         : isSoftmax(operation) || Kernels::canReduce(operation) ? &lines
                                                                 : nullptr;
}
