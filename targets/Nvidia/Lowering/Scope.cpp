//===- Scope.cpp - the values of a function in a program --------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Lowering/Scope.h"

#include "tandem/targets/Nvidia/Lowering/Primitives.h"
#include "tandem/targets/Nvidia/Lowering/Support.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::nvidia;

Rows Scope::makeRows(Value value, bool isSelected, int64_t terms) {
  Rows made = value == result
                  ? Rows{builder.logits(widthOf(value)), isSelected}
                  : builder.makeRows({widthOf(value), terms}, isSelected);
  rows[value] = made;
  return made;
}

Value Scope::vector(Value weight) {
  int64_t entry = entries.at(weight);
  auto type = cast<RankedTensorType>(context.part.getSlot(entry).getType());
  return builder.memory(Memory::weights, type.getNumElements() * sizeof(float),
                        0, entry);
}

Value Scope::rowsOf(Value value, ArrayRef<int64_t> shape, bool isSelected) {
  bool isWeight = entries.contains(value);
  if (!isWeight && ArrayRef<int64_t>(innerShapeOf(value)) == shape) {
    return rows.at(value).buffer;
  }
  Movement movement = *broadcastTo(value, shape);
  Value from = isWeight ? vector(value) : rows.at(value).buffer;
  Rows made = builder.makeRows({movement.to.count(), 0}, isSelected);
  builder.launch(context.kernels.move(movement), isSelected, from, made.buffer,
                 value.getLoc());
  return made.buffer;
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
