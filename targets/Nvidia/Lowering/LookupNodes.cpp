//===- LookupNodes.cpp - launches of lookups by computed indices -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Lowering/NodeAxes.h"
#include "tandem/targets/Nvidia/Lowering/NodeRules.h"
#include "tandem/targets/Nvidia/Lowering/Support.h"

#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::nvidia;
using llvm::createStringError;
using llvm::Expected;

static llvm::Error checkIndices(Value indices) {
  if (isShared(indices) || elementIn(indices) == Element::f32) {
    return createStringError("takes indices of '" +
                             describe(indices.getType()) +
                             "'; expected integers for each token");
  }
  return llvm::Error::success();
}

/// Indices of the second input, of the axis of the first.
static Expected<Lookup> lookupOf(onnx::NodeOp op) {
  Expected<int64_t> axis = innerAxisOf(op, 0);
  llvm::Error wrongIndices = checkIndices(op.getInputs()[1]);
  if (!axis || wrongIndices) {
    return joinErrors(axis.takeError(), std::move(wrongIndices));
  }
  Lookup lookup{allOf(op.getInputs()[1]), allOf(op.getInputs()[0])};
  ArrayRef<int64_t> sizes = lookup.indices.sizes, all = lookup.data.sizes;
  bool fits = sizes.size() == all.size();
  for (size_t i = 0; fits && i < all.size(); ++i) {
    fits = int64_t(i) == *axis || sizes[i] <= all[i];
  }
  if (!fits) {
    return createStringError("takes indices of '" +
                             describe(op.getInputs()[1].getType()) + "' for '" +
                             describe(op.getInputs()[0].getType()) +
                             "'; expected as many axes, and no larger ones");
  }
  lookup.axisSize = all[*axis];
  lookup.axisStride = lookup.data.strides[*axis];
  lookup.indexElement = elementIn(op.getInputs()[1]);
  lookup.data.strides[*axis] = 0;
  lookup.data.sizes = lookup.indices.sizes;
  return lookup;
}

static Expected<Lookup> gatherOf(onnx::NodeOp op) {
  Expected<Lookup> lookup = lookupOf(op);
  if (lookup && allOf(op.getOutputs()[0]).count() != lookup->indices.count()) {
    return createStringError(
        "has a result whose type does not follow from its inputs");
  }
  return lookup;
}

static std::string whyNotGather(onnx::NodeOp op) {
  return textOf(gatherOf(op));
}

static void lowerGather(onnx::NodeOp op, Scope &scope) {
  Element element = elementIn(op.getOutputs()[0]);
  bool onSelected = scope.isOnSelected(op);
  SmallVector<Value> reads = {
      scope.rowsAs(op.getInputs()[0], element, onSelected),
      scope.rows.at(op.getInputs()[1]).buffer};
  Rows y = scope.makeRows(op.getOutputs()[0], onSelected);
  scope.launch(
      op, scope.kernels().gatherElements(llvm::cantFail(gatherOf(op)), element),
      onSelected, reads, y.buffer);
}

static Expected<Scatter> scatterOf(onnx::NodeOp op) {
  Expected<Lookup> lookup = lookupOf(op);
  if (!lookup) {
    return lookup.takeError();
  }
  Value updates = op.getInputs()[2], data = op.getInputs()[0];
  StringRef reduction = op.getString("reduction", "none");
  auto update = llvm::StringSwitch<std::optional<Update>>(reduction)
                    .Case("none", Update::replace)
                    .Case("add", Update::add)
                    .Case("mul", Update::multiply)
                    .Case("max", Update::larger)
                    .Case("min", Update::smaller)
                    .Default(std::nullopt);
  if (!update || isShared(updates) ||
      innerShapeOf(updates) != innerShapeOf(op.getInputs()[1]) ||
      innerShapeOf(op.getOutputs()[0]) != innerShapeOf(data)) {
    return createStringError("writes '" + describe(updates.getType()) +
                             "' by reduction '" + reduction +
                             "'; expected an element for each index, and "
                             "none, add, mul, max or min");
  }
  int64_t axis = llvm::cantFail(innerAxisOf(op, 0));
  Lines lines = Lines::of(lookup->indices, axis);
  return Scatter{*lookup, lines.outer, lines.inner, *update};
}

static std::string whyNotScatter(onnx::NodeOp op) {
  return textOf(scatterOf(op));
}

static void lowerScatter(onnx::NodeOp op, Scope &scope) {
  Value data = op.getInputs()[0], result = op.getOutputs()[0];
  Element element = elementIn(result);
  bool onSelected = scope.isOnSelected(op);
  Value x = scope.rowsAs(data, element, onSelected);
  SmallVector<Value> reads = {
      scope.rows.at(op.getInputs()[1]).buffer,
      scope.rowsAs(op.getInputs()[2], element, onSelected)};
  Rows y = scope.makeRows(result, onSelected);
  scope.launch(op, scope.kernels().move({allOf(data), allOf(data)}, element),
               onSelected, x, y.buffer);
  scope.launch(
      op,
      scope.kernels().scatterElements(llvm::cantFail(scatterOf(op)), element),
      onSelected, reads, y.buffer);
}

/// The new axis is one of the result.
static Expected<OneHot> oneHotOf(onnx::NodeOp op) {
  Value indices = op.getInputs()[0];
  if (llvm::Error wrong = checkIndices(indices)) {
    return wrong;
  }
  Expected<SmallVector<int64_t>> depth = integersOf(op, 1);
  auto axis = innerAxis(op.getInt("axis", -1), rankOf(indices) + 1);
  if (!depth || !axis) {
    return joinErrors(depth.takeError(), axis.takeError());
  }
  auto values = numbersOf(op.getInputs()[2]);
  if (!values || values->size() != 2 || depth->size() != 1) {
    return createStringError("takes its values from '" +
                             describe(op.getInputs()[2].getType()) +
                             "'; expected two numbers that the program has");
  }
  SmallVector<int64_t> shape = innerShapeOf(indices);
  auto count = [](ArrayRef<int64_t> sizes) {
    return ShapedType::getNumElements(sizes);
  };
  OneHot hot{count(ArrayRef(shape).take_front(*axis)),
             depth->front(),
             count(ArrayRef(shape).drop_front(*axis)),
             values->front(),
             values->back(),
             elementIn(indices)};
  if (widthOf(op.getOutputs()[0]) != hot.before * hot.depth * hot.behind) {
    return createStringError(
        "has a result whose type does not follow from its inputs");
  }
  return hot;
}

static std::string whyNotOneHot(onnx::NodeOp op) {
  return textOf(oneHotOf(op));
}

static void lowerOneHot(onnx::NodeOp op, Scope &scope) {
  bool onSelected = scope.isOnSelected(op);
  Rows y = scope.makeRows(op.getOutputs()[0], onSelected);
  scope.launch(op,
               scope.kernels().oneHot(llvm::cantFail(oneHotOf(op)),
                                      elementIn(op.getOutputs()[0])),
               onSelected, scope.rows.at(op.getInputs()[0]).buffer, y.buffer);
}

const NodeRule *tandem::nvidia::findLookupRule(StringRef operation) {
  static constexpr NodeRule gather = {whyNotGather, lowerGather},
                            scatter = {whyNotScatter, lowerScatter},
                            oneHot = {whyNotOneHot, lowerOneHot};
  return operation == "GatherElements"    ? &gather
         : operation == "ScatterElements" ? &scatter
         : operation == "OneHot"          ? &oneHot
                                          : nullptr;
}
