//===- Scope.cpp - the values of a function in a program --------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Lowering/Scope.h"

#include "tandem/targets/Nvidia/Kernels/Math.h"
#include "tandem/targets/Nvidia/Lowering/Movements.h"
#include "tandem/targets/Nvidia/Lowering/Support.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::nvidia;

Rows Scope::makeRows(Value value, bool isSelected, int64_t terms) {
  Element element = elementIn(value);
  Rows made = value == result ? Rows{builder.logits(widthOf(value)), isSelected}
              : element == Element::f32
                  ? builder.makeRows({widthOf(value), terms}, isSelected)
                  : builder.makeRows(widthOf(value), element, isSelected);
  rows[value] = made;
  return made;
}

Value Scope::vector(Value weight) {
  int64_t entry = entries.at(weight);
  auto type = cast<RankedTensorType>(context.part.getSlot(entry).getType());
  int64_t bytes = type.getNumElements() * bytesOf(*elementOf(type));
  return builder.memory(Memory::weights, bytes, 0, entry);
}

Value Scope::rowsOf(Value value, ArrayRef<int64_t> shape, bool isSelected) {
  bool isWeight = entries.contains(value);
  if (!isWeight && ArrayRef<int64_t>(innerShapeOf(value)) == shape) {
    return rows.at(value).buffer;
  }
  Movement movement = *broadcastTo(value, shape);
  Value from = isWeight ? vector(value) : rows.at(value).buffer;
  Element element = elementIn(value);
  Rows made = builder.makeRows(movement.to.count(), element, isSelected);
  builder.launch(context.kernels.move(movement, element), isSelected, from,
                 made.buffer, value.getLoc());
  return made.buffer;
}

Value Scope::rowsOf(Value value, ArrayRef<int64_t> shape, bool isSelected,
                    Element element) {
  Value own = rowsOf(value, shape, isSelected);
  if (elementIn(value) == element) {
    return own;
  }
  int64_t width = ShapedType::getNumElements(shape);
  Rows made = builder.makeRows(width, element, isSelected);
  Step cast;
  cast.function = castTo(element);
  builder.launch(context.kernels.map({width, 0}, {cast}, elementIn(value)),
                 isSelected, own, made.buffer, value.getLoc());
  return made.buffer;
}

Value Scope::rowsAs(Value value, Element element, bool isSelected) {
  return rowsOf(value, innerShapeOf(value), isSelected, element);
}

bool Scope::isOnSelected(onnx::NodeOp op) const {
  return llvm::any_of(op.getInputs(), [&](Value input) {
    auto known = rows.find(input);
    return known != rows.end() && known->second.isSelected;
  });
}

void Scope::launch(onnx::NodeOp op, const Kernel &kernel, bool onSelected,
                   ValueRange reads, ValueRange writes) {
  builder.launch(kernel, onSelected, reads, writes, op.getLoc());
}

Value Scope::operand(Value value, ArrayRef<int64_t> shape, bool isSelected) {
  auto type = cast<RankedTensorType>(value.getType());
  if (!entries.contains(value)) {
    return widthOf(value) == 1 ? rows.at(value).buffer
                               : rowsOf(value, shape, isSelected);
  }
  return type.getNumElements() == ShapedType::getNumElements(shape)
             ? vector(value)
             : rowsOf(value, shape, isSelected);
}
