//===- EvaluateReduce.cpp - reductions over axes -----------------*- C++
//-*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Sums run in row-major order in double (or exactly, for integers), so a result
// does not depend on how the work is cut.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Primitives/Evaluation.h"
#include "tandem/passes/Primitives/Evaluators.h"

#include <cmath>
#include <limits>
#include <numeric>

using namespace mlir;
using namespace tandem::primitives;
using llvm::createStringError;
using llvm::Error;
using llvm::Expected;

namespace {
/// Which element of the result each element of the input goes to.
struct Plan {
  Shape shape;   ///< of the result
  Shape strides; ///< in the result, along the input's axes; 0 where reduced
  int64_t size;  ///< elements of the result
  double count;  ///< input elements for each of them
};
} // namespace

/// The axes that a node reduces, of input 1 or all.
static Expected<Shape> reducedAxes(EvaluationContext &context) {
  int64_t rank = context.getInput(0).getRank();
  Shape axes = context.getIntegers(1);
  if (axes.empty() && !context.node.getInt("noop_with_empty_axes", 0)) {
    axes.resize(rank);
    std::iota(axes.begin(), axes.end(), 0);
  }
  return normalizeAxes(axes, rank);
}

static Expected<Plan> plan(EvaluationContext &context) {
  const Tensor &input = context.getInput(0);
  Expected<Shape> axes = reducedAxes(context);
  if (!axes) {
    return axes.takeError();
  }
  Shape kept(input.getShape());
  for (int64_t axis : *axes) {
    kept[axis] = 1;
  }
  Plan plan;
  plan.strides = broadcastStrides(kept, input.getShape());
  plan.size = countElements(kept);
  plan.count = 1;
  bool keepsAxes = context.node.getInt("keepdims", 1);
  for (int64_t axis = 0; axis < input.getRank(); ++axis) {
    bool isReduced = llvm::is_contained(*axes, axis);
    if (isReduced) {
      plan.count *= input.getDim(axis);
      plan.strides[axis] = 0;
    }
    if (!isReduced || keepsAxes) {
      plan.shape.push_back(kept[axis]);
    }
  }
  return plan;
}

/// Folds the elements of each group with `step`, from `initial`.
template <typename Wide, typename Step>
static std::vector<Wide> fold(const Tensor &input, const Plan &plan,
                              Wide initial, Step step) {
  std::vector<Wide> values = input.widen<Wide>();
  std::vector<Wide> results(plan.size, initial);
  const Wide *next = values.data();
  forEachIndex<1>(input.getShape(), {plan.strides}, [&](auto offsets) {
    Wide &result = results[offsets[0]];
    result = step(result, *next++);
  });
  return results;
}

/// Reduces in the wide type of the elements.
template <typename Step>
static Error reduceNumbers(EvaluationContext &context, int64_t initial,
                           Step step) {
  Expected<Plan> plan = ::plan(context);
  if (!plan) {
    return plan.takeError();
  }
  const Tensor &input = context.getInput(0);
  return withWide(input.getElementType(), [&](auto wide) {
    using Wide = decltype(wide);
    return context.give(0, input.getElementType(), plan->shape,
                        fold<Wide>(input, *plan, initial, step));
  });
}

/// Reduces in double, then applies `finish(sum, count)`.
template <typename Step, typename Finish>
static Error reduceFloats(EvaluationContext &context, Step step,
                          Finish finish) {
  Expected<Plan> plan = ::plan(context);
  if (!plan) {
    return plan.takeError();
  }
  const Tensor &input = context.getInput(0);
  std::vector<double> results = fold<double>(input, *plan, 0, step);
  for (double &result : results) {
    result = finish(result, plan->count);
  }
  return context.give(0, input.getElementType(), plan->shape, results);
}

/// Reduces to the extreme element by `isBeyond`, from the other end of the
/// type's range; NaN wins.
template <typename Compare>
static Error reduceToExtreme(EvaluationContext &context, bool toLargest,
                             Compare isBeyond) {
  Expected<Plan> plan = ::plan(context);
  if (!plan) {
    return plan.takeError();
  }
  const Tensor &input = context.getInput(0);
  return withStorage(input.getElementType(), [&](auto storage) {
    using T = typename decltype(storage)::Type;
    using Wide = typename decltype(storage)::Wide;
    Wide initial;
    if constexpr (std::is_integral_v<T>) {
      initial = toLargest ? std::numeric_limits<T>::min()
                          : std::numeric_limits<T>::max();
    } else {
      initial = toLargest ? -HUGE_VAL : HUGE_VAL;
    }
    return context.give(0, input.getElementType(), plan->shape,
                        fold<Wide>(input, *plan, initial, [&](Wide a, Wide b) {
                          return isBeyond(a, b) || a != a ? a : b;
                        }));
  });
}

/// Integer arithmetic wraps, which C++ defines for unsigned types only.
template <typename Wide>
using Arithmetic = std::conditional_t<std::is_integral_v<Wide>, uint64_t, Wide>;

static constexpr auto addTo = [](auto sum, auto x) -> decltype(x) {
  using Number = Arithmetic<decltype(x)>;
  return static_cast<Number>(sum) + static_cast<Number>(x);
};
static constexpr auto addSquareTo = [](auto sum, auto x) -> decltype(x) {
  using Number = Arithmetic<decltype(x)>;
  return static_cast<Number>(sum) +
         static_cast<Number>(x) * static_cast<Number>(x);
};

Error evaluate::reduceSum(EvaluationContext &context) {
  return reduceNumbers(context, 0, addTo);
}

Error evaluate::reduceSumSquare(EvaluationContext &context) {
  return reduceNumbers(context, 0, addSquareTo);
}

Error evaluate::reduceL1(EvaluationContext &context) {
  return reduceNumbers(context, 0, [](auto sum, auto x) -> decltype(x) {
    using Number = Arithmetic<decltype(x)>;
    return x < 0 ? static_cast<Number>(sum) - static_cast<Number>(x)
                 : static_cast<Number>(sum) + static_cast<Number>(x);
  });
}

Error evaluate::reduceProd(EvaluationContext &context) {
  return reduceNumbers(context, 1, [](auto product, auto x) -> decltype(x) {
    using Number = Arithmetic<decltype(x)>;
    return static_cast<Number>(product) * static_cast<Number>(x);
  });
}

Error evaluate::reduceMax(EvaluationContext &context) {
  return reduceToExtreme(context, /*toLargest=*/true,
                         [](auto a, auto b) { return a > b; });
}

Error evaluate::reduceMin(EvaluationContext &context) {
  return reduceToExtreme(context, /*toLargest=*/false,
                         [](auto a, auto b) { return a < b; });
}

Error evaluate::reduceMean(EvaluationContext &context) {
  return reduceFloats(context, addTo,
                      [](double sum, double count) { return sum / count; });
}

Error evaluate::reduceL2(EvaluationContext &context) {
  return reduceFloats(context, addSquareTo,
                      [](double sum, double) { return std::sqrt(sum); });
}

Error evaluate::reduceLogSum(EvaluationContext &context) {
  return reduceFloats(context, addTo,
                      [](double sum, double) { return std::log(sum); });
}

Error evaluate::reduceLogSumExp(EvaluationContext &context) {
  Expected<Plan> plan = ::plan(context);
  if (!plan) {
    return plan.takeError();
  }
  const Tensor &input = context.getInput(0);
  // Exponents are taken relative to the largest, so that none overflows.
  std::vector<double> largest =
      fold<double>(input, *plan, -HUGE_VAL,
                   [](double a, double b) { return std::max(a, b); });
  std::vector<double> values = input.widen<double>();
  std::vector<double> results(plan->size, 0);
  const double *next = values.data();
  forEachIndex<1>(input.getShape(), {plan->strides}, [&](auto offsets) {
    double top = largest[offsets[0]], x = *next++;
    results[offsets[0]] += x == top ? 1 : std::exp(x - top);
  });
  for (auto [result, top] : llvm::zip(results, largest)) {
    result = std::log(result) + (std::isinf(top) && result == 0 ? 0 : top);
  }
  return context.give(0, input.getElementType(), plan->shape, results);
}
