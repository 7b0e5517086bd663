//===- ElementMovement.cpp - operators that move elements -------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Each function maps the indices of a result to the indices of its source.
// Indices into a Gather are taken to be in range, as ONNX demands.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Raise/ElementAccess.h"
#include "tandem/passes/Raise/NodeMatching.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::raise;
using onnx::NodeOp;

/// Whether a node only rearranges all elements of its first input.
static bool isReshape(NodeOp node) {
  static constexpr StringLiteral reshapes[] = {"Reshape", "Flatten", "Squeeze",
                                               "Unsqueeze", "Identity"};
  return llvm::is_contained(reshapes, node.getOpType());
}

Element ElementAccess::expandMovement(NodeOp node, unsigned result,
                                      ArrayRef<Polynomial> indices) {
  StringRef opType = node.getOpType();
  if (isReshape(node)) {
    return reshape(node.getInput(0), node->getResult(0), indices);
  }
  if (opType == "Transpose") {
    SmallVector<int64_t> order = node.getInts("perm");
    Indices source(indices);
    for (size_t i = 0; i < indices.size(); ++i) {
      source[order.empty() ? indices.size() - 1 - i : order[i]] = indices[i];
    }
    return at(node.getInput(0), source);
  }
  if (opType == "Expand") {
    return broadcast(node, 0, indices);
  }
  if (opType == "Slice") {
    return slice(node, indices);
  }
  if (opType == "Split") {
    return split(node, result, indices);
  }
  if (opType == "Concat") {
    return concat(node, indices);
  }
  if (opType == "Gather") {
    return gather(node, indices);
  }
  if (opType == "GatherND") {
    return gatherNd(node, indices);
  }
  if (opType == "MatMul") {
    return outerProduct(node, indices);
  }
  if (opType == "Trilu") {
    return trilu(node, indices);
  }
  if (opType == "Range") {
    auto start = scalar(node.getInput(0)), step = scalar(node.getInput(2));
    return start && step ? elements.getInteger(*start + indices[0] * *step)
                         : nullptr;
  }
  if (opType == "Shape" || opType == "Size") {
    auto index = indices.empty() ? 0 : indices[0].getConstant();
    const primitives::TensorFacts &facts = shapes.getFacts(node->getResult(0));
    return index && facts.contents && (*facts.contents)[*index]
               ? elements.getInteger(*(*facts.contents)[*index])
               : nullptr;
  }
  if (opType == "ConstantOfShape") {
    auto value =
        dyn_cast_or_null<DenseElementsAttr>(node.getAttribute("value"));
    if (!value) {
      return elements.getReal(0);
    }
    Type type = value.getElementType();
    if (type.isInteger(1)) {
      return elements.getTruth(*value.value_begin<bool>());
    }
    return isa<FloatType>(type)
               ? elements.getReal(
                     (*value.value_begin<APFloat>()).convertToDouble())
               : elements.getInteger(
                     (*value.value_begin<APInt>()).getSExtValue());
  }
  return nullptr;
}

/// The axes of `shape` that are not 1.
static SmallVector<size_t> properAxes(ArrayRef<Polynomial> shape) {
  SmallVector<size_t> axes;
  for (auto [axis, dimension] : llvm::enumerate(shape)) {
    if (!dimension.is(1)) {
      axes.push_back(axis);
    }
  }
  return axes;
}

/// Equal dimensions at either end keep their indices, whatever those are. What
/// lies between goes through the position in row-major order: mixed-radix
/// digits of the result's dimensions to those of the source's.
Element ElementAccess::reshape(Value source, Value result,
                               ArrayRef<Polynomial> indices) {
  auto to = getShape(result), from = getShape(source);
  if (!to || !from) {
    return nullptr;
  }
  Indices own(from->size(), Polynomial());
  SmallVector<size_t> toStorage = properAxes(*to);
  SmallVector<size_t> fromStorage = properAxes(*from);
  ArrayRef<size_t> toAxes = toStorage, fromAxes = fromStorage;
  while (!toAxes.empty() && !fromAxes.empty() &&
         (*to)[toAxes.front()] == (*from)[fromAxes.front()]) {
    own[fromAxes.front()] = indices[toAxes.front()];
    toAxes = toAxes.drop_front();
    fromAxes = fromAxes.drop_front();
  }
  while (!toAxes.empty() && !fromAxes.empty() &&
         (*to)[toAxes.back()] == (*from)[fromAxes.back()]) {
    own[fromAxes.back()] = indices[toAxes.back()];
    toAxes = toAxes.drop_back();
    fromAxes = fromAxes.drop_back();
  }
  Polynomial position;
  for (size_t axis : toAxes) {
    position = position * (*to)[axis] + indices[axis];
  }
  for (size_t axis : llvm::reverse(fromAxes)) {
    const Polynomial &dimension = (*from)[axis];
    Polynomial quotient = elements.floorDivide(position, dimension);
    own[axis] = position - quotient * dimension;
    position = quotient;
  }
  return at(source, own);
}

Element ElementAccess::slice(NodeOp node, ArrayRef<Polynomial> indices) {
  auto shape = getShape(node.getInput(0));
  RankedTensorType starts = tensorType(node.getInput(1));
  if (!shape || !starts || starts.getRank() != 1 || starts.isDynamicDim(0)) {
    return nullptr;
  }
  Indices own(indices);
  for (int64_t i = 0; i < starts.getDimSize(0); ++i) {
    auto start = vectorAt(node.getInput(1), i);
    auto axis =
        node.getInput(3) ? vectorAt(node.getInput(3), i) : Polynomial(i);
    auto step =
        node.getInput(4) ? vectorAt(node.getInput(4), i) : Polynomial(1);
    if (!start || !axis || !axis->getConstant() || !step ||
        step->getConstant().value_or(0) <= 0) {
      return nullptr;
    }
    int64_t where = positiveAxis(*axis->getConstant(), shape->size());
    std::optional<int64_t> number = start->getConstant();
    if (number && *number < 0) { // from the end; before the front means 0
      Polynomial fromEnd = (*shape)[where] + *number;
      bool isInside = elements.isKnownNonNegative(fromEnd);
      if (!isInside && *number != std::numeric_limits<int64_t>::min()) {
        return nullptr;
      }
      start = isInside ? fromEnd : Polynomial(0);
    } else if (!elements.isKnownNonNegative(*start)) {
      return nullptr;
    }
    own[where] = *start + indices[where] * *step;
  }
  return at(node.getInput(0), own);
}

Element ElementAccess::split(NodeOp node, unsigned result,
                             ArrayRef<Polynomial> indices) {
  auto shape = getShape(node.getInput(0));
  if (!shape) {
    return nullptr;
  }
  int64_t axis = positiveAxis(node.getInt("axis", 0), shape->size());
  Indices own(indices);
  for (unsigned before = 0; before < result; ++before) {
    auto part = getShape(node->getResult(before));
    if (!part) {
      return nullptr;
    }
    own[axis] += (*part)[axis];
  }
  return at(node.getInput(0), own);
}

Element ElementAccess::concat(NodeOp node, ArrayRef<Polynomial> indices) {
  auto shape = getShape(node->getResult(0));
  if (!shape) {
    return nullptr;
  }
  int64_t axis = positiveAxis(node.getInt("axis", 0), shape->size());
  // From the last part to the first, so that choices nest to the right.
  Polynomial start;
  SmallVector<Polynomial> starts;
  for (Value part : node.getInputs()) {
    auto partShape = getShape(part);
    if (!partShape) {
      return nullptr;
    }
    starts.push_back(start);
    start += (*partShape)[axis];
  }
  Element result = nullptr;
  for (size_t i = node.getInputs().size(); i-- > 0;) {
    Element isBehind = elements.isNonNegative(indices[axis] - starts[i]);
    if (result && isBehind->kind == ElementNode::Kind::truth &&
        !isBehind->isTrue) {
      continue;
    }
    Element isBefore =
        result ? elements.isNonNegative(starts[i + 1] - 1 - indices[axis])
               : elements.getTruth(true);
    if (isBefore->kind == ElementNode::Kind::truth && !isBefore->isTrue) {
      continue;
    }
    Indices own(indices);
    own[axis] = indices[axis] - starts[i];
    Element part = at(node.getInputs()[i], own);
    result = result ? elements.getSelect(isBefore, part, result) : part;
  }
  return result;
}

Element ElementAccess::gather(NodeOp node, ArrayRef<Polynomial> indices) {
  auto data = getShape(node.getInput(0)), ids = getShape(node.getInput(1));
  if (!data || !ids) {
    return nullptr;
  }
  int64_t axis = positiveAxis(node.getInt("axis", 0), data->size());
  Element id = at(node.getInput(1), indices.slice(axis, ids->size()));
  Polynomial index = elements.toPolynomial(id);
  if (index.getConstant().value_or(0) < 0) {
    index += (*data)[axis];
  }
  Indices own(indices.take_front(axis));
  own.push_back(index);
  llvm::append_range(own, indices.drop_front(axis + ids->size()));
  return at(node.getInput(0), own);
}

Element ElementAccess::gatherNd(NodeOp node, ArrayRef<Polynomial> indices) {
  auto ids = getShape(node.getInput(1));
  auto count = ids && !ids->empty() ? ids->back().getConstant() : std::nullopt;
  if (!count || node.getInt("batch_dims", 0) != 0) {
    return nullptr;
  }
  Indices own;
  for (int64_t i = 0; i < *count; ++i) {
    Indices where(indices.take_front(ids->size() - 1));
    where.push_back(i);
    own.push_back(elements.toPolynomial(at(node.getInput(1), where)));
  }
  llvm::append_range(own, indices.drop_front(ids->size() - 1));
  return at(node.getInput(0), own);
}

/// A matrix product over one summand: how exporters multiply frequencies by
/// positions. Other products are leaves.
Element ElementAccess::outerProduct(NodeOp node, ArrayRef<Polynomial> indices) {
  auto a = getShape(node.getInput(0)), b = getShape(node.getInput(1));
  if (!a || !b || a->size() != indices.size() || b->size() != indices.size() ||
      a->size() < 2 || !a->back().is(1)) {
    return nullptr;
  }
  auto indicesOf = [&](ArrayRef<Polynomial> shape) {
    Indices own;
    for (auto [dimension, index] : llvm::zip(shape, indices)) {
      own.push_back(dimension.is(1) ? Polynomial(0) : index);
    }
    return own;
  };
  Indices left = indicesOf(*a), right = indicesOf(*b);
  left.back() = 0;
  right[right.size() - 2] = 0;
  return elements.multiply(at(node.getInput(0), left),
                           at(node.getInput(1), right));
}

/// The upper or lower triangle; the rest is zero or false.
Element ElementAccess::trilu(NodeOp node, ArrayRef<Polynomial> indices) {
  auto offset = node.getInput(1) ? scalar(node.getInput(1)) : Polynomial(0);
  RankedTensorType type = tensorType(node.getInput(0));
  if (!offset || !type || indices.size() < 2) {
    return nullptr;
  }
  // Diagonal `offset` is where column - row = offset.
  Polynomial above = indices.back() - indices[indices.size() - 2] - *offset;
  Element keeps = elements.isNonNegative(
      node.getInt("upper", 1) != 0 ? above : Polynomial() - above);
  Element source = at(node.getInput(0), indices);
  Type elementType = type.getElementType();
  if (elementType.isInteger(1)) {
    return elements.conjoin(keeps, source);
  }
  Element zero = isa<FloatType>(elementType) ? elements.getReal(0)
                                             : elements.getInteger(0);
  return elements.getSelect(keeps, source, zero);
}
