//===- EvaluateGather.cpp - elements chosen by index -------------*- C++
//-*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Gathers, and the tensors of indices: NonZero and OneHot.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Primitives/Evaluators.h"
#include "tandem/passes/Primitives/Movement.h"

using namespace mlir;
using namespace tandem::primitives;
using llvm::createStringError;
using llvm::Error;
using llvm::Expected;
using llvm::Twine;

Error evaluate::gather(EvaluationContext &context) {
  const Tensor &data = context.getInput(0);
  const Tensor &indices = context.getInput(1);
  Expected<int64_t> axis =
      normalizeAxis(context.node.getInt("axis", 0), data.getRank());
  if (!axis) {
    return axis.takeError();
  }
  SmallVector<int64_t> flat = indices.toIntegers();
  for (int64_t &index : flat) {
    Expected<int64_t> normal = normalizeIndex(index, data.getDim(*axis));
    if (!normal) {
      return normal.takeError();
    }
    index = *normal;
  }
  Expected<Tensor> taken = takeAlong(context, data, *axis, flat);
  if (!taken) {
    return taken.takeError();
  }
  Shape shape(data.getShape().take_front(*axis));
  llvm::append_range(shape, indices.getShape());
  llvm::append_range(shape, data.getShape().drop_front(*axis + 1));
  return context.give(taken->withShape(shape));
}

Error evaluate::gatherElements(EvaluationContext &context) {
  const Tensor &data = context.getInput(0);
  const Tensor &indices = context.getInput(1);
  Expected<int64_t> axis =
      normalizeAxis(context.node.getInt("axis", 0), data.getRank());
  if (!axis) {
    return axis.takeError();
  }
  if (Error error = checkRank(indices, data.getRank(), "indices")) {
    return error;
  }
  for (int64_t other = 0; other < data.getRank(); ++other) {
    if (other != *axis && indices.getDim(other) > data.getDim(other)) {
      return createStringError(
          "indices have shape " + printShape(indices.getShape()) +
          " for data of shape " + printShape(data.getShape()));
    }
  }
  Expected<Tensor> result =
      context.allocate(data.getElementType(), indices.getShape());
  if (!result) {
    return result.takeError();
  }

  Shape strides = rowMajorStrides(data.getShape());
  int64_t step = std::exchange(strides[*axis], 0), size = data.getDim(*axis);
  size_t width = data.getElementBytes();
  std::vector<int64_t> flat = indices.widen<int64_t>();
  int64_t at = 0;
  Error error = Error::success();
  forEachIndex<1>(indices.getShape(), {strides}, [&](auto offsets) {
    Expected<int64_t> index = normalizeIndex(flat[at], size);
    if (index) {
      copyElement(result->getMutableBytes() + at * width,
                  data.getBytes().data() + (offsets[0] + *index * step) * width,
                  width);
    } else {
      error = joinErrors(std::move(error), index.takeError());
    }
    ++at;
  });
  if (error) {
    return error;
  }
  return context.give(std::move(result));
}

/// The offset, in slices, of the slice that `tuple` of indices names below
/// `shape`'s leading axes.
static Expected<int64_t> sliceOffset(ArrayRef<int64_t> tuple,
                                     ArrayRef<int64_t> shape) {
  int64_t offset = 0;
  for (auto [index, size] : llvm::zip(tuple, shape)) {
    Expected<int64_t> normal = normalizeIndex(index, size);
    if (!normal) {
      return normal;
    }
    offset = offset * size + *normal;
  }
  return offset;
}

Error evaluate::gatherNd(EvaluationContext &context) {
  const Tensor &data = context.getInput(0);
  const Tensor &indices = context.getInput(1);
  int64_t batchRank = context.node.getInt("batch_dims", 0);
  int64_t depth = indices.getRank() == 0 ? 0 : indices.getShape().back();
  if (indices.getRank() == 0 || batchRank < 0 ||
      batchRank >= indices.getRank() || depth < 1 ||
      batchRank + depth > data.getRank() ||
      data.getShape().take_front(batchRank) !=
          indices.getShape().take_front(batchRank)) {
    return createStringError(
        "indices of shape " + printShape(indices.getShape()) +
        " do not fit data of shape " + printShape(data.getShape()) + " with " +
        Twine(batchRank) + " batch dimensions");
  }

  ArrayRef<int64_t> chosen = data.getShape().slice(batchRank, depth);
  ArrayRef<int64_t> rest = data.getShape().drop_front(batchRank + depth);
  Shape shape(indices.getShape().drop_back());
  llvm::append_range(shape, rest);
  Expected<Tensor> result = context.allocate(data.getElementType(), shape);
  if (!result || result->getNumElements() == 0) {
    return context.give(std::move(result));
  }

  SmallVector<int64_t> flat = indices.toIntegers();
  size_t bytes = countElements(rest) * data.getElementBytes();
  int64_t count = flat.size() / depth;
  int64_t perBatch =
      count / countElements(data.getShape().take_front(batchRank));
  for (int64_t i = 0; i < count; ++i) {
    Expected<int64_t> offset =
        sliceOffset(ArrayRef(flat).slice(i * depth, depth), chosen);
    if (!offset) {
      return offset.takeError();
    }
    int64_t from = i / perBatch * countElements(chosen) + *offset;
    std::memcpy(result->getMutableBytes() + i * bytes,
                data.getBytes().data() + from * bytes, bytes);
  }
  return context.give(std::move(result));
}

Error evaluate::nonZero(EvaluationContext &context) {
  const Tensor &input = context.getInput(0);
  // A scalar counts as a vector of one element.
  Shape shape(input.getShape());
  if (shape.empty()) {
    shape.push_back(1);
  }
  std::vector<int64_t> found;
  for (auto [i, value] : llvm::enumerate(input.widen<double>())) {
    if (value != 0) {
      found.push_back(i);
    }
  }
  Shape strides = rowMajorStrides(shape);
  std::vector<int64_t> coordinates;
  for (auto [stride, size] : llvm::zip(strides, shape)) {
    for (int64_t i : found) {
      coordinates.push_back(i / stride % size);
    }
  }
  Shape resultShape = {static_cast<int64_t>(shape.size()),
                       static_cast<int64_t>(found.size())};
  if (Error error = context.check(context.getInteger(64), resultShape)) {
    return error;
  }
  return context.give(0, context.getInteger(64), resultShape, coordinates);
}

Error evaluate::oneHot(EvaluationContext &context) {
  const Tensor &indices = context.getInput(0);
  const Tensor &values = context.getInput(2);
  int64_t rank = indices.getRank() + 1;
  Expected<int64_t> axis = normalizeAxis(context.node.getInt("axis", -1), rank);
  if (!axis) {
    return axis.takeError();
  }
  if (context.getInput(1).getNumElements() != 1 ||
      values.getNumElements() != 2) {
    return createStringError("expected a depth and two values");
  }
  int64_t depth = context.getIntegers(1)[0];
  Shape shape(indices.getShape());
  shape.insert(shape.begin() + *axis, depth);
  Expected<Tensor> result = context.allocate(values.getElementType(), shape);
  if (!result) {
    return result.takeError();
  }

  AxisSplit split(shape, *axis);
  size_t width = values.getElementBytes();
  std::vector<int64_t> flat = indices.widen<int64_t>();
  for (int64_t i = 0, count = result->getNumElements(); i < count; ++i) {
    int64_t index =
        flat[i / (depth * split.inner) * split.inner + i % split.inner];
    index += index < 0 ? depth : 0;
    bool isOn = i / split.inner % depth == index;
    copyElement(result->getMutableBytes() + i * width,
                values.getBytes().data() + isOn * width, width);
  }
  return context.give(std::move(result));
}
