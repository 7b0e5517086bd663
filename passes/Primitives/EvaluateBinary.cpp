//===- EvaluateBinary.cpp - element by element with broadcasting -*- C++
//-*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Arithmetic, comparisons and logic of two tensors (or a chain of them).
// Integers wrap; dividing one by 0 is an error.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Primitives/Activations.h"
#include "tandem/passes/Primitives/Evaluation.h"
#include "tandem/passes/Primitives/Evaluators.h"

using namespace mlir;
using namespace tandem::primitives;
using llvm::createStringError;
using llvm::Error;
using llvm::Expected;

/// Applies `function` to the broadcast elements of two tensors in their wide
/// type; the results are of type `elementType`.
template <typename Function>
static Expected<Tensor> zip(EvaluationContext &context, const Tensor &left,
                            const Tensor &right, Type elementType,
                            Function function) {
  if (Error error = checkSameType(left, right)) {
    return error;
  }
  Expected<Shape> shape = broadcastShapes(left.getShape(), right.getShape());
  if (!shape) {
    return shape.takeError();
  }
  if (Error error = context.check(elementType, *shape)) {
    return error;
  }
  std::array<Shape, 2> strides = {broadcastStrides(left.getShape(), *shape),
                                  broadcastStrides(right.getShape(), *shape)};
  return withWide(left.getElementType(), [&](auto wide) {
    using Wide = decltype(wide);
    // Booleans travel as integers.
    using Result =
        std::conditional_t<std::is_same_v<decltype(function(wide, wide)), bool>,
                           int64_t, Wide>;
    std::vector<Wide> a = left.widen<Wide>(), b = right.widen<Wide>();
    std::vector<Result> results;
    results.reserve(countElements(*shape));
    forEachIndex<2>(*shape, strides, [&](auto offsets) {
      results.push_back(function(a[offsets[0]], b[offsets[1]]));
    });
    return Tensor::narrow<Result>(elementType, *shape, results);
  });
}

/// Arithmetic on the two inputs; the result has their type.
template <typename Function>
static Error combine(EvaluationContext &context, Function function) {
  const Tensor &left = context.getInput(0);
  return context.give(
      zip(context, left, context.getInput(1), left.getElementType(), function));
}

/// A comparison of the two inputs.
template <typename Function>
static Error compare(EvaluationContext &context, Function function) {
  return context.give(zip(context, context.getInput(0), context.getInput(1),
                          context.getBool(), function));
}

/// Combines all inputs from left to right.
template <typename Function>
static Expected<Tensor> chain(EvaluationContext &context, Function function) {
  Expected<Tensor> result = context.getInput(0);
  for (const Tensor &next : context.getInputs().drop_front()) {
    if (!result) {
      break;
    }
    Tensor left = *result;
    result = zip(context, left, next, left.getElementType(), function);
  }
  return result;
}

/// Arithmetic on integers wraps, which C++ defines for unsigned types only.
template <typename Wide, typename Function>
static Wide wrapping(Wide a, Wide b, Function function) {
  if constexpr (std::is_integral_v<Wide>) {
    return function(static_cast<uint64_t>(a), static_cast<uint64_t>(b));
  } else {
    return function(a, b);
  }
}

static constexpr auto sumOf = [](auto a, auto b) {
  return wrapping(a, b, [](auto x, auto y) { return x + y; });
};
static constexpr auto largerOf = [](auto a, auto b) {
  return a > b || a != a ? a : b; // NaN wins
};
static constexpr auto smallerOf = [](auto a, auto b) {
  return a < b || a != a ? a : b;
};

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

Error evaluate::add(EvaluationContext &context) {
  return combine(context, sumOf);
}

Error evaluate::subtract(EvaluationContext &context) {
  return combine(context, [](auto a, auto b) {
    return wrapping(a, b, [](auto x, auto y) { return x - y; });
  });
}

Error evaluate::multiply(EvaluationContext &context) {
  return combine(context, [](auto a, auto b) {
    return wrapping(a, b, [](auto x, auto y) { return x * y; });
  });
}

/// Fails where the second input is an integer tensor with a 0.
static Error checkDivisor(EvaluationContext &context) {
  const Tensor &divisor = context.getInput(1);
  if (divisor.getElementType().isInteger() &&
      llvm::is_contained(divisor.widen<int64_t>(), 0)) {
    return createStringError("divides an integer by 0");
  }
  return Error::success();
}

Error evaluate::divide(EvaluationContext &context) {
  if (Error error = checkDivisor(context)) {
    return error;
  }
  return combine(context, [](auto a, auto b) {
    if constexpr (std::is_same_v<decltype(a), int64_t>) {
      if (b == -1) { // the least integer has no counterpart
        return static_cast<int64_t>(-static_cast<uint64_t>(a));
      }
    }
    return a / b;
  });
}

Error evaluate::mod(EvaluationContext &context) {
  if (Error error = checkDivisor(context)) {
    return error;
  }
  bool signOfDividend = context.node.getInt("fmod", 0);
  return combine(context, [=](auto a, auto b) {
    using Wide = decltype(a);
    if constexpr (std::is_floating_point_v<Wide>) {
      double rest = std::fmod(a, b);
      return signOfDividend || rest == 0 || (rest < 0) == (b < 0) ? rest
                                                                  : rest + b;
    } else {
      if (b == static_cast<Wide>(-1) && std::is_signed_v<Wide>) {
        return Wide(0);
      }
      Wide rest = a % b;
      return signOfDividend || rest == 0 || (rest < 0) == (b < 0) ? rest
                                                                  : rest + b;
    }
  });
}

/// `base` to a power that is not negative, wrapping.
static int64_t integerPower(int64_t base, int64_t exponent) {
  uint64_t result = 1, square = base;
  for (; exponent > 0; exponent >>= 1, square *= square) {
    if (exponent & 1) {
      result *= square;
    }
  }
  return result;
}

Error evaluate::pow(EvaluationContext &context) {
  const Tensor &base = context.getInput(0);
  Type elementType = base.getElementType();
  Tensor exponent = context.getInput(1);
  bool areIntegers =
      elementType.isInteger() && exponent.getElementType().isInteger();
  auto power = [](double a, double b) { return std::pow(a, b); };
  auto integers = [](auto a, auto b) -> decltype(a) {
    return b < 0 ? std::pow(double(a), double(b)) : integerPower(a, b);
  };
  // The exponent may have another type, the result has the base's.
  Type common = areIntegers ? context.getInteger(64)
                            : Type(Float64Type::get(context.getContext()));
  auto convert = [&](const Tensor &tensor) {
    return withWide(common, [&](auto wide) {
      return Tensor::narrow(common, tensor.getShape(),
                            tensor.widen<decltype(wide)>());
    });
  };
  if (areIntegers) {
    return context.give(
        zip(context, convert(base), convert(exponent), elementType, integers));
  }
  return context.give(
      zip(context, convert(base), convert(exponent), elementType, power));
}

//===----------------------------------------------------------------------===//
// Any number of inputs
//===----------------------------------------------------------------------===//

Error evaluate::sum(EvaluationContext &context) {
  return context.give(chain(context, sumOf));
}

Error evaluate::max(EvaluationContext &context) {
  return context.give(chain(context, largerOf));
}

Error evaluate::min(EvaluationContext &context) {
  return context.give(chain(context, smallerOf));
}

Error evaluate::mean(EvaluationContext &context) {
  Expected<Tensor> total = chain(context, sumOf);
  if (!total) {
    return total.takeError();
  }
  std::vector<double> values = total->widen<double>();
  for (double &value : values) {
    value /= context.getInputs().size();
  }
  return context.give(0, total->getElementType(), total->getShape(), values);
}

//===----------------------------------------------------------------------===//
// Comparisons and logic
//===----------------------------------------------------------------------===//

Error evaluate::equal(EvaluationContext &context) {
  return compare(context, [](auto a, auto b) { return a == b; });
}

Error evaluate::greater(EvaluationContext &context) {
  return compare(context, [](auto a, auto b) { return a > b; });
}

Error evaluate::greaterOrEqual(EvaluationContext &context) {
  return compare(context, [](auto a, auto b) { return a >= b; });
}

Error evaluate::less(EvaluationContext &context) {
  return compare(context, [](auto a, auto b) { return a < b; });
}

Error evaluate::lessOrEqual(EvaluationContext &context) {
  return compare(context, [](auto a, auto b) { return a <= b; });
}

Error evaluate::logicalAnd(EvaluationContext &context) {
  return compare(context, [](auto a, auto b) { return a != 0 && b != 0; });
}

Error evaluate::logicalOr(EvaluationContext &context) {
  return compare(context, [](auto a, auto b) { return a != 0 || b != 0; });
}

Error evaluate::logicalXor(EvaluationContext &context) {
  return compare(context, [](auto a, auto b) { return (a != 0) != (b != 0); });
}

//===----------------------------------------------------------------------===//
// Activations with a bias
//===----------------------------------------------------------------------===//

Error evaluate::biasGelu(EvaluationContext &context) {
  return combine(context, [](auto a, auto b) {
    return activation::geluErf(double(a) + double(b));
  });
}

Error evaluate::fastGelu(EvaluationContext &context) {
  const Tensor &input = context.getInput(0);
  Tensor bias = context.getInput(1);
  if (!bias) {
    bias = Tensor::zeros(input.getElementType(), {});
  }
  return context.give(
      zip(context, input, bias, input.getElementType(), [](auto a, auto b) {
        return activation::geluTanh(double(a) + double(b));
      }));
}
