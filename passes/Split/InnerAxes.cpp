//===- InnerAxes.cpp - primitives along axes behind tokens ------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Split/InnerAxes.h"

#include "mlir/IR/Builders.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace tandem;

namespace {

/// What says the axes of an operator.
enum class Source {
  axis,    ///< attribute `axis`
  perm,    ///< attribute `perm`
  axes,    ///< a list of them in an input
  newAxis, ///< attribute `axis`, of the result, which has one more
  newAxes, ///< a list of them in an input, of the result
  lastTwo, ///< the operator itself: the last two
  pads,    ///< numbers before, then behind each axis in an input; 0: unchanged
  repeats, ///< a number for each axis in an input: 1 where nothing happens
  target,  ///< the sizes of the result in an input, 0 or -1 where known so
};

constexpr unsigned allInputs = ~0U;

struct Rule {
  Source source = Source::axis;
  unsigned input = 1;     ///< the one that has the list
  int64_t fallback = -1;  ///< of attribute `axis`
  unsigned rowInputs = 1; ///< inputs with a row for each token, from the first
};

} // namespace

static const Rule *ruleOf(StringRef opType) {
  static const llvm::StringMap<Rule> rules = {
      {"ArgMax", {Source::axis, 1, 0}},
      {"ArgMin", {Source::axis, 1, 0}},
      {"Concat", {Source::axis, 1, -1, allInputs}},
      {"CumSum", {Source::axes}},
      {"Expand", {Source::repeats}},
      {"Gather", {Source::axis, 1, 0}},
      {"GatherElements", {Source::axis, 1, 0, allInputs}},
      {"LogSoftmax", {Source::axis}},
      {"OneHot", {Source::newAxis}},
      {"Pad", {Source::pads}},
      {"ReduceL1", {Source::axes}},
      {"ReduceL2", {Source::axes}},
      {"ReduceLogSum", {Source::axes}},
      {"ReduceLogSumExp", {Source::axes}},
      {"ReduceMax", {Source::axes}},
      {"ReduceMean", {Source::axes}},
      {"ReduceMin", {Source::axes}},
      {"ReduceProd", {Source::axes}},
      {"ReduceSum", {Source::axes}},
      {"ReduceSumSquare", {Source::axes}},
      {"Reshape", {Source::target}},
      {"ScatterElements", {Source::axis, 1, 0, allInputs}},
      {"Slice", {Source::axes, 3}},
      {"Softmax", {Source::axis}},
      {"Split", {Source::axis, 1, 0}},
      {"Squeeze", {Source::axes}},
      {"Tile", {Source::repeats}},
      {"TopK", {Source::axis}},
      {"Transpose", {Source::perm}},
      {"Trilu", {Source::lastTwo}},
      {"Unsqueeze", {Source::newAxes}},
  };
  auto rule = rules.find(opType);
  return rule == rules.end() ? nullptr : &rule->second;
}

bool tandem::hasAxes(onnx::NodeOp op) { return ruleOf(op.getOpType()); }

static int64_t rankOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getRank();
}

/// The list of integers in an input, absent where it is not constant.
static std::optional<SmallVector<int64_t>> listOf(onnx::NodeOp op,
                                                  unsigned input) {
  Value value = op.getInput(input);
  auto constant = value ? value.getDefiningOp<onnx::ConstantOp>() : nullptr;
  auto elements =
      constant ? dyn_cast<DenseIntElementsAttr>(constant.getValue()) : nullptr;
  if (!elements) {
    return std::nullopt;
  }
  SmallVector<int64_t> list;
  for (const APInt &element : elements) {
    list.push_back(element.getSExtValue());
  }
  return list;
}

/// The axes of a Pad that have other sizes than before; absent where they are
/// not known.
static std::optional<SmallVector<int64_t>> paddedAxes(onnx::NodeOp op) {
  int64_t rank = rankOf(op.getInputs()[0]);
  std::optional<SmallVector<int64_t>> pads = listOf(op, 1), axes;
  if (op.getInput(3)) {
    axes = listOf(op, 3);
  } else {
    axes = llvm::to_vector(llvm::seq(rank));
  }
  if (!pads || !axes || pads->size() != 2 * axes->size()) {
    return std::nullopt;
  }
  SmallVector<int64_t> padded;
  for (auto [i, axis] : llvm::enumerate(*axes)) {
    if ((*pads)[i] != 0 || (*pads)[axes->size() + i] != 0) {
      padded.push_back(axis + (axis < 0 ? rank : 0));
    }
  }
  return padded;
}

/// The axes that `op` works along, from 0 on; absent where they are not known.
static std::optional<SmallVector<int64_t>> axesOf(onnx::NodeOp op) {
  const Rule &rule = *ruleOf(op.getOpType());
  int64_t rank = rankOf(op.getInputs()[0]);
  SmallVector<int64_t> list;
  if (rule.source == Source::pads) {
    return paddedAxes(op);
  }
  if (rule.source == Source::lastTwo) {
    return SmallVector<int64_t>{rank - 2, rank - 1};
  }
  if (rule.source == Source::newAxis) {
    int64_t axis = op.getInt("axis", rule.fallback);
    return SmallVector<int64_t>{axis + (axis < 0 ? rank + 1 : 0)};
  }
  if (rule.source == Source::newAxes) {
    rank = rankOf(op.getOutputs()[0]);
  }
  if (rule.source == Source::axis) {
    list = {op.getInt("axis", rule.fallback)};
  } else if (rule.source == Source::perm) {
    list = op.getInts("perm");
  } else if (auto given = listOf(op, rule.input)) {
    list = *given;
  } else {
    return std::nullopt;
  }
  SmallVector<int64_t> axes;
  for (auto [i, entry] : llvm::enumerate(list)) {
    bool isKept = (rule.source == Source::perm && entry == int64_t(i)) ||
                  (rule.source == Source::repeats && entry == 1) ||
                  (rule.source == Source::target && entry <= 0 && i < 2);
    bool namesAxes = rule.source == Source::axis ||
                     rule.source == Source::axes ||
                     rule.source == Source::newAxes;
    if (!isKept) {
      axes.push_back(namesAxes ? entry + (entry < 0 ? rank : 0) : i);
    }
  }
  return axes;
}

/// Elements behind batch and sequence, or kDynamic.
static int64_t innerElements(Value value) {
  ArrayRef<int64_t> shape =
      cast<RankedTensorType>(value.getType()).getShape().drop_front(2);
  return ShapedType::isDynamicShape(shape) ? ShapedType::kDynamic
                                           : ShapedType::getNumElements(shape);
}

std::string tandem::whyNotInner(onnx::NodeOp op,
                                llvm::function_ref<bool(Value)> isTokenMajor) {
  std::string name = op.getQualifiedName();
  for (auto [i, input] : llvm::enumerate(op.getInputs())) {
    bool isRows = i < ruleOf(op.getOpType())->rowInputs;
    if (isTokenMajor(input) != isRows) {
      return llvm::formatv(
          isRows ? "'{0}' reads in input {1} what is the same for all tokens"
                 : "'{0}' has sizes, axes or indices in input {1} that change "
                   "from token to token",
          name, i);
    }
  }
  std::optional<SmallVector<int64_t>> axes = axesOf(op);
  if (!axes) {
    return llvm::formatv("'{0}' has no constant list of axes or sizes", name);
  }
  for (int64_t axis : *axes) {
    if (axis < 2) {
      return llvm::formatv("'{0}' works along axis {1}; expected axes behind "
                           "batch and sequence",
                           name, axis);
    }
  }
  // A Reshape could still take a token's elements from another one.
  Value from = op.getInputs()[0], to = op.getOutputs()[0];
  bool isReshape = op.getOpType() == "Reshape";
  if (isReshape &&
      (rankOf(to) < 2 || innerElements(from) != innerElements(to) ||
       innerElements(to) == ShapedType::kDynamic)) {
    return llvm::formatv("'{0}' of '{1}' to '{2}' moves elements from token to "
                         "token",
                         name, from.getType(), to.getType());
  }
  return {};
}

/// Sets an attribute of the node.
static void setAttribute(onnx::NodeOp op, StringRef name, Attribute value) {
  NamedAttrList attributes(op.getNodeAttributes());
  attributes.set(name, value);
  op.setNodeAttributesAttr(attributes.getDictionary(op.getContext()));
}

void tandem::flattenAxes(
    onnx::NodeOp op, int64_t rank,
    llvm::function_ref<Value(ArrayRef<int64_t>)> makeIntegers) {
  const Rule &rule = *ruleOf(op.getOpType());
  Builder builder(op.getContext());
  auto fromEnd = [&](int64_t axis) { return axis < 0 ? axis : axis - rank; };
  SmallVector<int64_t> list;
  switch (rule.source) {
  case Source::lastTwo:
    return;
  case Source::newAxis:
    rank += 1;
    [[fallthrough]];
  case Source::axis:
    setAttribute(
        op, "axis",
        builder.getI64IntegerAttr(fromEnd(op.getInt("axis", rule.fallback))));
    return;
  case Source::pads:
    if (op.getInput(3)) {
      list = llvm::map_to_vector(*listOf(op, 3), fromEnd);
      op.getInputsMutable()[3].assign(makeIntegers(list));
      return;
    }
    list = *listOf(op, 1);
    list.erase(list.begin() + rank);
    list.erase(list.begin());
    break;
  case Source::perm:
    for (int64_t axis : op.getInts("perm")) {
      if (axis != 0) {
        list.push_back(axis - 1);
      }
    }
    setAttribute(op, "perm", builder.getDenseI64ArrayAttr(list));
    return;
  case Source::newAxes:
    rank += listOf(op, rule.input)->size();
    [[fallthrough]];
  case Source::axes:
    list = llvm::map_to_vector(*listOf(op, rule.input), fromEnd);
    break;
  case Source::repeats:
  case Source::target:
    list = *listOf(op, rule.input);
    list.erase(list.begin());
    if (rule.source == Source::target) {
      auto type = cast<RankedTensorType>(op.getOutputs()[0].getType());
      list = {-1}; // tokens
      llvm::append_range(list, type.getShape().drop_front());
    }
    break;
  }
  op.getInputsMutable()[rule.input].assign(makeIntegers(list));
}
