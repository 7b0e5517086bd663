//===- Microkernel.cpp - register tiles of a matrix product -----*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One emitter makes every product of the target: linear layers, attention
// scores and attention outputs, from one row (the streaming matrix-vector
// product of decode) to the full register tile.
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/X86/Kernels/Kernels.h"

using namespace mlir;
using namespace tandem::x86;

namespace {

/// The loop over depth of a tile of `rows` x 16, with `sets` independent sets
/// of accumulators.
class TileLoop {
public:
  TileLoop(Emitter &e, int64_t rows, int64_t rowStride, int64_t depthStride,
           Pointer a, Pointer b)
      : e(e), rows(rows), vectors(e.variant.panelVectors()),
        rowStride(rowStride), depthStride(depthStride), sets(accumulatorSets()),
        a(a), b(b) {}

  /// A x B over `depth`, row after row.
  Exprs run(Expr depth) {
    // A tall tile does enough in one step to hide the loop's own cost; with
    // more steps the scheduler loads ahead and spills (tested).
    int64_t tall = e.variant.registers == 16 ? 12 : 8;
    int64_t unroll = std::max<int64_t>(sets, rows * vectors > tall ? 1 : 4);
    Exprs tile(sets * rows * vectors, e.constant(e.vectorType(), 0));
    Expr whole = depth - depth % unroll;
    tile = e.loop(e.integer(0), whole, unroll, tile,
                  [&](Expr k, const Exprs &sums) {
                    Exprs next = sums;
                    for (int64_t step = 0; step < unroll; ++step) {
                      multiply(k, step, step % sets, next);
                    }
                    return next;
                  });
    if (unroll > 1) {
      tile = e.loop(whole, depth, 1, tile, [&](Expr k, const Exprs &sums) {
        Exprs next = sums;
        multiply(k, 0, 0, next);
        return next;
      });
    }
    return foldSets(tile);
  }

private:
  /// A tile too small to hide the latency of a multiply-add keeps several sums
  /// for each value.
  int64_t accumulatorSets() const {
    int64_t most = e.variant.registers == 16 ? 12 : 16, count = 1;
    while (count < 8 && 2 * count * rows * vectors <= most) {
      count *= 2;
    }
    return count;
  }

  /// sums[set] += column k + step of A x row k + step of B.
  void multiply(Expr k, int64_t step, int64_t set, Exprs &sums) {
    Pointer aColumn =
        (a + k * static_cast<double>(depthStride)) + step * depthStride;
    Pointer bRow =
        (b + k * static_cast<double>(panelColumns)) + step * panelColumns;
    Exprs bVectors;
    for (int64_t v = 0; v < vectors; ++v) {
      bVectors.push_back((bRow + v * e.variant.lanes).load(e.vectorType()));
    }
    for (int64_t row = 0; row < rows; ++row) {
      Expr value = e.broadcast((aColumn + row * rowStride).loadFloat());
      for (int64_t v = 0; v < vectors; ++v) {
        Expr &sum = sums[(set * rows + row) * vectors + v];
        sum = e.fma(value, bVectors[v], sum);
      }
    }
  }

  Exprs foldSets(const Exprs &sums) {
    Exprs tile(sums.begin(), sums.begin() + rows * vectors);
    for (size_t i = tile.size(); i < sums.size(); ++i) {
      tile[i % tile.size()] = tile[i % tile.size()] + sums[i];
    }
    return tile;
  }

  Emitter &e;
  int64_t rows, vectors, rowStride, depthStride, sets;
  Pointer a, b;
};

} // namespace

LLVM::LLVMFuncOp Kernels::multiply(int64_t rows, bool packed) {
  std::string name =
      (packed ? "multiply_packed_" : "multiply_rows_") + std::to_string(rows);
  Emitter types(module.getLoc(), variant);
  Type ptr = types.pointerType(), i64 = types.i64();
  return define(name, {ptr, ptr, ptr, i64, i64, i64},
                [&](Emitter &e, ValueRange arguments) {
                  Pointer c(e, arguments[2]);
                  Expr depth(e, arguments[3]), stride(e, arguments[4]),
                      accumulate(e, arguments[5]);
                  SmallVector<Pointer> places;
                  for (int64_t row = 0; row < rows; ++row) {
                    for (int64_t v = 0; v < variant.panelVectors(); ++v) {
                      places.push_back((c + stride * static_cast<double>(row)) +
                                       v * variant.lanes);
                    }
                  }
                  Exprs product = TileLoop(e, rows, packed ? 1 : blockKeys,
                                           packed ? rows : 1, {e, arguments[0]},
                                           {e, arguments[1]})
                                      .run(depth);
                  // What C holds joins the finished sum: a long product made of
                  // several calls then rounds like a sum of short ones.
                  Exprs tile = e.choose(
                      accumulate != 0,
                      [&] {
                        Exprs sums;
                        for (auto [place, value] : llvm::zip(places, product)) {
                          sums.push_back(place.load(e.vectorType()) + value);
                        }
                        return sums;
                      },
                      [&] { return product; });
                  for (auto [place, value] : llvm::zip(places, tile)) {
                    place.store(value);
                  }
                });
}

LLVM::LLVMFuncOp Kernels::multiplyAny(bool packed) {
  Emitter types(module.getLoc(), variant);
  Type ptr = types.pointerType(), i64 = types.i64();
  SmallVector<LLVM::LLVMFuncOp> tiles;
  for (int64_t rows = 1; rows <= variant.tileRows; ++rows) {
    tiles.push_back(multiply(rows, packed));
  }
  return define(packed ? "multiply_packed" : "multiply_rows",
                {i64, ptr, ptr, ptr, i64, i64, i64},
                [&](Emitter &e, ValueRange arguments) {
                  e.dispatch({e, arguments[0]}, 1, variant.tileRows,
                             [&](int64_t rows) {
                               e.call(tiles[rows - 1], arguments.drop_front());
                             });
                });
}

LLVM::LLVMFuncOp Kernels::multiplyPacked() { return multiplyAny(true); }
LLVM::LLVMFuncOp Kernels::multiplyRows() { return multiplyAny(false); }
