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

#include "tandem/targets/Nvidia/Kernels/Kernels.h"
#include "tandem/targets/Nvidia/Kernels/Math.h"

using namespace mlir;
using namespace tandem::nvidia;

static constexpr int64_t warpThreads = 32, warps = 4;

static std::string kernelNameOf(const LinearShape &shape) {
  return "linear_" + shape.weight.name() + "_" +
         std::to_string(shape.weight.rows) + "x" +
         std::to_string(shape.weight.depth) +
         (shape.inputRows > 1 ? "_rows_" + std::to_string(shape.inputRows)
                              : "") +
         (shape.hasGate ? "_glu_" + shape.glu : "") + nameOf(shape.steps);
}

namespace {

/// The code of one thread.
class LinearCode {
public:
  LinearCode(const LinearShape &shape, Code &code, ArrayRef<Pointer> arguments,
             Expr row, Expr count)
      : shape(shape), weight(shape.weight), code(code), arguments(arguments),
        row(row), count(count), column(code.blockX() * double(warps) +
                                       code.thread() / double(warpThreads)),
        lane(code.thread() % warpThreads) {}

  void run() {
    code.ifThen(column < double(weight.rows), [&] { store(sumProducts()); });
  }

private:
  int64_t matrices() const { return shape.hasGate ? 2 : 1; }
  Exprs sumProducts();
  void store(const Exprs &sums);

  const LinearShape &shape;
  const WeightFormat &weight;
  Code &code;
  ArrayRef<Pointer> arguments;
  Expr row, count, column, lane;
};

} // namespace

/// The products of each row of inputs with a row of each matrix, matrix by
/// matrix.
Exprs LinearCode::sumProducts() {
  int64_t lanes = weight.lanes();
  SmallVector<Pointer> inputs;
  for (int64_t i = 0; i < shape.inputRows; ++i) {
    // A row that is not there is not stored; another stands for it.
    Expr there = i == 0 ? row : code.minimum(row + double(i), count - 1.0);
    inputs.push_back(arguments[0] + there * double(weight.depth));
  }
  Exprs sums(matrices() * shape.inputRows,
             code.constant(code.floats(lanes), 0));
  sums = code.loop(
      lane * double(lanes), code.integer(weight.depth), warpThreads * lanes,
      sums, [&](Expr k, const Exprs &carried) {
        Exprs next;
        for (int64_t matrix = 0; matrix < matrices(); ++matrix) {
          Expr factors = loadWeights(
              weight,
              arguments.slice(1 + matrix * weight.buffers(), weight.buffers()),
              column, k);
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
  auto ofRow = [&](int64_t matrix) {
    Expr sum = sums[matrix * shape.inputRows];
    for (int64_t i = 1; i < shape.inputRows; ++i) {
      sum = code.select(lane == i, sums[matrix * shape.inputRows + i], sum);
    }
    return sum;
  };
  Expr own = row + lane;
  Expr isThere = (lane < double(shape.inputRows)) & (own < count);
  code.ifThen(isThere, [&] {
    Expr value = ofRow(0);
    if (shape.hasGate) {
      value = lookupUnary(shape.glu)(ofRow(1)) * value;
    }
    ArrayRef<Pointer> operands =
        arguments.drop_back().take_back(buffersOf(shape.steps));
    value = applySteps(shape.steps, value, operands, own, column, weight.rows);
    (arguments.back() + own * double(weight.rows) + column).store(value);
  });
}

Kernel Kernels::linear(const LinearShape &shape) {
  const WeightFormat &weight = shape.weight;
  Kernel kernel;
  kernel.threads = warpThreads * warps;
  kernel.blocksPerRow = (weight.rows + warps - 1) / warps;
  kernel.rowsPerBlock = shape.inputRows;
  int64_t matrices = weight.buffers() * (shape.hasGate ? 2 : 1);
  return define(
      kernelNameOf(shape), 1 + matrices + buffersOf(shape.steps) + 1, kernel,
      [&](int64_t i) { return i > 0 && i <= matrices; },
      [&](const Body &body) {
        LinearCode(shape, body.code, body.arguments, body.row, body.count)
            .run();
      });
}
