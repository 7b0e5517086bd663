//===- CopyTile.cpp - copies a tile between two layouts -------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/X86/Conversion/CopyTile.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::x86;

/// Copies `count` elements that are contiguous on both sides.
static void copyRun(Emitter &e, const Elements &from, const Elements &to,
                    Expr count) {
  int64_t lanes = e.variant.lanes, unrolled = 4 * lanes;
  Expr most = count - count % unrolled, whole = count - count % lanes;
  e.loop(e.integer(0), most, unrolled, [&](Expr i) {
    Elements source = from.at(i), destination = to.at(i);
    for (int64_t lane = 0; lane < unrolled; lane += lanes) {
      copyElements(source.at(lane), destination.at(lane), lanes);
    }
  });
  e.loop(most, whole, lanes,
         [&](Expr i) { copyElements(from.at(i), to.at(i), lanes); });
  e.loop(whole, count, 1,
         [&](Expr i) { copyElements(from.at(i), to.at(i), 1); });
}

/// Exchanges rows and columns of a square of registers: in step s, blocks of s
/// x s swap across the diagonal of blocks of 2s x 2s.
static void transpose(Emitter &e, Exprs &rows) {
  int64_t count = rows.size();
  for (int64_t step = count / 2; step > 0; step /= 2) {
    SmallVector<int32_t> low, high;
    for (int64_t lane = 0; lane < count; ++lane) {
      bool isFirst = (lane & step) == 0;
      low.push_back(isFirst ? lane : count + lane - step);
      high.push_back(isFirst ? lane + step : count + lane);
    }
    for (int64_t i = 0; i < count; ++i) {
      if (i & step) {
        continue;
      }
      Expr a = rows[i], b = rows[i + step];
      rows[i] = {e, LLVM::ShuffleVectorOp::create(e, a, b, low)};
      rows[i + step] = {e, LLVM::ShuffleVectorOp::create(e, a, b, high)};
    }
  }
}

/// A square of `lanes` x `lanes` elements, contiguous along one axis in the
/// source and along the other in the destination.
static void copyTransposed(Emitter &e, const Elements &from, int64_t fromStride,
                           const Elements &to, int64_t toStride) {
  Exprs rows;
  for (int64_t i = 0; i < e.variant.lanes; ++i) {
    rows.push_back(from.at(i * fromStride).loadFloats(e.variant.lanes));
  }
  transpose(e, rows);
  for (auto [i, row] : llvm::enumerate(rows)) {
    to.at(int64_t(i) * toStride).storeFloats(row);
  }
}

/// Element by element, along the destination's shorter stride.
static void copyScalars(Emitter &e, const TileSide &from, const TileSide &to,
                        Expr firstToken, Expr lastToken, Expr firstDim,
                        Expr lastDim) {
  auto copy = [&](Expr token, Expr dim) {
    copyElements(from.at(token, dim), to.at(token, dim), 1);
  };
  if (to.strides.token < to.strides.dim) {
    e.loop(firstDim, lastDim, 1, [&](Expr dim) {
      e.loop(firstToken, lastToken, 1, [&](Expr token) { copy(token, dim); });
    });
    return;
  }
  e.loop(firstToken, lastToken, 1, [&](Expr token) {
    e.loop(firstDim, lastDim, 1, [&](Expr dim) { copy(token, dim); });
  });
}

static bool isUnit(int64_t a, int64_t b) { return a == 1 && b == 1; }

void tandem::x86::copyTokens(Emitter &e, const TileSide &from,
                             const TileSide &to, Expr first, Expr last,
                             int64_t dims) {
  Expr zero = e.integer(0), width = e.integer(dims);
  if (isUnit(from.strides.dim, to.strides.dim)) {
    e.loop(first, last, 1, [&](Expr token) {
      copyRun(e, from.at(token, zero), to.at(token, zero), width);
    });
    return;
  }
  if (isUnit(from.strides.token, to.strides.token)) {
    e.loop(zero, width, 1, [&](Expr dim) {
      copyRun(e, from.at(first, dim), to.at(first, dim), last - first);
    });
    return;
  }
  copyScalars(e, from, to, first, last, zero, width);
}

/// Whether a tile of `shape` is one run of elements with these strides.
static bool isOneRun(TileStrides strides, TileShape shape) {
  return (strides.dim == 1 && strides.token == shape.dims) ||
         (strides.token == 1 && strides.dim == shape.tokens);
}

static bool isEqual(TileStrides a, TileStrides b) {
  return a.token == b.token && a.dim == b.dim;
}

void tandem::x86::copyTile(Emitter &e, const TileSide &from, const TileSide &to,
                           TileShape shape) {
  Expr zero = e.integer(0);
  if (isEqual(from.strides, to.strides) && isOneRun(from.strides, shape)) {
    return copyRun(e, from.elements, to.elements,
                   e.integer(shape.tokens * shape.dims));
  }
  int64_t lanes = e.variant.lanes;
  bool isToColumns = isUnit(from.strides.dim, to.strides.token);
  bool isToRows = isUnit(from.strides.token, to.strides.dim);
  if (shape.tokens < lanes || !(isToColumns || isToRows)) {
    return copyTokens(e, from, to, zero, e.integer(shape.tokens), shape.dims);
  }
  Expr squareTokens = e.integer(shape.tokens / lanes * lanes);
  Expr squareDims = e.integer(shape.dims / lanes * lanes);
  e.loop(zero, squareTokens, lanes, [&](Expr token) {
    e.loop(zero, squareDims, lanes, [&](Expr dim) {
      copyTransposed(e, from.at(token, dim),
                     isToColumns ? from.strides.token : from.strides.dim,
                     to.at(token, dim),
                     isToColumns ? to.strides.dim : to.strides.token);
    });
  });
  Expr tokens = e.integer(shape.tokens), dims = e.integer(shape.dims);
  copyScalars(e, from, to, zero, squareTokens, squareDims, dims);
  copyScalars(e, from, to, squareTokens, tokens, zero, dims);
}
