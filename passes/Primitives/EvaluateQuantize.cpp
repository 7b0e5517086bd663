//===- EvaluateQuantize.cpp - quantised values -------------------*- C++
//-*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// QuantizeLinear and its relatives: scales and zero points for a whole tensor,
// for each index of an axis, or for each block along it.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Primitives/ElementTypes.h"
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

namespace {
/// The scale and zero point of each element.
struct Quantization {
  std::vector<double> scales, zeroPoints;
  Shape strides;     ///< in these, along the input's axes
  int64_t axis = 0;  ///< the one in blocks
  int64_t block = 1; ///< elements along it that share a scale
};
} // namespace

/// Reads scales (input 1) and zero points (input 2) for `input`.
static Expected<Quantization> readQuantization(EvaluationContext &context) {
  const Tensor &input = context.getInput(0), &scale = context.getInput(1);
  const Tensor &zeroPoint = context.getInput(2);
  Quantization result;
  result.scales = scale.widen<double>();
  result.zeroPoints = zeroPoint ? zeroPoint.widen<double>()
                                : std::vector<double>(result.scales.size());
  result.strides.assign(input.getRank(), 0);
  auto mismatch = [&] {
    return createStringError(
        "scale and zero point of shape " + printShape(scale.getShape()) +
        " do not fit an input of shape " + printShape(input.getShape()));
  };
  if (result.zeroPoints.size() != result.scales.size()) {
    return mismatch();
  }
  if (result.scales.size() == 1) {
    return result;
  }
  Expected<int64_t> axis =
      normalizeAxis(context.node.getInt("axis", 1), input.getRank());
  if (!axis) {
    return axis.takeError();
  }
  result.axis = *axis;
  if (int64_t block = context.node.getInt("block_size", 0)) {
    Shape expected(input.getShape());
    expected[*axis] = block > 0 ? llvm::divideCeil(expected[*axis], block) : -1;
    if (scale.getShape() != ArrayRef<int64_t>(expected)) {
      return mismatch();
    }
    result.block = block;
    result.strides = rowMajorStrides(scale.getShape());
    return result;
  }
  if (static_cast<int64_t>(result.scales.size()) != input.getDim(*axis)) {
    return mismatch();
  }
  result.strides[*axis] = 1;
  return result;
}

/// Calls `body(element, scale, zeroPoint)` for each element of input 0.
template <typename Body>
static Error forEachQuantized(EvaluationContext &context, Body body) {
  Expected<Quantization> quantization = readQuantization(context);
  if (!quantization) {
    return quantization.takeError();
  }
  const Tensor &input = context.getInput(0);
  std::vector<double> values = input.widen<double>();
  // The axis in blocks steps once per block, so it is walked apart.
  Shape strides = quantization->strides;
  int64_t step = 0, inner = 1, size = 1;
  if (input.getRank() > 0) {
    step = std::exchange(strides[quantization->axis], 0);
    AxisSplit split(input.getShape(), quantization->axis);
    inner = split.inner;
    size = split.size;
  }
  size_t i = 0;
  forEachIndex<1>(input.getShape(), {strides}, [&](auto offsets) {
    int64_t index = static_cast<int64_t>(i) / inner % size;
    int64_t at = offsets[0] + index / quantization->block * step;
    body(values[i], quantization->scales[at], quantization->zeroPoints[at]);
    ++i;
  });
  return Error::success();
}

Error evaluate::dequantizeLinear(EvaluationContext &context) {
  const Tensor &input = context.getInput(0);
  Type elementType = context.getInput(1).getElementType();
  if (int64_t number = context.node.getInt("output_dtype", 0)) {
    elementType = getElementType(context.getContext(), number);
  }
  if (!elementType) {
    return createStringError("output type is not supported");
  }
  if (Error error = context.check(elementType, input.getShape())) {
    return error;
  }
  std::vector<double> results;
  if (Error error = forEachQuantized(
          context, [&](double value, double scale, double zeroPoint) {
            results.push_back((value - zeroPoint) * scale);
          })) {
    return error;
  }
  return context.give(0, elementType, input.getShape(), results);
}

/// The range of an integer type.
static std::pair<double, double> rangeOf(Type elementType) {
  unsigned width = elementType.getIntOrFloatBitWidth();
  if (elementType.isUnsignedInteger()) {
    return {0, std::ldexp(1, width) - 1};
  }
  return {-std::ldexp(1, width - 1), std::ldexp(1, width - 1) - 1};
}

Error evaluate::quantizeLinear(EvaluationContext &context) {
  Type elementType =
      IntegerType::get(context.getContext(), 8, IntegerType::Unsigned);
  if (context.hasInput(2)) {
    elementType = context.getInput(2).getElementType();
  } else if (int64_t number = context.node.getInt("output_dtype", 0)) {
    elementType = getElementType(context.getContext(), number);
  }
  if (!elementType || !elementType.isInteger()) {
    return createStringError("output type is not supported");
  }
  auto [least, most] = rangeOf(elementType);
  std::vector<double> results;
  bool isSingle = context.getInput(0).getElementType().isF32();
  if (Error error = forEachQuantized(
          context, [&, least = least, most = most](double value, double scale,
                                                   double zeroPoint) {
            // The quotient is rounded to its type before it is rounded to an
            // integer: ties depend on it.
            double ratio =
                isSingle ? static_cast<float>(value / scale) : value / scale;
            results.push_back(
                std::clamp(std::nearbyint(ratio) + zeroPoint, least, most));
          })) {
    return error;
  }
  return context.give(0, elementType, context.getInput(0).getShape(), results);
}

Error evaluate::dynamicQuantizeLinear(EvaluationContext &context) {
  const Tensor &input = context.getInput(0);
  std::vector<double> values = input.widen<double>();
  double least = 0, most = 0;
  for (double value : values) {
    least = std::min(least, value);
    most = std::max(most, value);
  }
  // In fp32, as the definition has it: roundings decide ties below.
  float scale = (static_cast<float>(most) - static_cast<float>(least)) / 255;
  float zero = scale == 0 ? 0 : -static_cast<float>(least) / scale;
  double zeroPoint = std::clamp<double>(std::nearbyint(zero), 0, 255);
  for (double &value : values) {
    float ratio = scale == 0 ? 0 : static_cast<float>(value) / scale;
    value = std::clamp<double>(std::nearbyint(ratio) + zeroPoint, 0, 255);
  }
  Type byte = IntegerType::get(context.getContext(), 8, IntegerType::Unsigned);
  if (Error error = context.give(1, input.getElementType(), {},
                                 std::vector<double>{scale})) {
    return error;
  }
  if (Error error = context.give(2, byte, {}, std::vector<double>{zeroPoint})) {
    return error;
  }
  return context.give(0, byte, input.getShape(), values);
}
