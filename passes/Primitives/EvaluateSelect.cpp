//===- EvaluateSelect.cpp - choices and changes of type ----------*- C++
//-*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Where, Clip, casts and Dropout at inference.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Primitives/ElementTypes.h"
#include "tandem/passes/Primitives/Evaluation.h"
#include "tandem/passes/Primitives/Evaluators.h"

using namespace mlir;
using namespace tandem::primitives;
using llvm::createStringError;
using llvm::Error;
using llvm::Expected;
using llvm::Twine;

Error evaluate::where(EvaluationContext &context) {
  const Tensor &condition = context.getInput(0);
  const Tensor &taken = context.getInput(1);
  const Tensor &otherwise = context.getInput(2);
  if (Error error = checkSameType(taken, otherwise)) {
    return error;
  }
  Expected<Shape> shape =
      broadcastShapes(taken.getShape(), otherwise.getShape());
  if (shape) {
    shape = broadcastShapes(*shape, condition.getShape());
  }
  if (!shape) {
    return shape.takeError();
  }
  Expected<Tensor> result = context.allocate(taken.getElementType(), *shape);
  if (!result) {
    return result.takeError();
  }

  std::vector<int64_t> conditions = condition.widen<int64_t>();
  size_t width = taken.getElementBytes();
  char *target = result->getMutableBytes();
  std::array<Shape, 3> strides = {
      broadcastStrides(condition.getShape(), *shape),
      broadcastStrides(taken.getShape(), *shape),
      broadcastStrides(otherwise.getShape(), *shape)};
  forEachIndex<3>(*shape, strides, [&](auto offsets) {
    const char *source = conditions[offsets[0]]
                             ? taken.getBytes().data() + offsets[1] * width
                             : otherwise.getBytes().data() + offsets[2] * width;
    std::memcpy(target, source, width);
    target += width;
  });
  return context.give(std::move(result));
}

Error evaluate::clip(EvaluationContext &context) {
  const Tensor &input = context.getInput(0);
  const Tensor &least = context.getInput(1);
  const Tensor &most = context.getInput(2);
  for (const Tensor *bound : {&least, &most}) {
    if (*bound && bound->getNumElements() != 1) {
      return createStringError("bound has shape " +
                               printShape(bound->getShape()) +
                               ", expected one element");
    }
  }
  return withWide(input.getElementType(), [&](auto wide) {
    using Wide = decltype(wide);
    std::vector<Wide> values = input.widen<Wide>();
    auto replaceWhere = [&](const Tensor &bound, auto isBeyond) {
      if (!bound) {
        return;
      }
      Wide limit = bound.widen<Wide>()[0];
      for (Wide &value : values) {
        value = isBeyond(value, limit) ? limit : value;
      }
    };
    // In this order: the upper bound wins where the bounds cross.
    replaceWhere(least, [](Wide a, Wide b) { return a < b; });
    replaceWhere(most, [](Wide a, Wide b) { return a > b; });
    return context.give(0, input.getElementType(), input.getShape(), values);
  });
}

/// `input` with elements of another type.
static Expected<Tensor> convert(EvaluationContext &context, const Tensor &input,
                                Type elementType) {
  if (input.getElementType() == elementType) {
    return input;
  }
  if (Error error = context.check(elementType, input.getShape())) {
    return error;
  }
  return withWide(input.getElementType(), [&](auto wide) {
    return Tensor::narrow(elementType, input.getShape(),
                          input.widen<decltype(wide)>());
  });
}

Error evaluate::cast(EvaluationContext &context) {
  int64_t number = context.node.getInt("to", 0);
  Type elementType = getElementType(context.getContext(), number);
  if (!elementType) {
    return createStringError("casts to data type " + Twine(number) +
                             ", which is not supported");
  }
  return context.give(convert(context, context.getInput(0), elementType));
}

Error evaluate::castLike(EvaluationContext &context) {
  return context.give(convert(context, context.getInput(0),
                              context.getInput(1).getElementType()));
}

Error evaluate::dropout(EvaluationContext &context) {
  const Tensor &training = context.getInput(2);
  if (training && training.toScalar() != 0) {
    return createStringError("training mode is not supported");
  }
  const Tensor &input = context.getInput(0);
  std::vector<int64_t> mask(input.getNumElements(), 1);
  if (Error error =
          context.give(1, context.getBool(), input.getShape(), mask)) {
    return error;
  }
  return context.give(input);
}
