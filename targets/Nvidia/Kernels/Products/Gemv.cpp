//===- Gemv.cpp - products for few rows, by tensor cores --------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A block of threads makes 16 or 32 columns of the result for 8 rows of inputs.
// The weights are A, the inputs B. A thread loads 16 bytes of a row at once,
// which are operands as they lie, since the order along the depth is free: of
// each 32 elements thread 4g + t takes 8t to 8t + 7. Warps share the depth and
// add up in shared memory, in a fixed order.
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Kernels/Matrix.h"
#include "tandem/targets/Nvidia/Kernels/Products/Codes.h"
#include "tandem/targets/Nvidia/Kernels/Products/Product.h"

using namespace mlir;
using namespace tandem::nvidia;

static constexpr int64_t warpThreads = 32, warps = 4;
static constexpr int64_t tileColumns = 16, inputRows = 8;
/// Registers at which the steps of a stretch begin.
static constexpr int64_t bothHalves[] = {0, 2};
static constexpr int64_t tileSums = tileColumns * inputRows;
/// Steps along the depth whose loads are under way at the same time.
static constexpr int64_t stepsAtOnce = 2;

/// Tiles of 16 columns of each matrix. Codes are few bytes, and two tiles share
/// the sums of inputs that their zero points need; a gate is a second tile.
static int64_t tilesOf(const LinearShape &shape) {
  return shape.weight.isCodes() && !shape.hasGate ? 2 : 1;
}

GemvBlock tandem::nvidia::blockOfGemv(const LinearShape &shape) {
  return {tilesOf(shape) * tileColumns, warps};
}

namespace {

/// The code of one thread.
class GemvCode {
public:
  explicit GemvCode(const Product &product)
      : product(product), shape(product.shape), weight(shape.weight),
        code(product.code), tiles(tilesOf(shape)),
        warp(code.thread() / double(warpThreads)),
        group(code.thread() % warpThreads / 4.0), member(code.thread() % 4),
        column(code.blockX() * double(tiles * tileColumns)) {}

  void run();

private:
  int64_t allTiles() const { return shape.matrices() * tiles; }
  /// Registers of a thread's inputs of a run.
  int64_t runWords() const {
    return weight.isCodes() ? weight.runCodes() / 8 : 4;
  }
  /// Elements of a row that its 64 or 128 bytes of a step are.
  int64_t stepDepth() const {
    return weight.isCodes() ? weight.groupCodes() : tileDepth;
  }

  void findRows();
  /// Adds A B to the sums: `low` and `high` are rows g and g + 8 of A. All have
  /// 4 registers, two for each step of tensor cores; `halves` are those to
  /// take.
  void multiply(ArrayRef<Expr> low, ArrayRef<Expr> high, const Exprs &inputs,
                Exprs &sums, int64_t first,
                ArrayRef<int64_t> halves = bothHalves);
  SmallVector<Exprs> loadInputs(Expr k);
  void multiplyElements(Expr step, Exprs &sums);
  void multiplyCodes(Expr step, Exprs &sums);
  void multiplyRun(Expr k, ArrayRef<int64_t> halves, ArrayRef<Exprs> pairs,
                   ArrayRef<Exprs> inputs, Exprs &sums);
  Exprs sumProducts();
  void shareSums(const Exprs &sums);
  void store();

  const Product &product;
  const LinearShape &shape;
  const WeightFormat &weight;
  Code &code;
  int64_t tiles;
  Expr warp, group, member, column;
  SmallVector<Expr> ownColumns;    ///< `group` and + 8 of each tile
  SmallVector<Pointer> weightRows; ///< of these, where this thread loads
  SmallVector<Pointer> inputTerms; ///< of row `group` of the inputs
};

} // namespace

void GemvCode::findRows() {
  for (int64_t i = 0; i < 2 * allTiles(); ++i) {
    int64_t matrix = i / (2 * tiles), offset = i % (2 * tiles) * 8;
    // A column that is not there is not stored; another stands for it.
    ownColumns.push_back(code.minimum(column + group + double(offset),
                                      code.integer(weight.rows - 1)));
    weightRows.push_back(product.weights(matrix)[0].bytes(
        ownColumns.back() * double(weight.rowBytes()) + member * 16.0));
  }
  RowFormat format = shape.input();
  Expr own = code.minimum(product.row + group, product.count - 1.0);
  for (int64_t term = 0; term < format.terms; ++term) {
    inputTerms.push_back(product.input().bytes(
        own * double(format.rowBytes()) + double(term * format.termBytes()) +
        member * double(4 * runWords())));
  }
}

/// This thread's 8 elements of the stretch at `k`, term by term.
SmallVector<Exprs> GemvCode::loadInputs(Expr k) {
  SmallVector<Exprs> inputs;
  for (Pointer term : inputTerms) {
    Exprs &registers = inputs.emplace_back();
    for (int64_t i = 0; i < 4 / runWords(); ++i) {
      registers.append(
          loadRegisters(term.bytes(k * 2.0 + double(i * 16 * 2)), runWords()));
    }
  }
  return inputs;
}

void GemvCode::multiply(ArrayRef<Expr> low, ArrayRef<Expr> high,
                        const Exprs &inputs, Exprs &sums, int64_t first,
                        ArrayRef<int64_t> halves) {
  for (int64_t half : halves) {
    Exprs a = {low[half], high[half], low[half + 1], high[half + 1]};
    Exprs made =
        multiplyTiles(code.getBF16Type(), a, ArrayRef(inputs).slice(half, 2),
                      ArrayRef(sums).slice(first, 4));
    llvm::copy(made, sums.begin() + first);
  }
}

void GemvCode::multiplyElements(Expr step, Exprs &sums) {
  SmallVector<Exprs> rows, inputs;
  for (int64_t k = 0; k < tileDepth; k += stretch) {
    Expr first = step * double(tileDepth) + double(k);
    for (Pointer row : weightRows) {
      rows.push_back(loadRegisters(row.bytes(first * 2.0)));
    }
    inputs.append(loadInputs(first));
  }
  size_t terms = inputTerms.size();
  for (size_t i = 0; i < inputs.size(); i += terms) {
    for (int64_t tile = 0; tile < allTiles(); ++tile) {
      size_t row = i / terms * weightRows.size() + 2 * tile;
      SmallVector<Exprs> low = weightTermsOf(weight, rows[row]);
      SmallVector<Exprs> high = weightTermsOf(weight, rows[row + 1]);
      for (size_t term = 0; term < terms; ++term) {
        for (size_t own = 0; own < std::min(low.size(), terms - term); ++own) {
          multiply(low[own], high[own], inputs[i + term], sums, 4 * tile);
        }
      }
    }
  }
}

void GemvCode::multiplyCodes(Expr step, Exprs &sums) {
  SmallVector<Exprs> rows;
  for (Pointer row : weightRows) {
    rows.push_back(loadRegisters(row.bytes(step * 64.0)));
  }
  int64_t words = stretchBytes(weight) / 4;
  for (int64_t i = 0; i < 4 / words; ++i) {
    Expr k = step * double(stepDepth()) + double(i * stretch);
    SmallVector<Exprs> inputs = loadInputs(k);
    SmallVector<Exprs> pairs; // of each row of codes
    for (const Exprs &row : rows) {
      pairs.push_back(
          unpackCodes(weight, ArrayRef(row).slice(i * words, words)));
    }
    for (int64_t run = 0; run < stretch / weight.runCodes(); ++run) {
      multiplyRun(k + double(run * weight.runCodes()),
                  ArrayRef(bothHalves).slice(run, runWords() / 2), pairs,
                  inputs, sums);
    }
  }
}

/// Adds the products of the run at `k`, which is `halves` of its stretch.
void GemvCode::multiplyRun(Expr k, ArrayRef<int64_t> halves,
                           ArrayRef<Exprs> pairs, ArrayRef<Exprs> inputs,
                           Exprs &sums) {
  Exprs ones = onesFor(code, 4), inputSums(4, code.real(0));
  for (const Exprs &term : inputs) {
    if (weight.hasZeros) {
      multiply(ones, ones, term, inputSums, 0, halves);
    }
  }
  for (int64_t tile = 0; tile < allTiles(); ++tile) {
    Exprs products(4, code.real(0));
    for (const Exprs &term : inputs) {
      multiply(pairs[2 * tile], pairs[2 * tile + 1], term, products, 0, halves);
    }
    for (int64_t half : {0, 1}) {
      BlockNumbers numbers =
          loadNumbers(weight, product.weights(tile / tiles)[1],
                      ownColumns[2 * tile + half], k);
      for (int64_t j = 2 * half; j < 2 * half + 2; ++j) {
        Expr value = products[j];
        if (weight.hasZeros) {
          value = code.fma(0.0 - numbers.zero, inputSums[j], value);
        }
        Expr &sum = sums[4 * tile + j];
        sum = code.fma(numbers.scale, value, sum);
      }
    }
  }
}

Exprs GemvCode::sumProducts() {
  int64_t steps = weight.stride() / stepDepth();
  int64_t each = (steps + warps - 1) / warps;
  Expr low = code.minimum(warp * double(each), code.integer(steps));
  Expr high = code.minimum(low + double(each), code.integer(steps));
  Expr middle = low + (high - low) / double(stepsAtOnce) * double(stepsAtOnce);
  Exprs sums(4 * allTiles(), code.real(0));
  auto multiply = [&](int64_t count) {
    return [this, count](Expr step, const Exprs &carried) {
      Exprs next = carried;
      for (int64_t i = 0; i < count; ++i) {
        Expr own = step + double(i);
        weight.isCodes() ? multiplyCodes(own, next)
                         : multiplyElements(own, next);
      }
      return next;
    };
  };
  sums = code.loop(low, middle, stepsAtOnce, sums, multiply(stepsAtOnce));
  return code.loop(middle, high, 1, sums, multiply(1));
}

/// Leaves the warp's sums as [warp][tile][row of inputs][column].
void GemvCode::shareSums(const Exprs &sums) {
  for (int64_t tile = 0; tile < allTiles(); ++tile) {
    Expr first = (warp * double(allTiles()) + double(tile)) * double(tileSums);
    for (int64_t i = 0; i < 4; ++i) {
      Expr x = member * 2.0 + double(i % 2);
      Expr n = group + double(8 * (i / 2));
      (product.shared + (first + x * double(tileColumns) + n))
          .store(sums[4 * tile + i]);
    }
  }
}

/// Thread i adds up and stores column i % 16 of row i / 16 of each tile.
void GemvCode::store() {
  Expr token = product.row + code.thread() / double(tileColumns);
  for (int64_t tile = 0; tile < tiles; ++tile) {
    Expr own =
        column + code.thread() % tileColumns + double(tile * tileColumns);
    Expr isThere = (token < product.count) & (own < double(weight.rows));
    code.ifThen(isThere, [&] {
      Exprs sums;
      for (int64_t matrix = 0; matrix < shape.matrices(); ++matrix) {
        Expr sum = code.real(0);
        for (int64_t i = 0; i < warps; ++i) {
          int64_t first = (i * allTiles() + matrix * tiles + tile) * tileSums;
          sum = sum +
                (product.shared + (code.thread() + double(first))).loadFloat();
        }
        sums.push_back(sum);
      }
      product.store(sums, token, own);
    });
  }
  code.ifThen(code.blockX() == 0, [&] {
    clearPadding(shape.output, product.arguments.back(), product.row, inputRows,
                 product.count, warps * warpThreads);
  });
}

void GemvCode::run() {
  findRows();
  shareSums(sumProducts());
  code.barrier();
  store();
}

Kernel tandem::nvidia::shapeOfGemv(const LinearShape &shape) {
  int64_t columns = tilesOf(shape) * tileColumns;
  Kernel kernel;
  kernel.threads = warpThreads * warps;
  kernel.blocksPerRow = (shape.weight.rows + columns - 1) / columns;
  kernel.rowsPerBlock = inputRows;
  kernel.sharedBytes = warps * shape.matrices() * tilesOf(shape) * tileSums * 4;
  return kernel;
}

void tandem::nvidia::writeGemv(const Product &product) {
  GemvCode(product).run();
}
