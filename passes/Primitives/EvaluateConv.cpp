//===- EvaluateConv.cpp - Conv -----------------------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Convolution over any number of spatial axes, one product at a time: for the
// few convolutions in front of an encoder.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Primitives/Evaluation.h"
#include "tandem/passes/Primitives/Evaluators.h"

using namespace mlir;
using namespace tandem::primitives;
using llvm::createStringError;
using llvm::Error;
using llvm::Expected;

namespace {
/// Sizes and steps of a convolution along its spatial axes.
struct Window {
  Shape input, kernel, result;
  Shape strides, dilations, padsBefore;

  /// The input position along `axis` for a result and a kernel position, or -1
  /// in the padding.
  int64_t position(size_t axis, int64_t at, int64_t offset) const {
    int64_t result =
        at * strides[axis] + offset * dilations[axis] - padsBefore[axis];
    return result < input[axis] ? std::max<int64_t>(result, -1) : -1;
  }
};
} // namespace

/// The integers of attribute `name`, `fallback` for each axis where absent.
static Shape readInts(EvaluationContext &context, StringRef name, size_t count,
                      int64_t fallback) {
  SmallVector<int64_t> given = context.node.getInts(name);
  return given.empty() ? Shape(count, fallback)
                       : Shape(given.begin(), given.end());
}

static Expected<Window> readWindow(EvaluationContext &context) {
  ArrayRef<int64_t> input = context.getInput(0).getShape();
  ArrayRef<int64_t> kernel = context.getInput(1).getShape();
  if (input.size() < 3 || input.size() != kernel.size()) {
    return createStringError("input and kernel have shapes " +
                             printShape(input) + " and " + printShape(kernel));
  }
  size_t axes = input.size() - 2;
  Window window{Shape(input.drop_front(2)),
                Shape(kernel.drop_front(2)),
                {},
                readInts(context, "strides", axes, 1),
                readInts(context, "dilations", axes, 1),
                {}};
  Shape pads = readInts(context, "pads", 2 * axes, 0);
  if (window.strides.size() != axes || window.dilations.size() != axes ||
      pads.size() != 2 * axes) {
    return createStringError("strides, dilations or pads do not fit " +
                             llvm::Twine(axes) + " spatial axes");
  }
  StringRef automatic = context.node.getString("auto_pad", "NOTSET");
  constexpr int64_t bound = int64_t(1) << 30; // products below stay in 64 bits
  for (size_t axis = 0; axis < axes; ++axis) {
    int64_t stride = window.strides[axis], before = pads[axis];
    int64_t after = pads[axes + axis];
    for (int64_t value : {stride, window.dilations[axis]}) {
      if (value < 1 || value > bound) {
        return createStringError("stride or dilation is " + llvm::Twine(value));
      }
    }
    if (std::abs(before) > bound || std::abs(after) > bound ||
        window.kernel[axis] > bound || window.input[axis] > bound) {
      return createStringError("pads are " + printShape(pads));
    }
    int64_t extent = (window.kernel[axis] - 1) * window.dilations[axis] + 1;
    if (automatic.starts_with("SAME")) {
      int64_t size = llvm::divideCeil(window.input[axis], stride);
      int64_t total = std::max<int64_t>(0, (size - 1) * stride + extent -
                                               window.input[axis]);
      before = automatic == "SAME_UPPER" ? total / 2 : total - total / 2;
      after = total - before;
    }
    window.padsBefore.push_back(before);
    int64_t room = window.input[axis] + before + after - extent;
    window.result.push_back(room < 0 ? 0 : room / stride + 1);
  }
  return window;
}

/// The sum of products for one channel of the input and of the kernel.
static double convolve(const double *input, const double *kernel,
                       const Window &window, ArrayRef<int64_t> at) {
  double sum = 0;
  int64_t count = countElements(window.kernel);
  for (int64_t i = 0; i < count; ++i) {
    int64_t rest = i, index = 0, stride = 1;
    bool isInside = true;
    for (int64_t axis = window.kernel.size() - 1; axis >= 0; --axis) {
      int64_t position =
          window.position(axis, at[axis], rest % window.kernel[axis]);
      rest /= window.kernel[axis];
      isInside &= position >= 0;
      index += position * stride;
      stride *= window.input[axis];
    }
    if (isInside) {
      sum += input[index] * kernel[i];
    }
  }
  return sum;
}

Error evaluate::conv(EvaluationContext &context) {
  const Tensor &input = context.getInput(0), &kernel = context.getInput(1);
  const Tensor &bias = context.getInput(2);
  Expected<Window> window = readWindow(context);
  if (!window) {
    return window.takeError();
  }
  int64_t groups = context.node.getInt("group", 1);
  int64_t channels = kernel.getDim(1), features = kernel.getDim(0);
  if (groups < 1 || features % groups != 0 ||
      input.getDim(1) != channels * groups ||
      (bias && bias.getNumElements() != features)) {
    return createStringError("input and kernel have shapes " +
                             printShape(input.getShape()) + " and " +
                             printShape(kernel.getShape()) + " for " +
                             llvm::Twine(groups) + " groups");
  }
  Shape shape = {input.getDim(0), features};
  llvm::append_range(shape, window->result);
  if (Error error = context.check(input.getElementType(), shape)) {
    return error;
  }

  std::vector<double> values = input.widen<double>();
  std::vector<double> weights = kernel.widen<double>();
  std::vector<double> biases =
      bias ? bias.widen<double>() : std::vector<double>(features, 0);
  int64_t inputSize = countElements(window->input);
  int64_t kernelSize = countElements(window->kernel);
  int64_t resultSize = countElements(window->result);
  std::vector<double> results(countElements(shape));
  Shape strides = rowMajorStrides(window->result), at(strides.size());
  for (int64_t i = 0, count = results.size(); i < count; ++i) {
    int64_t feature = i / resultSize % features;
    int64_t row = i / resultSize / features;
    for (size_t axis = 0; axis < at.size(); ++axis) {
      at[axis] = i % resultSize / strides[axis] % window->result[axis];
    }
    int64_t group = feature / (features / groups);
    double sum = biases[feature];
    for (int64_t channel = 0; channel < channels; ++channel) {
      sum += convolve(
          &values[((row * groups + group) * channels + channel) * inputSize],
          &weights[(feature * channels + channel) * kernelSize], *window, at);
    }
    results[i] = sum;
  }
  return context.give(0, input.getElementType(), shape, results);
}
