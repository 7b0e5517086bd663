//===- Linear.cpp - products with weight matrices -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One warp makes a column of the result for some rows of inputs: its threads
// stride along a row of the weights, 16 bytes each, which is loaded once. That
// is what a step of few tokens needs.
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Kernels/Math.h"
#include "tandem/targets/Nvidia/Kernels/Matrix.h"
#include "tandem/targets/Nvidia/Kernels/Products/Product.h"

using namespace mlir;
using namespace tandem::nvidia;

static constexpr int64_t warpThreads = 32, warps = 4;

/// Rows of inputs that a row of the weights is loaded for.
static int64_t rowsAtOnce(const LinearShape &shape) {
  return std::min<int64_t>(8, shape.inputRows);
}

static std::string kernelNameOf(const LinearShape &shape) {
  const WeightFormat &weight = shape.weight;
  std::string name = shape.input().isF32()     ? "linear_"
                     : shape.isGemv()          ? "gemv_"
                     : shape.isForWarpGroups() ? nameOfGroupGemm(shape)
                                               : nameOfGemm(shape);
  name += weight.name() + "_" + std::to_string(weight.rows) + "x" +
          std::to_string(weight.depth);
  if (shape.input().isF32() && rowsAtOnce(shape) > 1) {
    name += "_rows_" + std::to_string(rowsAtOnce(shape));
  }
  return name + (shape.hasGate ? "_glu_" + shape.glu : "") +
         nameOf(shape.steps) + shape.output.name();
}

/// Tensor cores multiply weights that are exact in bf16, or in two terms of it,
/// of which the second meets all terms of inputs but the last.
RowFormat LinearShape::input() const {
  int64_t terms = isGemv() ? 3 : inputTerms;
  if (weight.kind == WeightFormat::Kind::f16) {
    terms = std::max<int64_t>(terms, 2);
  }
  return {weight.depth, weight.isForTensorCores() ? terms : 0};
}

Expr Product::finish(ArrayRef<Expr> sums, Expr token, Expr column) const {
  Expr value = sums[0];
  if (shape.hasGate) {
    value = lookupUnary(shape.glu)(sums[1]) * value;
  }
  ArrayRef<Pointer> operands =
      arguments.drop_back().take_back(buffersOf(shape.steps));
  return applySteps(shape.steps, value, operands, token, column,
                    shape.weight.rows);
}

void Product::store(ArrayRef<Expr> sums, Expr token, Expr column) const {
  storeElement(shape.output, arguments.back(), token, column,
               finish(sums, token, column));
}

void Product::storeTiles(const Tiles &tiles,
                         function_ref<Expr(int64_t, int64_t)> sumAt) const {
  bool inPairs = shape.weight.rows % 2 == 0;
  auto ifThere = [&](Expr column, function_ref<void()> body) {
    tiles.isWhole ? body()
                  : code.ifThen(column < double(shape.weight.rows), body);
  };
  auto storeRow = [&](int64_t row, int64_t half) {
    Expr token = tiles.firstRow + double(16 * row + 8 * half);
    for (int64_t i = 0; i < tiles.alongColumns; ++i) {
      Expr first = tiles.firstColumn + double(8 * i), second = first + 1.0;
      auto sumsOf = [&](int64_t column) {
        Exprs sums;
        for (int64_t matrix = 0; matrix < shape.matrices(); ++matrix) {
          sums.push_back(sumAt(matrix, (row * tiles.alongColumns + i) * 4 +
                                           2 * half + column));
        }
        return sums;
      };
      if (inPairs) {
        ifThere(first, [&] {
          storePair(shape.output, arguments.back(), token, first,
                    finish(sumsOf(0), token, first),
                    finish(sumsOf(1), token, second));
        });
      } else {
        ifThere(first, [&] { store(sumsOf(0), token, first); });
        ifThere(second, [&] { store(sumsOf(1), token, second); });
      }
    }
  };
  for (int64_t row = 0; row < tiles.alongRows; ++row) {
    for (int64_t half : {0, 1}) {
      code.ifThen(tiles.firstRow + double(16 * row + 8 * half) < count,
                  [&] { storeRow(row, half); });
    }
  }
}

namespace {

/// The code of one thread.
class LinearCode {
public:
  explicit LinearCode(const Product &product)
      : product(product), shape(product.shape), weight(shape.weight),
        code(product.code), inputRows(rowsAtOnce(shape)), row(product.row),
        count(product.count), column(code.blockX() * double(warps) +
                                     code.thread() / double(warpThreads)),
        lane(code.thread() % warpThreads) {}

  void run() {
    code.ifThen(column < double(weight.rows), [&] { store(sumProducts()); });
  }

private:
  Exprs sumProducts();
  void store(const Exprs &sums);

  const Product &product;
  const LinearShape &shape;
  const WeightFormat &weight;
  Code &code;
  int64_t inputRows;
  Expr row, count, column, lane;
};

} // namespace

/// The products of each row of inputs with a row of each matrix, matrix by
/// matrix.
Exprs LinearCode::sumProducts() {
  int64_t lanes = weight.lanes();
  SmallVector<Pointer> inputs;
  for (int64_t i = 0; i < inputRows; ++i) {
    // A row that is not there is not stored; another stands for it.
    Expr there = i == 0 ? row : code.minimum(row + double(i), count - 1.0);
    inputs.push_back(product.input() + there * double(weight.depth));
  }
  Exprs sums(shape.matrices() * inputRows,
             code.constant(code.floats(lanes), 0));
  sums = code.loop(
      lane * double(lanes), code.integer(weight.depth), warpThreads * lanes,
      sums, [&](Expr k, const Exprs &carried) {
        Exprs next;
        for (int64_t matrix = 0; matrix < shape.matrices(); ++matrix) {
          Expr factors =
              loadWeights(weight, product.weights(matrix), column, k);
          for (Pointer input : inputs) {
            next.push_back(code.fma((input + k).loadFloats(lanes), factors,
                                    carried[next.size()]));
          }
        }
        return next;
      });
  for (Expr &sum : sums) {
    sum = code.combineWarp(code.sumLanes(sum),
                           [](Expr a, Expr b) { return a + b; });
  }
  return sums;
}

/// Stores the results: thread i of the warp that of row i.
void LinearCode::store(const Exprs &sums) {
  Expr own = row + lane;
  Expr isThere = (lane < double(inputRows)) & (own < count);
  code.ifThen(isThere, [&] {
    Exprs ofRow;
    for (int64_t matrix = 0; matrix < shape.matrices(); ++matrix) {
      Expr sum = sums[matrix * inputRows];
      for (int64_t i = 1; i < inputRows; ++i) {
        sum = code.select(lane == i, sums[matrix * inputRows + i], sum);
      }
      ofRow.push_back(sum);
    }
    product.store(ofRow, own, column);
  });
}

static Kernel shapeOfLinear(const LinearShape &shape) {
  Kernel kernel;
  kernel.threads = warpThreads * warps;
  kernel.blocksPerRow = (shape.weight.rows + warps - 1) / warps;
  kernel.rowsPerBlock = rowsAtOnce(shape);
  return kernel;
}

/// Asks for the first lines of each warp's weights, one a thread and matrix,
/// while the launch before still runs: the short ones between products leave
/// the memory idle.
static void prefetchWeights(const LinearShape &shape, Code &code,
                            ArrayRef<Pointer> arguments) {
  constexpr int64_t lineBytes = 128;
  const WeightFormat &weight = shape.weight;
  GemvBlock block = blockOfGemv(shape);
  int64_t linesOfRow = block.warps * warpThreads / block.columns;
  int64_t warpBytes = std::max(lineBytes, weight.rowBytes() / block.warps);
  Expr row = code.blockX() * double(block.columns) +
             code.thread() / double(linesOfRow);
  row = code.minimum(row, code.integer(weight.rows - 1));
  Expr line = code.thread() % linesOfRow;
  Expr offset = line % block.warps * double(warpBytes) +
                line / double(block.warps) * double(lineBytes);
  offset = code.minimum(offset, code.integer(weight.rowBytes() - 1));
  for (int64_t matrix = 0; matrix < shape.matrices(); ++matrix) {
    Pointer first = arguments[1 + matrix * weight.buffers()];
    prefetchLine(first.bytes(row * double(weight.rowBytes()) + offset));
  }
}

Kernel Kernels::linear(const LinearShape &shape) {
  bool isOfThreads = shape.input().isF32();
  int64_t buffers = shape.weight.buffers() * shape.matrices();
  return define(
      kernelNameOf(shape), 1 + buffers + buffersOf(shape.steps) + 1,
      isOfThreads               ? shapeOfLinear(shape)
      : shape.isGemv()          ? shapeOfGemv(shape)
      : shape.isForWarpGroups() ? shapeOfGroupGemm(shape)
                                : shapeOfGemm(shape),
      [&](int64_t i) { return i > 0 && i <= buffers; },
      [&](const Body &body) {
        Product product{shape,       body.code, body.arguments,
                        body.shared, body.row,  body.count};
        isOfThreads               ? LinearCode(product).run()
        : shape.isGemv()          ? writeGemv(product)
        : shape.isForWarpGroups() ? writeGroupGemm(product)
                                  : writeGemm(product);
      },
      [&](Code &code, ArrayRef<Pointer> arguments) {
        if (!isOfThreads && shape.isGemv()) {
          prefetchWeights(shape, code, arguments);
        }
      });
}
