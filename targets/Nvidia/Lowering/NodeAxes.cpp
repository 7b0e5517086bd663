//===- NodeAxes.cpp - axes and constants of primitives ----------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Lowering/NodeAxes.h"

#include "tandem/dialects/Deploy/IR/DeployOps.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::nvidia;
using llvm::createStringError;
using llvm::Expected;

bool tandem::nvidia::isShared(Value value) {
  return isa_and_nonnull<deploy::WeightOp, onnx::ConstantOp>(
      value.getDefiningOp());
}

int64_t tandem::nvidia::rankOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getRank();
}

Element tandem::nvidia::elementIn(Value value) {
  return *elementOf(value.getType());
}

std::string tandem::nvidia::describe(Type type) {
  std::string text;
  llvm::raw_string_ostream(text) << type;
  return text;
}

SmallVector<int64_t> tandem::nvidia::innerShapeOf(Value rows) {
  auto type = cast<RankedTensorType>(rows.getType());
  return SmallVector<int64_t>(type.getShape().drop_front());
}

Strided tandem::nvidia::allOf(Value value) {
  if (!isShared(value)) {
    return Strided::rowMajor(innerShapeOf(value));
  }
  Strided all =
      Strided::rowMajor(cast<RankedTensorType>(value.getType()).getShape());
  all.pitch = 0;
  return all;
}

Strided tandem::nvidia::along(Strided all, int64_t axis, int64_t first,
                              int64_t count, int64_t step) {
  all.offset += first * all.strides[axis];
  all.sizes[axis] = count;
  all.strides[axis] *= step;
  return all;
}

static Number numberOf(Attribute element) {
  if (auto real = dyn_cast<FloatAttr>(element)) {
    return {real.getValueAsDouble()};
  }
  auto integer = cast<IntegerAttr>(element);
  bool isUnsigned =
      integer.getType().isInteger(1) || integer.getType().isUnsignedInteger();
  const APInt &bits = integer.getValue();
  int64_t value = isUnsigned ? bits.getZExtValue() : bits.getSExtValue();
  return {bits.roundToDouble(!isUnsigned), value};
}

/// What the part's table has for a weight that does not change from layer to
/// layer.
static TypedAttr sourceOf(deploy::WeightOp weight) {
  bool changes = weight.getLayer() && weight.getStride().value_or(0) != 0;
  auto part = weight->getParentOfType<deploy::PartOp>();
  return changes ? TypedAttr() : part.getSlot(weight.getBase()).getSource();
}

std::optional<SmallVector<Number>> tandem::nvidia::numbersOf(Value value) {
  TypedAttr source;
  if (auto constant = value.getDefiningOp<onnx::ConstantOp>()) {
    source = constant.getValue();
  } else if (auto weight = value.getDefiningOp<deploy::WeightOp>()) {
    source = sourceOf(weight);
  }
  auto elements = dyn_cast_or_null<DenseElementsAttr>(source);
  if (!elements) {
    return std::nullopt;
  }
  return llvm::map_to_vector(
      elements.getValues<Attribute>(),
      [](Attribute element) { return ::numberOf(element); });
}

std::optional<Number> tandem::nvidia::numberOf(Value value) {
  if (!value.getDefiningOp<onnx::ConstantOp>() ||
      cast<ShapedType>(value.getType()).getNumElements() != 1) {
    return std::nullopt;
  }
  auto numbers = numbersOf(value);
  return numbers ? std::optional(numbers->front()) : std::nullopt;
}

Expected<SmallVector<int64_t>>
tandem::nvidia::integersOf(onnx::NodeOp op, unsigned input,
                           ArrayRef<int64_t> fallback) {
  SmallVector<int64_t> integers(fallback);
  if (!op.getInput(input)) {
    return integers;
  }
  Value value = op.getInputs()[input];
  auto numbers = value.getDefiningOp<onnx::ConstantOp>()
                     ? numbersOf(value)
                     : std::optional<SmallVector<Number>>();
  if (!numbers ||
      isa<FloatType>(cast<ShapedType>(value.getType()).getElementType())) {
    return createStringError("has sizes, axes or indices in input " +
                             Twine(input) + " that are not constant");
  }
  return llvm::map_to_vector(
      *numbers, [](const Number &number) { return number.integer; });
}

Expected<int64_t> tandem::nvidia::innerAxis(int64_t axis, int64_t rank) {
  int64_t normal = axis < 0 ? axis + rank : axis;
  if (normal < 1 || normal >= rank) {
    return createStringError("works along axis " + Twine(axis) +
                             " of a value of rank " + Twine(rank) +
                             "; expected an axis behind that of tokens");
  }
  return normal - 1;
}

Expected<int64_t> tandem::nvidia::innerAxisOf(onnx::NodeOp op,
                                              int64_t fallback) {
  Value first = op.getInputs()[0];
  if (isShared(first)) {
    return createStringError("reads a constant; expected rows");
  }
  return innerAxis(op.getInt("axis", fallback), rankOf(first));
}

Lines Lines::of(const Strided &all, ArrayRef<int64_t> axes) {
  auto isAlong = [&](size_t i) { return llvm::is_contained(axes, i); };
  return {all.keep([&](size_t i) { return !isAlong(i); }), all.keep(isAlong)};
}
