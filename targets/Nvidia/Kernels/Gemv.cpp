//===- Gemv.cpp - products for few rows, by tensor cores --------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A block of threads makes 16 columns of the result for 8 rows of inputs. The
// weights are A, the inputs B. A thread loads 16 bytes of a row at once, which
// are operands as they lie, since the order along the depth is free: thread
// 4g + t takes elements 8t to 8t + 7 of each 32. Warps share the depth and add
// up in shared memory, in a fixed order.
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Kernels/Matrix.h"
#include "tandem/targets/Nvidia/Kernels/Product.h"

using namespace mlir;
using namespace tandem::nvidia;

static constexpr int64_t warpThreads = 32, warps = 4;
static constexpr int64_t columns = 16, inputRows = 8;
static constexpr int64_t tileSums = columns * inputRows;
/// Tiles along the depth whose loads are under way at the same time.
static constexpr int64_t tilesAtOnce = 2;

namespace {

/// The code of one thread.
class GemvCode {
public:
  explicit GemvCode(const Product &product)
      : product(product), shape(product.shape), code(product.code),
        warp(code.thread() / double(warpThreads)),
        group(code.thread() % warpThreads / 4.0), member(code.thread() % 4),
        column(code.blockX() * double(columns)) {}

  void run();

private:
  /// Adds the products over the tile of the depth that begins at element `k`.
  void multiplyTile(Expr k, Exprs &sums);
  Exprs sumProducts();
  void shareSums(const Exprs &sums);
  void store();

  const Product &product;
  const LinearShape &shape;
  Code &code;
  Expr warp, group, member, column;
  SmallVector<Pointer> weightRows; ///< rows `group` and + 8 of each matrix
  SmallVector<Pointer> inputTerms; ///< of row `group` of the inputs
};

} // namespace

void GemvCode::multiplyTile(Expr k, Exprs &sums) {
  static constexpr int64_t step = 32;
  SmallVector<Exprs> weights, inputs;
  for (int64_t i = 0; i < tileDepth; i += step) {
    Expr offset = (k + double(i)) * 2.0;
    for (Pointer row : weightRows) {
      weights.push_back(loadRegisters(row.bytes(offset)));
    }
    for (Pointer term : inputTerms) {
      inputs.push_back(loadRegisters(term.bytes(offset)));
    }
  }
  for (int64_t i = 0; i < tileDepth / step; ++i) {
    ArrayRef<Exprs> rows =
        ArrayRef(weights).slice(i * weightRows.size(), weightRows.size());
    for (const Exprs &x :
         ArrayRef(inputs).slice(i * inputTerms.size(), inputTerms.size())) {
      for (int64_t matrix = 0; matrix < shape.matrices(); ++matrix) {
        const Exprs &low = rows[2 * matrix], &high = rows[2 * matrix + 1];
        for (int64_t half : {0, 2}) {
          Exprs a = {low[half], high[half], low[half + 1], high[half + 1]};
          Exprs made =
              multiplyTiles(code.getBF16Type(), a, ArrayRef(x).slice(half, 2),
                            ArrayRef(sums).slice(4 * matrix, 4));
          llvm::copy(made, sums.begin() + 4 * matrix);
        }
      }
    }
  }
}

Exprs GemvCode::sumProducts() {
  int64_t rowBytes = shape.weight.rowBytes();
  for (int64_t matrix = 0; matrix < shape.matrices(); ++matrix) {
    for (int64_t half : {0, 8}) {
      // A column that is not there is not stored; another stands for it.
      Expr own = code.minimum(column + group + double(half),
                              code.integer(shape.weight.rows - 1));
      weightRows.push_back(product.weights(matrix)[0].bytes(
          own * double(rowBytes) + member * 16.0));
    }
  }
  RowFormat format = shape.input();
  Expr own = code.minimum(product.row + group, product.count - 1.0);
  for (int64_t term = 0; term < format.terms; ++term) {
    inputTerms.push_back(product.input().bytes(
        own * double(format.rowBytes()) + double(term * format.termBytes()) +
        member * 16.0));
  }

  int64_t tiles = shape.weight.stride() / tileDepth;
  int64_t each = (tiles + warps - 1) / warps;
  Expr low = code.minimum(warp * double(each), code.integer(tiles));
  Expr high = code.minimum(low + double(each), code.integer(tiles));
  Expr middle = low + (high - low) / double(tilesAtOnce) * double(tilesAtOnce);
  Exprs sums(4 * shape.matrices(), code.real(0));
  auto multiply = [&](int64_t count) {
    return [this, count](Expr tile, const Exprs &carried) {
      Exprs next = carried;
      for (int64_t i = 0; i < count; ++i) {
        multiplyTile((tile + double(i)) * double(tileDepth), next);
      }
      return next;
    };
  };
  sums = code.loop(low, middle, tilesAtOnce, sums, multiply(tilesAtOnce));
  return code.loop(middle, high, 1, sums, multiply(1));
}

/// Leaves the warp's sums as [warp][matrix][row of inputs][column].
void GemvCode::shareSums(const Exprs &sums) {
  for (int64_t matrix = 0; matrix < shape.matrices(); ++matrix) {
    Expr first =
        (warp * double(shape.matrices()) + double(matrix)) * double(tileSums);
    for (int64_t i = 0; i < 4; ++i) {
      Expr x = member * 2.0 + double(i % 2);
      Expr n = group + double(8 * (i / 2));
      (product.shared + (first + x * double(columns) + n))
          .store(sums[4 * matrix + i]);
    }
  }
}

/// Thread i adds up and stores column i % 16 of row i / 16.
void GemvCode::store() {
  Expr token = product.row + code.thread() / double(columns);
  Expr own = column + code.thread() % columns;
  Expr isThere = (token < product.count) & (own < double(shape.weight.rows));
  code.ifThen(isThere, [&] {
    Exprs sums;
    for (int64_t matrix = 0; matrix < shape.matrices(); ++matrix) {
      Expr sum = code.real(0);
      for (int64_t i = 0; i < warps; ++i) {
        int64_t first = (i * shape.matrices() + matrix) * tileSums;
        sum = sum +
              (product.shared + (code.thread() + double(first))).loadFloat();
      }
      sums.push_back(sum);
    }
    product.store(sums, token, own);
  });
  code.ifThen(code.blockX() == 0, [&] {
    clearPadding(shape.output, product.arguments.back(), product.row, inputRows,
                 product.count, warps * warpThreads);
  });
}

void GemvCode::run() {
  shareSums(sumProducts());
  code.barrier();
  store();
}

Kernel tandem::nvidia::shapeOfGemv(const LinearShape &shape) {
  Kernel kernel;
  kernel.threads = warpThreads * warps;
  kernel.blocksPerRow = (shape.weight.rows + columns - 1) / columns;
  kernel.rowsPerBlock = inputRows;
  kernel.sharedBytes = warps * shape.matrices() * tileSums * 4;
  return kernel;
}

void tandem::nvidia::writeGemv(const Product &product) {
  GemvCode(product).run();
}
