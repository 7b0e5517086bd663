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

/// Whether a tile of `shape` is one run of elements with these strides.
static bool isOneRun(TileStrides strides, TileShape shape) {
  return (strides.dim == 1 && strides.token == shape.dims) ||
         (strides.token == 1 && strides.dim == shape.tokens);
}

/// Bytes from an element to the same one of the tile that is read next; a CPU
/// follows few streams by itself, and a tile has one for each row.
static int64_t bytesToNextTile(const TileSide &from, TileShape shape) {
  int64_t tokens = isOneRun(from.strides, shape) ? shape.tokens : 1;
  return tokens * shape.dims * from.elements.elementBytes();
}

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

/// `squares` of `lanes` x `lanes` elements, contiguous along one axis in the
/// source and along the other in the destination, where they lie side by side.
/// Asks for what lies `ahead` bytes behind in the source.
static void copyTransposed(Emitter &e, const Elements &from, int64_t fromStride,
                           const Elements &to, int64_t toStride,
                           int64_t squares, int64_t ahead) {
  int64_t lanes = e.variant.lanes;
  SmallVector<Exprs> columns(squares);
  for (auto [square, rows] : llvm::enumerate(columns)) {
    for (int64_t i = square * lanes, end = i + lanes; i < end; ++i) {
      Elements row = from.at(i * fromStride);
      row.base.prefetch(ahead);
      rows.push_back(row.loadFloats(lanes));
    }
    transpose(e, rows);
  }
  for (int64_t i = 0; i < lanes; ++i) {
    for (int64_t square = 0; square < squares; ++square) {
      to.at(i * toStride + square * lanes).storeFloats(columns[square][i]);
    }
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
                             int64_t dims, int64_t ahead) {
  Expr zero = e.integer(0), width = e.integer(dims);
  if (isUnit(from.strides.dim, to.strides.dim)) {
    e.loop(first, last, 1, [&](Expr token) {
      Elements row = from.at(token, zero);
      if (ahead != 0) {
        row.base.prefetch(ahead);
      }
      copyRun(e, row, to.at(token, zero), width);
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

static bool isEqual(TileStrides a, TileStrides b) {
  return a.token == b.token && a.dim == b.dim;
}

/// `to`, streamed if runs of `run` elements from each multiple of `stride` on
/// are whole lines.
static TileSide streamedInRuns(TileSide to, int64_t run, int64_t stride) {
  auto isWhole = [&](int64_t elements) {
    return elements * to.elements.elementBytes() % lineBytes == 0;
  };
  if (isWhole(to.strides.start) && isWhole(run) && isWhole(stride)) {
    to.elements = to.elements.streamed();
  }
  return to;
}

/// Copies a tile whose rows are the other side's columns.
static void copyTurned(Emitter &e, const TileSide &from, const TileSide &to,
                       TileShape shape) {
  int64_t lanes = e.variant.lanes;
  bool isToColumns = to.strides.token == 1;
  int64_t toStride = isToColumns ? to.strides.dim : to.strides.token;
  int64_t lineElements = lineBytes / to.elements.elementBytes();
  TileSide lines = streamedInRuns(to, lineElements, toStride);
  int64_t squares = 1;
  if (lines.elements.isStreamed &&
      (isToColumns ? shape.tokens : shape.dims) >= lineElements) {
    squares = lineElements / lanes;
  } else {
    lines = to;
  }
  int64_t stepTokens = isToColumns ? squares * lanes : lanes;
  int64_t stepDims = isToColumns ? lanes : squares * lanes;
  Expr zero = e.integer(0), tokens = e.integer(shape.tokens),
       dims = e.integer(shape.dims);
  Expr squareTokens = e.integer(shape.tokens / stepTokens * stepTokens);
  Expr squareDims = e.integer(shape.dims / stepDims * stepDims);
  e.loop(zero, squareTokens, stepTokens, [&](Expr token) {
    e.loop(zero, squareDims, stepDims, [&](Expr dim) {
      copyTransposed(e, from.at(token, dim),
                     isToColumns ? from.strides.token : from.strides.dim,
                     lines.at(token, dim), toStride, squares,
                     bytesToNextTile(from, shape));
    });
  });
  copyScalars(e, from, to, zero, squareTokens, squareDims, dims);
  copyScalars(e, from, to, squareTokens, tokens, zero, dims);
}

void tandem::x86::copyTile(Emitter &e, const TileSide &from, const TileSide &to,
                           TileShape shape) {
  if (isEqual(from.strides, to.strides) && isOneRun(from.strides, shape)) {
    int64_t count = shape.tokens * shape.dims;
    TileSide run = streamedInRuns(to, count, /*stride=*/0);
    return copyRun(e, from.elements, run.elements, e.integer(count));
  }
  if (shape.tokens >= e.variant.lanes &&
      (isUnit(from.strides.dim, to.strides.token) ||
       isUnit(from.strides.token, to.strides.dim))) {
    return copyTurned(e, from, to, shape);
  }
  bool isRows = isUnit(from.strides.dim, to.strides.dim);
  TileSide runs = isRows ? streamedInRuns(to, shape.dims, to.strides.token)
                         : streamedInRuns(to, shape.tokens, to.strides.dim);
  bool isRuns = isRows || isUnit(from.strides.token, to.strides.token);
  copyTokens(e, from, isRuns ? runs : to, e.integer(0), e.integer(shape.tokens),
             shape.dims, bytesToNextTile(from, shape));
}
