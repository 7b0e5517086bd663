//===- EvaluateUnary.cpp - one result element for each input element -*- C++
//-*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Functions of one tensor, computed in double (or exactly, for integers) and
// rounded once to the element type.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Primitives/Activations.h"
#include "tandem/passes/Primitives/Evaluation.h"
#include "tandem/passes/Primitives/Evaluators.h"

using namespace mlir;
using namespace tandem::primitives;
using llvm::createStringError;
using llvm::Error;

/// Applies `function` to the elements in their wide type.
template <typename Function>
static Error mapNumbers(EvaluationContext &context, Function function) {
  const Tensor &input = context.getInput(0);
  return withWide(input.getElementType(), [&](auto wide) {
    auto values = input.widen<decltype(wide)>();
    for (auto &value : values) {
      value = function(value);
    }
    return context.give(0, input.getElementType(), input.getShape(), values);
  });
}

/// Applies `function` to the elements as doubles.
template <typename Function>
static Error mapFloats(EvaluationContext &context, Function function) {
  const Tensor &input = context.getInput(0);
  std::vector<double> values = input.widen<double>();
  for (double &value : values) {
    value = function(value);
  }
  return context.give(0, input.getElementType(), input.getShape(), values);
}

/// Gives a boolean for each element.
template <typename Function>
static Error testFloats(EvaluationContext &context, Function function) {
  const Tensor &input = context.getInput(0);
  std::vector<int64_t> results;
  for (double value : input.widen<double>()) {
    results.push_back(function(value));
  }
  return context.give(0, context.getBool(), input.getShape(), results);
}

//===----------------------------------------------------------------------===//
// Numbers of any type
//===----------------------------------------------------------------------===//

Error evaluate::abs(EvaluationContext &context) {
  return mapNumbers(context, [](auto x) {
    if constexpr (std::is_same_v<decltype(x), int64_t>) {
      return x < 0 ? static_cast<int64_t>(-static_cast<uint64_t>(x)) : x;
    } else {
      return x < 0 || std::signbit(static_cast<double>(x)) ? -x : x;
    }
  });
}

Error evaluate::negate(EvaluationContext &context) {
  return mapNumbers(context, [](auto x) {
    if constexpr (std::is_integral_v<decltype(x)>) {
      return static_cast<decltype(x)>(-static_cast<uint64_t>(x));
    } else {
      return -x;
    }
  });
}

Error evaluate::relu(EvaluationContext &context) {
  return mapNumbers(context, [](auto x) { return x < 0 ? decltype(x)(0) : x; });
}

Error evaluate::sign(EvaluationContext &context) {
  return mapNumbers(context, [](auto x) {
    using Wide = decltype(x);
    return x > 0 ? Wide(1) : x < 0 ? static_cast<Wide>(-1) : x;
  });
}

Error evaluate::identity(EvaluationContext &context) {
  return context.give(context.getInput(0));
}

Error evaluate::logicalNot(EvaluationContext &context) {
  return testFloats(context, [](double x) { return x == 0; });
}

//===----------------------------------------------------------------------===//
// Floating-point numbers
//===----------------------------------------------------------------------===//

Error evaluate::ceil(EvaluationContext &context) {
  return mapFloats(context, [](double x) { return std::ceil(x); });
}

Error evaluate::cos(EvaluationContext &context) {
  return mapFloats(context, [](double x) { return std::cos(x); });
}

Error evaluate::erf(EvaluationContext &context) {
  return mapFloats(context, [](double x) { return std::erf(x); });
}

Error evaluate::exp(EvaluationContext &context) {
  return mapFloats(context, [](double x) { return std::exp(x); });
}

Error evaluate::floor(EvaluationContext &context) {
  return mapFloats(context, [](double x) { return std::floor(x); });
}

Error evaluate::log(EvaluationContext &context) {
  return mapFloats(context, [](double x) { return std::log(x); });
}

Error evaluate::reciprocal(EvaluationContext &context) {
  return mapFloats(context, [](double x) { return 1 / x; });
}

Error evaluate::round(EvaluationContext &context) {
  // Halves go to the even neighbour, the default rounding mode.
  return mapFloats(context, [](double x) { return std::nearbyint(x); });
}

Error evaluate::sin(EvaluationContext &context) {
  return mapFloats(context, [](double x) { return std::sin(x); });
}

Error evaluate::softplus(EvaluationContext &context) {
  return mapFloats(context, [](double x) {
    return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x)));
  });
}

Error evaluate::sqrt(EvaluationContext &context) {
  return mapFloats(context, [](double x) { return std::sqrt(x); });
}

Error evaluate::tanh(EvaluationContext &context) {
  return mapFloats(context, [](double x) { return std::tanh(x); });
}

Error evaluate::isInf(EvaluationContext &context) {
  bool negative = context.node.getInt("detect_negative", 1);
  bool positive = context.node.getInt("detect_positive", 1);
  return testFloats(context, [&](double x) {
    return std::isinf(x) && (x < 0 ? negative : positive);
  });
}

Error evaluate::isNaN(EvaluationContext &context) {
  return testFloats(context, [](double x) { return std::isnan(x); });
}

//===----------------------------------------------------------------------===//
// Activations
//===----------------------------------------------------------------------===//

Error evaluate::sigmoid(EvaluationContext &context) {
  return mapFloats(context, activation::sigmoid);
}

Error evaluate::gelu(EvaluationContext &context) {
  bool tanh = context.node.getString("approximate", "none") == "tanh";
  return mapFloats(context, tanh ? activation::geluTanh : activation::geluErf);
}

Error evaluate::swish(EvaluationContext &context) {
  double alpha = context.node.getFloat("alpha", 1);
  return mapFloats(
      context, [=](double x) { return x * activation::sigmoid(alpha * x); });
}

Error evaluate::quickGelu(EvaluationContext &context) {
  double alpha = context.node.getFloat("alpha", 1.702);
  return mapFloats(
      context, [=](double x) { return x * activation::sigmoid(alpha * x); });
}
