//===- EvaluateNormalize.cpp - normalisations --------------------*- C++
//-*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// LayerNormalization, RMSNormalization, GroupNormalization, and ONNX Runtime's
// forms that add a residual first.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Primitives/Evaluation.h"
#include "tandem/passes/Primitives/Evaluators.h"
#include "tandem/passes/Primitives/Normalize.h"

#include <functional>

using namespace mlir;
using namespace tandem::primitives;
using llvm::createStringError;
using llvm::Error;
using llvm::Expected;
using llvm::Twine;

namespace {
using Normalization = RowMoments (*)(MutableArrayRef<double>, double);

/// What a normalisation is given beside its input.
struct NormalizeArguments {
  Normalization normalize;
  int64_t axis; ///< the first that is normalised
  Tensor scale;
  Tensor bias;              ///< may be omitted
  unsigned meanResult;      ///< results of the moments; noResult where there is
  unsigned deviationResult; ///< none
};
} // namespace

static constexpr unsigned noResult = ~0u;

/// The elements of `parameter` repeated to `shape`; `neutral` where omitted.
static Expected<std::vector<double>> expandParameter(const Tensor &parameter,
                                                     ArrayRef<int64_t> shape,
                                                     double neutral) {
  std::vector<double> values(countElements(shape), neutral);
  if (!parameter) {
    return values;
  }
  Expected<Shape> broadcast = broadcastShapes(parameter.getShape(), shape);
  if (!broadcast) {
    return broadcast.takeError();
  }
  if (ArrayRef<int64_t>(*broadcast) != shape) {
    return createStringError("parameter has shape " +
                             printShape(parameter.getShape()) +
                             " for rows of shape " + printShape(shape));
  }
  std::vector<double> own = parameter.widen<double>();
  double *next = values.data();
  forEachIndex<1>(shape, {broadcastStrides(parameter.getShape(), shape)},
                  [&](auto offsets) { *next++ = own[offsets[0]]; });
  return values;
}

/// Gives the normalised `input` as result 0, and the moments.
static Error normalize(EvaluationContext &context, const Tensor &input,
                       const NormalizeArguments &arguments) {
  ArrayRef<int64_t> rowShape = input.getShape().drop_front(arguments.axis);
  auto scale = expandParameter(arguments.scale, rowShape, 1);
  if (!scale) {
    return scale.takeError();
  }
  auto bias = expandParameter(arguments.bias, rowShape, 0);
  if (!bias) {
    return bias.takeError();
  }

  double epsilon = context.node.getFloat("epsilon", 1e-5);
  std::vector<double> values = input.widen<double>(), means, deviations;
  int64_t width = countElements(rowShape);
  int64_t rows = countElements(input.getShape().take_front(arguments.axis));
  for (int64_t row = 0; row < rows; ++row) {
    MutableArrayRef<double> part(values.data() + row * width, width);
    RowMoments moments = arguments.normalize(part, epsilon);
    means.push_back(moments.mean);
    deviations.push_back(moments.inverseDeviation);
    for (int64_t i = 0; i < width; ++i) {
      part[i] = part[i] * (*scale)[i] + (*bias)[i];
    }
  }
  Shape momentShape(input.getShape());
  std::fill(momentShape.begin() + arguments.axis, momentShape.end(), 1);
  Type single = Float32Type::get(context.getContext());
  if (Error error =
          context.give(arguments.meanResult, single, momentShape, means)) {
    return error;
  }
  if (Error error = context.give(arguments.deviationResult, single, momentShape,
                                 deviations)) {
    return error;
  }
  return context.give(0, arguments.scale.getElementType(), input.getShape(),
                      values);
}

/// The axis attribute, counted from the front.
static Expected<int64_t> readAxis(EvaluationContext &context) {
  return normalizeAxis(context.node.getInt("axis", -1),
                       context.getInput(0).getRank());
}

Error evaluate::layerNormalization(EvaluationContext &context) {
  Expected<int64_t> axis = readAxis(context);
  if (!axis) {
    return axis.takeError();
  }
  return normalize(context, context.getInput(0),
                   {normalizeByMoments, *axis, context.getInput(1),
                    context.getInput(2), 1, 2});
}

Error evaluate::rmsNormalization(EvaluationContext &context) {
  Expected<int64_t> axis = readAxis(context);
  if (!axis) {
    return axis.takeError();
  }
  return normalize(
      context, context.getInput(0),
      {normalizeByRootMeanSquare, *axis, context.getInput(1), {}, noResult, 1});
}

Error evaluate::groupNormalization(EvaluationContext &context) {
  const Tensor &input = context.getInput(0);
  int64_t groups = context.node.getInt("num_groups", 0);
  int64_t channels = input.getRank() < 2 ? 0 : input.getDim(1);
  for (unsigned index : {1, 2}) {
    if (groups <= 0 || channels % groups != 0 ||
        context.getInput(index).getNumElements() != channels) {
      return createStringError("input " + Twine(index) + " has shape " +
                               printShape(context.getInput(index).getShape()) +
                               " for " + Twine(channels) + " channels in " +
                               Twine(groups) + " groups");
    }
  }
  std::vector<double> values = input.widen<double>();
  std::vector<double> scale = context.getInput(1).widen<double>();
  std::vector<double> bias = context.getInput(2).widen<double>();
  AxisSplit split(input.getShape(), 1);
  int64_t width = channels / groups * split.inner;
  if (width == 0) {
    return context.give(input);
  }
  double epsilon = context.node.getFloat("epsilon", 1e-5);
  for (int64_t group = 0; group < split.outer * groups; ++group) {
    MutableArrayRef<double> part(values.data() + group * width, width);
    normalizeByMoments(part, epsilon);
    for (int64_t i = 0; i < width; ++i) {
      int64_t channel = (group * width + i) / split.inner % channels;
      part[i] = part[i] * scale[channel] + bias[channel];
    }
  }
  return context.give(0, input.getElementType(), input.getShape(), values);
}

//===----------------------------------------------------------------------===//
// With a residual
//===----------------------------------------------------------------------===//

/// The input plus the residual plus a bias, rounded to the element type: result
/// 3 of the operators.
static Expected<Tensor> addResidual(EvaluationContext &context,
                                    const Tensor &bias) {
  const Tensor &input = context.getInput(0);
  std::vector<double> values = input.widen<double>();
  for (const Tensor &addend : {context.getInput(1), bias}) {
    if (!addend) {
      continue;
    }
    auto addends = expandParameter(addend, input.getShape(), 0);
    if (!addends) {
      return addends.takeError();
    }
    for (auto [value, other] : llvm::zip(values, *addends)) {
      value += other;
    }
  }
  return Tensor::narrow(input.getElementType(), input.getShape(), values);
}

static Error normalizeWithResidual(EvaluationContext &context,
                                   Normalization normalization,
                                   const Tensor &bias,
                                   const Tensor &residualBias) {
  if (context.getInput(0).getRank() == 0) {
    return createStringError("input is a scalar");
  }
  Expected<Tensor> sum = addResidual(context, residualBias);
  if (!sum) {
    return sum.takeError();
  }
  if (Error error = context.give(3, *sum)) {
    return error;
  }
  return normalize(
      context, *sum,
      {normalization, sum->getRank() - 1, context.getInput(2), bias, 1, 2});
}

Error evaluate::skipLayerNormalization(EvaluationContext &context) {
  return normalizeWithResidual(context, normalizeByMoments, context.getInput(3),
                               context.getInput(4));
}

Error evaluate::skipSimplifiedLayerNormalization(EvaluationContext &context) {
  return normalizeWithResidual(context, normalizeByRootMeanSquare, {},
                               context.getInput(3));
}
