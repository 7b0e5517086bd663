//===- EvaluateAxis.cpp - functions along one axis ---------------*- C++
//-*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Softmax, running sums, and searches for the largest elements.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Primitives/Evaluation.h"
#include "tandem/passes/Primitives/Evaluators.h"
#include "tandem/passes/Primitives/Softmax.h"

#include <algorithm>
#include <cmath>
#include <numeric>

using namespace mlir;
using namespace tandem::primitives;
using llvm::createStringError;
using llvm::Error;
using llvm::Expected;
using llvm::Twine;

/// Calls `body(first, stride)` for each line of elements along an axis: its
/// first element and the distance of neighbours.
template <typename Body>
static void forEachLine(const AxisSplit &split, Body body) {
  for (int64_t outer = 0; outer < split.outer; ++outer) {
    for (int64_t inner = 0; inner < split.inner; ++inner) {
      body(outer * split.size * split.inner + inner, split.inner);
    }
  }
}

//===----------------------------------------------------------------------===//
// Softmax and running sums
//===----------------------------------------------------------------------===//

/// Replaces each line of elements along the node's axis by `function` of it.
template <typename Function>
static Error mapLines(EvaluationContext &context, Function function) {
  const Tensor &input = context.getInput(0);
  Expected<int64_t> axis =
      normalizeAxis(context.node.getInt("axis", -1), input.getRank());
  if (!axis) {
    return axis.takeError();
  }
  std::vector<double> values = input.widen<double>();
  AxisSplit split(input.getShape(), *axis);
  std::vector<double> line(split.size);
  forEachLine(split, [&](int64_t first, int64_t stride) {
    for (int64_t i = 0; i < split.size; ++i) {
      line[i] = values[first + i * stride];
    }
    function(MutableArrayRef<double>(line));
    for (int64_t i = 0; i < split.size; ++i) {
      values[first + i * stride] = line[i];
    }
  });
  return context.give(0, input.getElementType(), input.getShape(), values);
}

Error evaluate::softmax(EvaluationContext &context) {
  return mapLines(context, softmaxInPlace);
}

Error evaluate::logSoftmax(EvaluationContext &context) {
  return mapLines(context, [](MutableArrayRef<double> line) {
    if (line.empty()) {
      return;
    }
    double top = *std::max_element(line.begin(), line.end()), sum = 0;
    for (double value : line) {
      sum += std::exp(value - top);
    }
    for (double &value : line) {
      value = value - top - std::log(sum);
    }
  });
}

Error evaluate::cumSum(EvaluationContext &context) {
  const Tensor &input = context.getInput(0);
  Shape given = context.getIntegers(1);
  if (given.size() != 1) {
    return createStringError("axis is not one number");
  }
  Expected<int64_t> axis = normalizeAxis(given[0], input.getRank());
  if (!axis) {
    return axis.takeError();
  }
  bool excludesOwn = context.node.getInt("exclusive", 0);
  bool fromEnd = context.node.getInt("reverse", 0);
  AxisSplit split(input.getShape(), *axis);
  return withWide(input.getElementType(), [&](auto wide) {
    using Wide = decltype(wide);
    using Number = std::conditional_t<std::is_integral_v<Wide>, uint64_t, Wide>;
    std::vector<Wide> values = input.widen<Wide>();
    forEachLine(split, [&](int64_t first, int64_t stride) {
      Number sum = 0;
      for (int64_t i = 0; i < split.size; ++i) {
        Wide &value =
            values[first + (fromEnd ? split.size - 1 - i : i) * stride];
        Number before = sum;
        sum += value;
        value = excludesOwn ? before : sum;
      }
    });
    return context.give(0, input.getElementType(), input.getShape(), values);
  });
}

//===----------------------------------------------------------------------===//
// Searches
//===----------------------------------------------------------------------===//

/// Gives the position along the axis of the element that beats all others.
template <typename Compare>
static Error giveArg(EvaluationContext &context, Compare beats) {
  const Tensor &input = context.getInput(0);
  Expected<int64_t> axis =
      normalizeAxis(context.node.getInt("axis", 0), input.getRank());
  if (!axis) {
    return axis.takeError();
  }
  bool takesLast = context.node.getInt("select_last_index", 0);
  AxisSplit split(input.getShape(), *axis);
  if (split.size == 0) {
    return createStringError("searches an axis of size 0");
  }
  std::vector<int64_t> found;
  withWide(input.getElementType(), [&](auto wide) {
    auto values = input.widen<decltype(wide)>();
    forEachLine(split, [&](int64_t first, int64_t stride) {
      int64_t best = 0;
      for (int64_t i = 1; i < split.size; ++i) {
        auto value = values[first + i * stride];
        auto top = values[first + best * stride];
        if (beats(value, top) || (takesLast && value == top)) {
          best = i;
        }
      }
      found.push_back(best);
    });
  });
  Shape shape(input.getShape());
  shape[*axis] = 1;
  if (!context.node.getInt("keepdims", 1)) {
    shape.erase(shape.begin() + *axis);
  }
  return context.give(0, context.getInteger(64), shape, found);
}

Error evaluate::argMax(EvaluationContext &context) {
  return giveArg(context, [](auto a, auto b) { return a > b; });
}

Error evaluate::argMin(EvaluationContext &context) {
  return giveArg(context, [](auto a, auto b) { return a < b; });
}

Error evaluate::topK(EvaluationContext &context) {
  const Tensor &input = context.getInput(0);
  Shape given = context.getIntegers(1);
  Expected<int64_t> axis =
      normalizeAxis(context.node.getInt("axis", -1), input.getRank());
  if (!axis) {
    return axis.takeError();
  }
  AxisSplit split(input.getShape(), *axis);
  if (given.size() != 1 || given[0] < 0 || given[0] > split.size) {
    return createStringError("takes " + printShape(given) + " of " +
                             Twine(split.size) + " elements");
  }
  int64_t count = given[0];
  bool largest = context.node.getInt("largest", 1);
  Shape shape(input.getShape());
  shape[*axis] = count;

  return withWide(input.getElementType(), [&](auto wide) -> Error {
    using Wide = decltype(wide);
    std::vector<Wide> values = input.widen<Wide>(), top(countElements(shape));
    std::vector<int64_t> positions(top.size()), order(split.size);
    int64_t line = 0;
    forEachLine(split, [&](int64_t first, int64_t stride) {
      std::iota(order.begin(), order.end(), 0);
      llvm::sort(order, [&](int64_t a, int64_t b) {
        Wide x = values[first + a * stride], y = values[first + b * stride];
        bool isLarger = x > y || (x != x && y == y); // NaN is the largest
        bool isSmaller = x < y || (x == x && y != y);
        // Of equal elements the first comes first.
        return isLarger || isSmaller ? isLarger == largest : a < b;
      });
      int64_t target =
          line / split.inner * count * split.inner + line % split.inner;
      for (int64_t i = 0; i < count; ++i) {
        positions[target + i * split.inner] = order[i];
        top[target + i * split.inner] = values[first + order[i] * stride];
      }
      ++line;
    });
    if (Error error =
            context.give(1, context.getInteger(64), shape, positions)) {
      return error;
    }
    return context.give(0, input.getElementType(), shape, top);
  });
}
