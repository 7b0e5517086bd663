//===- ShapeContext.cpp - what a shape function works with -------*- C++
//-*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Facts and the rules that every family of shape functions shares.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Primitives/ShapeContext.h"

using namespace mlir;
using namespace tandem::primitives;

std::optional<SmallVector<int64_t>> TensorFacts::getIntegers() const {
  if (!contents) {
    return std::nullopt;
  }
  SmallVector<int64_t> integers;
  for (const std::optional<Polynomial> &element : *contents) {
    std::optional<int64_t> value =
        element ? element->getConstant() : std::nullopt;
    if (!value) {
      return std::nullopt;
    }
    integers.push_back(*value);
  }
  return integers;
}

std::optional<Dimensions> TensorFacts::getElements() const {
  if (!contents) {
    return std::nullopt;
  }
  Dimensions elements;
  for (const std::optional<Polynomial> &element : *contents) {
    if (!element) {
      return std::nullopt;
    }
    elements.push_back(*element);
  }
  return elements;
}

Polynomial tandem::primitives::countElements(ArrayRef<Polynomial> shape) {
  Polynomial count(1);
  for (const Polynomial &dimension : shape) {
    count *= dimension;
  }
  return count;
}

ShapeContext::ShapeContext(onnx::NodeOp node, SymbolSpace &space,
                           ArrayRef<TensorFacts> inputs)
    : node(node), space(space), inputs(inputs), results(node.getNumResults()) {
  for (Value input : node.getInputs()) {
    present.push_back(!isa<NoneType>(input.getType()));
  }
}

void ShapeContext::set(unsigned index, Type elementType, Dimensions shape) {
  if (index >= results.size()) {
    return;
  }
  results[index].elementType = elementType;
  results[index].shape = std::move(shape);
}

void ShapeContext::setContents(unsigned index, Contents contents) {
  if (index < results.size() && contents.size() <= TensorFacts::maxContents) {
    results[index].contents = std::move(contents);
  }
}

FailureOr<int64_t> ShapeContext::normalizeAxis(int64_t axis, int64_t rank) {
  if (axis >= -rank && axis < rank) {
    return axis < 0 ? axis + rank : axis;
  }
  emitError() << "axis is " << axis << ", expected one of rank " << rank;
  return failure();
}

FailureOr<Polynomial> ShapeContext::broadcast(const Polynomial &a,
                                              const Polynomial &b) {
  if (a == b || b.is(1)) {
    return a;
  }
  if (a.is(1)) {
    return b;
  }
  // At most 1 (the first element of what may be empty): as 1.
  if (space.isNonNegative(Polynomial(1) - b)) {
    return a;
  }
  if (space.isNonNegative(Polynomial(1) - a)) {
    return b;
  }
  // A dimension that is a number other than 1 wins: the other is 1 or equal.
  bool aIsNumber = a.getConstant().has_value();
  if (aIsNumber != b.getConstant().has_value()) {
    return aIsNumber ? a : b;
  }
  if (failed(requireEqual(a, b, "broadcast dimensions"))) {
    return failure();
  }
  return space.resolve(a);
}

FailureOr<Dimensions> ShapeContext::broadcast(ArrayRef<Polynomial> a,
                                              ArrayRef<Polynomial> b) {
  if (a.size() < b.size()) {
    std::swap(a, b);
  }
  Dimensions result(a);
  size_t offset = a.size() - b.size();
  for (auto [index, dimension] : llvm::enumerate(b)) {
    FailureOr<Polynomial> common = broadcast(a[offset + index], dimension);
    if (failed(common)) {
      return failure();
    }
    result[offset + index] = *common;
  }
  return result;
}

LogicalResult ShapeContext::requireEqual(const Polynomial &a,
                                         const Polynomial &b, StringRef what) {
  Polynomial left = space.resolve(a), right = space.resolve(b);
  std::string name;
  if (auto location = node.getLoc()->findInstanceOf<NameLoc>()) {
    name = " '" + location.getName().str() + "'";
  }
  std::string reason = (what + " of " + node.getQualifiedName() + name).str();
  if (!space.differ(left, right) && space.assumeEqual(left, right, reason)) {
    return success();
  }
  return emitError() << what << " are " << space.toString(left) << " and "
                     << space.toString(right) << ", expected equal";
}

Polynomial ShapeContext::getUnknownDimension(unsigned result, unsigned axis) {
  StringRef name = node.getOpType();
  if (auto location = node.getLoc()->findInstanceOf<NameLoc>()) {
    name = location.getName();
  }
  return space.resolve(space.getComputedDimension(name, result, axis));
}

InFlightDiagnostic ShapeContext::emitError() {
  return node.emitOpError() << node.getQualifiedName() << " ";
}
