//===- EvaluateScatter.cpp - elements written by index -----------*- C++
//-*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Scatters copy their data, then write updates in row-major order of the
// indices.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Primitives/Evaluators.h"
#include "tandem/passes/Primitives/Movement.h"

#include <algorithm>

using namespace mlir;
using namespace tandem::primitives;
using llvm::createStringError;
using llvm::Error;
using llvm::Expected;
using llvm::Twine;

namespace {
/// Where to write an update: element `source` goes to element `target`.
struct Move {
  int64_t target, source;
};
} // namespace

/// Combines an element with an update, by the `reduction` attribute.
template <typename Wide>
static Wide reduce(StringRef reduction, Wide old, Wide update) {
  // Integers wrap, which C++ defines for unsigned types only.
  using Arithmetic =
      std::conditional_t<std::is_integral_v<Wide>, uint64_t, Wide>;
  if (reduction == "add") {
    return static_cast<Arithmetic>(old) + static_cast<Arithmetic>(update);
  }
  if (reduction == "mul") {
    return static_cast<Arithmetic>(old) * static_cast<Arithmetic>(update);
  }
  if (reduction == "max") {
    return std::max(old, update);
  }
  if (reduction == "min") {
    return std::min(old, update);
  }
  return update;
}

/// Gives `data` with `moves` of single elements applied in order.
static Error scatter(EvaluationContext &context, const Tensor &data,
                     const Tensor &updates, ArrayRef<Move> moves) {
  if (Error error = checkSameType(data, updates)) {
    return error;
  }
  if (Error error = context.check(data.getElementType(), data.getShape())) {
    return error;
  }
  StringRef reduction = context.node.getString("reduction", "none");
  return withWide(data.getElementType(), [&](auto wide) {
    using Wide = decltype(wide);
    std::vector<Wide> values = data.widen<Wide>();
    std::vector<Wide> sources = updates.widen<Wide>();
    for (Move move : moves) {
      values[move.target] =
          reduce(reduction, values[move.target], sources[move.source]);
    }
    return context.give(0, data.getElementType(), data.getShape(), values);
  });
}

Error evaluate::scatterElements(EvaluationContext &context) {
  const Tensor &data = context.getInput(0);
  const Tensor &indices = context.getInput(1);
  const Tensor &updates = context.getInput(2);
  Expected<int64_t> axis =
      normalizeAxis(context.node.getInt("axis", 0), data.getRank());
  if (!axis) {
    return axis.takeError();
  }
  bool fits = indices.getRank() == data.getRank() &&
              indices.getShape() == updates.getShape();
  for (int64_t other = 0; fits && other < data.getRank(); ++other) {
    fits = other == *axis || indices.getDim(other) <= data.getDim(other);
  }
  if (!fits) {
    return createStringError(
        "indices of shape " + printShape(indices.getShape()) +
        " and updates of shape " + printShape(updates.getShape()) +
        " do not fit data of shape " + printShape(data.getShape()));
  }

  Shape strides = rowMajorStrides(data.getShape());
  int64_t step = std::exchange(strides[*axis], 0), size = data.getDim(*axis);
  std::vector<int64_t> flat = indices.widen<int64_t>();
  std::vector<Move> moves;
  Error error = Error::success();
  forEachIndex<1>(indices.getShape(), {strides}, [&](auto offsets) {
    int64_t at = moves.size();
    Expected<int64_t> index = normalizeIndex(flat[at], size);
    if (!index) {
      error = joinErrors(std::move(error), index.takeError());
    } else {
      moves.push_back({offsets[0] + *index * step, at});
    }
  });
  if (error) {
    return error;
  }
  return scatter(context, data, updates, moves);
}

Error evaluate::scatterNd(EvaluationContext &context) {
  const Tensor &data = context.getInput(0);
  const Tensor &indices = context.getInput(1);
  const Tensor &updates = context.getInput(2);
  int64_t depth = indices.getRank() == 0 ? 0 : indices.getShape().back();
  if (depth < 1 || depth > data.getRank()) {
    return createStringError("indices have shape " +
                             printShape(indices.getShape()) +
                             " for data of rank " + Twine(data.getRank()));
  }
  Shape expected(indices.getShape().drop_back());
  llvm::append_range(expected, data.getShape().drop_front(depth));
  if (updates.getShape() != ArrayRef<int64_t>(expected)) {
    return createStringError("updates have shape " +
                             printShape(updates.getShape()) + ", expected " +
                             printShape(expected));
  }

  int64_t slice = countElements(data.getShape().drop_front(depth));
  SmallVector<int64_t> flat = indices.toIntegers();
  std::vector<Move> moves;
  for (int64_t i = 0, count = flat.size() / depth; i < count; ++i) {
    int64_t offset = 0;
    for (int64_t axis = 0; axis < depth; ++axis) {
      Expected<int64_t> index =
          normalizeIndex(flat[i * depth + axis], data.getDim(axis));
      if (!index) {
        return index.takeError();
      }
      offset = offset * data.getDim(axis) + *index;
    }
    for (int64_t j = 0; j < slice; ++j) {
      moves.push_back({offset * slice + j, i * slice + j});
    }
  }
  return scatter(context, data, updates, moves);
}

/// Writes new keys or values into a cache of fixed size, row by row.
Error evaluate::tensorScatter(EvaluationContext &context) {
  const Tensor &cache = context.getInput(0);
  const Tensor &update = context.getInput(1);
  Expected<int64_t> axis =
      normalizeAxis(context.node.getInt("axis", -2), cache.getRank());
  if (!axis) {
    return axis.takeError();
  }
  Shape expected(cache.getShape());
  if (update.getRank() == cache.getRank()) {
    expected[*axis] = update.getDim(*axis);
  }
  int64_t rows = expected.empty() ? 0 : expected[0];
  Shape starts = context.getIntegers(2, Shape(rows, 0));
  if (*axis == 0 || update.getShape() != ArrayRef<int64_t>(expected) ||
      static_cast<int64_t>(starts.size()) != rows) {
    return createStringError(
        "update of shape " + printShape(update.getShape()) +
        " does not fit a cache of shape " + printShape(cache.getShape()));
  }

  bool circular = context.node.getString("mode", "linear") == "circular";
  AxisSplit to(cache.getShape(), *axis), from(update.getShape(), *axis);
  std::vector<Move> moves;
  for (int64_t outer = 0; outer < to.outer; ++outer) {
    int64_t start = starts[outer / (to.outer / rows)];
    for (int64_t token = 0; token < from.size; ++token) {
      int64_t at = start + token;
      if (circular && to.size > 0) {
        at %= to.size;
      }
      if (start < 0 || at < 0 || at >= to.size) {
        return createStringError("writes token " + Twine(at) +
                                 " of a cache of " + Twine(to.size));
      }
      for (int64_t i = 0; i < to.inner; ++i) {
        moves.push_back({(outer * to.size + at) * to.inner + i,
                         (outer * from.size + token) * to.inner + i});
      }
    }
  }
  return scatter(context, cache, update, moves);
}
