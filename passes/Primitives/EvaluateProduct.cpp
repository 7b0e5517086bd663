//===- EvaluateProduct.cpp - MatMul and its relatives ------------*- C++
//-*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Floating-point products use the streaming kernel; products of integers are
// exact and wrap.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Primitives/Evaluation.h"
#include "tandem/passes/Primitives/Evaluators.h"
#include "tandem/passes/Primitives/MatrixProduct.h"

using namespace mlir;
using namespace tandem::primitives;
using llvm::createStringError;
using llvm::Error;
using llvm::Expected;

namespace {
/// The shapes of a MatMul: stacks of matrices [m, k] and [k, n].
struct Stacks {
  Shape batch;                     ///< broadcast leading dimensions
  Shape leftStrides, rightStrides; ///< of the stacks along `batch`, in matrices
  int64_t m, k, n;
  Shape result;
};

/// Whether the last two axes of the operands are swapped.
struct Transposition {
  bool left = false, right = false;
};
} // namespace

/// The stacks of MatMul's operands, which follow numpy.matmul: vectors count as
/// a row on the left and as a column on the right.
static Expected<Stacks> stack(const Tensor &left, const Tensor &right,
                              Transposition transposed) {
  Shape a(left.getShape()), b(right.getShape());
  auto mismatch = [&] {
    return createStringError("cannot multiply shapes " +
                             printShape(left.getShape()) + " and " +
                             printShape(right.getShape()));
  };
  if (a.empty() || b.empty()) {
    return mismatch();
  }
  if (left.getRank() == 1) {
    a.insert(a.begin(), 1);
  }
  if (right.getRank() == 1) {
    b.push_back(1);
  }
  auto [rows, columns] = std::pair(a.end()[-2], a.back());
  auto [depth, width] = std::pair(b.end()[-2], b.back());
  if (transposed.left) {
    std::swap(rows, columns);
  }
  if (transposed.right) {
    std::swap(depth, width);
  }
  if (columns != depth) {
    return mismatch();
  }

  ArrayRef<int64_t> leftBatch = ArrayRef<int64_t>(a).drop_back(2);
  ArrayRef<int64_t> rightBatch = ArrayRef<int64_t>(b).drop_back(2);
  Expected<Shape> batch = broadcastShapes(leftBatch, rightBatch);
  if (!batch) {
    return batch.takeError();
  }
  Stacks stacks{*batch,
                broadcastStrides(leftBatch, *batch),
                broadcastStrides(rightBatch, *batch),
                rows,
                columns,
                width,
                *batch};
  if (left.getRank() > 1) {
    stacks.result.push_back(rows);
  }
  if (right.getRank() > 1) {
    stacks.result.push_back(width);
  }
  return stacks;
}

/// Elements of `tensor` from `offset` as a matrix [rows, columns], wide.
template <typename Wide>
static std::vector<Wide> takeMatrix(ArrayRef<Wide> values, int64_t offset,
                                    int64_t rows, int64_t columns,
                                    bool isTransposed) {
  std::vector<Wide> matrix(rows * columns);
  for (int64_t i = 0; i < rows; ++i) {
    for (int64_t j = 0; j < columns; ++j) {
      matrix[i * columns + j] =
          values[offset + (isTransposed ? j * rows + i : i * columns + j)];
    }
  }
  return matrix;
}

/// Floating-point product of the stacks, as doubles.
static std::vector<double> multiplyFloats(const Tensor &left,
                                          const Tensor &right, Stacks stacks,
                                          Transposition transposed) {
  std::vector<double> a = left.widen<double>();
  // One weight for all rows: the rows of the whole batch are multiplied at
  // once.
  if (right.getRank() == 2 && !transposed.left) {
    stacks.m *= countElements(stacks.batch);
    stacks.batch.clear();
  }
  std::vector<double> result;
  forEachIndex<2>(stacks.batch, {stacks.leftStrides, stacks.rightStrides},
                  [&](auto offsets) {
                    std::vector<double> rows =
                        takeMatrix<double>(a, offsets[0] * stacks.m * stacks.k,
                                           stacks.m, stacks.k, transposed.left);
                    MatrixView view{right, offsets[1] * stacks.k * stacks.n,
                                    transposed.right ? stacks.k : stacks.n,
                                    transposed.right};
                    std::vector<double> product = multiplyRows(
                        rows, stacks.m, stacks.k, stacks.n,
                        [&](const Tile &tile) { view.read(tile); });
                    llvm::append_range(result, product);
                  });
  return result;
}

/// Product of integers less their zero points, modulo 2^64.
static std::vector<int64_t> multiplyIntegers(ArrayRef<int64_t> left,
                                             ArrayRef<int64_t> right,
                                             const Stacks &stacks) {
  std::vector<int64_t> result;
  auto [m, k, n] = std::tuple(stacks.m, stacks.k, stacks.n);
  forEachIndex<2>(stacks.batch, {stacks.leftStrides, stacks.rightStrides},
                  [&](auto offsets) {
                    const int64_t *a = left.data() + offsets[0] * m * k;
                    const int64_t *b = right.data() + offsets[1] * k * n;
                    for (int64_t i = 0; i < m; ++i) {
                      for (int64_t j = 0; j < n; ++j) {
                        uint64_t sum = 0;
                        for (int64_t x = 0; x < k; ++x) {
                          sum += static_cast<uint64_t>(a[i * k + x]) *
                                 static_cast<uint64_t>(b[x * n + j]);
                        }
                        result.push_back(sum);
                      }
                    }
                  });
  return result;
}

Error evaluate::matMul(EvaluationContext &context) {
  const Tensor &left = context.getInput(0), &right = context.getInput(1);
  if (Error error = checkSameType(left, right)) {
    return error;
  }
  Expected<Stacks> stacks = stack(left, right, {});
  if (!stacks) {
    return stacks.takeError();
  }
  Type elementType = left.getElementType();
  if (Error error = context.check(elementType, stacks->result)) {
    return error;
  }
  if (elementType.isInteger()) {
    return context.give(0, elementType, stacks->result,
                        multiplyIntegers(left.widen<int64_t>(),
                                         right.widen<int64_t>(), *stacks));
  }
  return context.give(0, elementType, stacks->result,
                      multiplyFloats(left, right, *stacks, {}));
}

Error evaluate::fusedMatMul(EvaluationContext &context) {
  const Tensor &left = context.getInput(0), &right = context.getInput(1);
  if (Error error = checkSameType(left, right)) {
    return error;
  }
  for (StringRef name : {"transBatchA", "transBatchB"}) {
    if (context.node.getInt(name, 0)) {
      return createStringError(name + " is not supported");
    }
  }
  Transposition transposed{context.node.getInt("transA", 0) != 0,
                           context.node.getInt("transB", 0) != 0};
  Expected<Stacks> stacks = stack(left, right, transposed);
  if (!stacks) {
    return stacks.takeError();
  }
  if (Error error = context.check(left.getElementType(), stacks->result)) {
    return error;
  }
  std::vector<double> values = multiplyFloats(left, right, *stacks, transposed);
  for (double &value : values) {
    value *= context.node.getFloat("alpha", 1);
  }
  return context.give(0, left.getElementType(), stacks->result, values);
}

Error evaluate::gemm(EvaluationContext &context) {
  const Tensor &left = context.getInput(0), &right = context.getInput(1);
  const Tensor &added = context.getInput(2);
  if (Error error = checkSameType(left, right)) {
    return error;
  }
  for (const Tensor *factor : {&left, &right}) {
    if (Error error = checkRank(*factor, 2, "factor")) {
      return error;
    }
  }
  Transposition transposed{context.node.getInt("transA", 0) != 0,
                           context.node.getInt("transB", 0) != 0};
  Expected<Stacks> stacks = stack(left, right, transposed);
  if (!stacks) {
    return stacks.takeError();
  }
  if (Error error = context.check(left.getElementType(), stacks->result)) {
    return error;
  }
  std::vector<double> values = multiplyFloats(left, right, *stacks, transposed);
  for (double &value : values) {
    value *= context.node.getFloat("alpha", 1);
  }
  if (added) {
    Expected<Shape> shape = broadcastShapes(added.getShape(), stacks->result);
    if (!shape) {
      return shape.takeError();
    }
    if (*shape != stacks->result) {
      return createStringError(
          "adds a tensor of shape " + printShape(added.getShape()) +
          " to a product of shape " + printShape(stacks->result));
    }
    std::vector<double> addends = added.widen<double>();
    double beta = context.node.getFloat("beta", 1);
    double *next = values.data();
    forEachIndex<1>(
        *shape, {broadcastStrides(added.getShape(), *shape)},
        [&](auto offsets) { *next++ += beta * addends[offsets[0]]; });
  }
  return context.give(0, left.getElementType(), stacks->result, values);
}

/// The elements less their zero point, which is one for all or one for each row
/// of the left factor or column of the right one.
static Expected<std::vector<int64_t>>
center(const Tensor &tensor, const Tensor &zeroPoint, bool isPerRow) {
  std::vector<int64_t> values = tensor.widen<int64_t>();
  if (!zeroPoint) {
    return values;
  }
  std::vector<int64_t> zeros = zeroPoint.widen<int64_t>();
  int64_t count = zeros.size(), columns = tensor.getShape().back();
  int64_t rows = tensor.getRank() < 2 ? 1 : tensor.getShape().end()[-2];
  if (count != 1 && count != (isPerRow ? rows : columns)) {
    return createStringError(
        "zero point has shape " + printShape(zeroPoint.getShape()) +
        " for a factor of shape " + printShape(tensor.getShape()));
  }
  for (auto [i, value] : llvm::enumerate(values)) {
    value -= zeros[count == 1 ? 0
                   : isPerRow ? i / columns % rows
                              : i % columns];
  }
  return values;
}

Error evaluate::matMulInteger(EvaluationContext &context) {
  const Tensor &left = context.getInput(0), &right = context.getInput(1);
  Expected<Stacks> stacks = stack(left, right, {});
  if (!stacks) {
    return stacks.takeError();
  }
  if (Error error = context.check(context.getInteger(32), stacks->result)) {
    return error;
  }
  auto a = center(left, context.getInput(2), /*isPerRow=*/true);
  if (!a) {
    return a.takeError();
  }
  auto b = center(right, context.getInput(3), /*isPerRow=*/false);
  if (!b) {
    return b.takeError();
  }
  return context.give(0, context.getInteger(32), stacks->result,
                      multiplyIntegers(*a, *b, *stacks));
}
