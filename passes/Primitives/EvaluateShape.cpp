//===- EvaluateShape.cpp - shapes as data, and changes of shape alone -*- C++
//-*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Reshape and its relatives share the buffer of their input.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Primitives/Evaluation.h"
#include "tandem/passes/Primitives/Evaluators.h"

#include <algorithm>
#include <cmath>

using namespace mlir;
using namespace tandem::primitives;
using llvm::createStringError;
using llvm::Error;
using llvm::Expected;
using llvm::Twine;

/// Gives `values` as a vector of 64-bit integers.
static Error giveIntegers(EvaluationContext &context,
                          ArrayRef<int64_t> values) {
  return context.give(0, context.getInteger(64),
                      {static_cast<int64_t>(values.size())},
                      std::vector<int64_t>(values.begin(), values.end()));
}

Error evaluate::shape(EvaluationContext &context) {
  ArrayRef<int64_t> shape = context.getInput(0).getShape();
  int64_t rank = shape.size();
  auto clamp = [&](int64_t axis) {
    return std::clamp<int64_t>(axis < 0 ? axis + rank : axis, 0, rank);
  };
  int64_t start = clamp(context.node.getInt("start", 0));
  int64_t end = clamp(context.node.getInt("end", rank));
  return giveIntegers(context,
                      shape.slice(start, std::max<int64_t>(end - start, 0)));
}

Error evaluate::size(EvaluationContext &context) {
  std::vector<int64_t> count = {context.getInput(0).getNumElements()};
  return context.give(0, context.getInteger(64), {}, count);
}

/// Gives input 0 under another shape.
static Error giveReshaped(EvaluationContext &context, ArrayRef<int64_t> shape) {
  const Tensor &input = context.getInput(0);
  if (llvm::any_of(shape, [](int64_t size) { return size < 0; }) ||
      countElements(shape) != input.getNumElements()) {
    return createStringError("shape " + printShape(shape) +
                             " does not hold the elements of " +
                             printShape(input.getShape()));
  }
  return context.give(input.withShape(shape));
}

Error evaluate::reshape(EvaluationContext &context) {
  const Tensor &input = context.getInput(0);
  Shape shape = context.getIntegers(1);
  bool keepsZeros = context.node.getInt("allowzero", 0);
  int64_t known = 1;
  int64_t *open = nullptr;
  for (auto [axis, size] : llvm::enumerate(shape)) {
    if (size == 0 && !keepsZeros) {
      if (static_cast<int64_t>(axis) >= input.getRank()) {
        return createStringError("copies size of axis " + Twine(axis) +
                                 ", which the input does not have");
      }
      size = input.getDim(axis);
    }
    if (size == -1 && !open) {
      open = &size;
    } else if (size < 0 || llvm::MulOverflow(known, size, known)) {
      return createStringError("shape is " + printShape(shape));
    }
  }
  if (open) {
    *open = known == 0 ? 0 : input.getNumElements() / known;
  }
  return giveReshaped(context, shape);
}

Error evaluate::flatten(EvaluationContext &context) {
  ArrayRef<int64_t> shape = context.getInput(0).getShape();
  int64_t axis = context.node.getInt("axis", 1), rank = shape.size();
  if (axis < -rank || axis > rank) {
    return createStringError("axis is " + Twine(axis) +
                             " for a tensor of rank " + Twine(rank));
  }
  axis += axis < 0 ? rank : 0;
  return giveReshaped(context, {countElements(shape.take_front(axis)),
                                countElements(shape.drop_front(axis))});
}

Error evaluate::squeeze(EvaluationContext &context) {
  const Tensor &input = context.getInput(0);
  Shape shape;
  if (!context.hasInput(1)) {
    llvm::copy_if(input.getShape(), std::back_inserter(shape),
                  [](int64_t size) { return size != 1; });
    return giveReshaped(context, shape);
  }
  Expected<Shape> axes = normalizeAxes(context.getIntegers(1), input.getRank());
  if (!axes) {
    return axes.takeError();
  }
  for (int64_t axis = 0; axis < input.getRank(); ++axis) {
    if (!llvm::is_contained(*axes, axis)) {
      shape.push_back(input.getDim(axis));
    } else if (input.getDim(axis) != 1) {
      return createStringError("squeezes axis " + Twine(axis) + " of " +
                               printShape(input.getShape()));
    }
  }
  return giveReshaped(context, shape);
}

Error evaluate::unsqueeze(EvaluationContext &context) {
  Shape shape(context.getInput(0).getShape()), axes = context.getIntegers(1);
  Expected<Shape> sorted = normalizeAxes(axes, shape.size() + axes.size());
  if (!sorted) {
    return sorted.takeError();
  }
  for (int64_t axis : *sorted) {
    shape.insert(shape.begin() + axis, 1);
  }
  return giveReshaped(context, shape);
}

Error evaluate::constantOfShape(EvaluationContext &context) {
  Shape shape = context.getIntegers(0);
  auto attribute =
      dyn_cast_or_null<ElementsAttr>(context.node.getAttribute("value"));
  Tensor value =
      attribute ? Tensor::fromAttribute(attribute)
                : Tensor::zeros(Float32Type::get(context.getContext()), {});
  if (!value || value.getNumElements() != 1) {
    return createStringError("value is not one supported element");
  }
  Expected<Tensor> result = context.allocate(value.getElementType(), shape);
  if (!result) {
    return result.takeError();
  }
  size_t width = value.getElementBytes();
  for (int64_t i = 0, count = result->getNumElements(); i < count; ++i) {
    std::memcpy(result->getMutableBytes() + i * width, value.getBytes().data(),
                width);
  }
  return context.give(std::move(result));
}

/// Number of values from `start` towards `limit`, exact for integers.
template <typename Wide>
static uint64_t countSteps(Wide start, Wide limit, Wide delta) {
  if (delta > 0 ? !(start < limit) : !(start > limit)) {
    return 0;
  }
  if constexpr (std::is_integral_v<Wide>) {
    uint64_t from = start, to = limit, step = delta;
    return delta > 0 ? (to - from - 1) / step + 1 : (from - to - 1) / -step + 1;
  }
  return std::ceil((double(limit) - double(start)) / double(delta));
}

Error evaluate::range(EvaluationContext &context) {
  const Tensor &first = context.getInput(0);
  for (const Tensor &input : context.getInputs()) {
    if (input.getNumElements() != 1) {
      return createStringError("bound has shape " +
                               printShape(input.getShape()) +
                               ", expected one element");
    }
  }
  return withWide(first.getElementType(), [&](auto wide) -> Error {
    using Wide = decltype(wide);
    Wide start = first.widen<Wide>()[0];
    Wide limit = context.getInput(1).widen<Wide>()[0];
    Wide delta = context.getInput(2).widen<Wide>()[0];
    if (delta == 0 || delta != delta) {
      return createStringError("steps by 0");
    }
    Shape shape = {static_cast<int64_t>(
        std::min<uint64_t>(countSteps(start, limit, delta), INT64_MAX))};
    if (Error error = context.check(first.getElementType(), shape)) {
      return error;
    }
    std::vector<Wide> values(shape[0]);
    for (auto [i, value] : llvm::enumerate(values)) {
      value = start + static_cast<Wide>(i) * delta;
    }
    return context.give(0, first.getElementType(), shape, values);
  });
}
