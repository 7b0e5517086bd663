//===- TiledAttentionQueries.cpp - rows of queries of a tile ----*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Kernels/Attention/TiledAttention.h"

#include "tandem/targets/Nvidia/Kernels/Matrix.h"

using namespace mlir;
using namespace tandem::nvidia;

static constexpr int64_t warpRows = AttentionTile::warpRows;

/// Row `number` of the block. One that is not there is made as the last that
/// is, with the same result at the same place.
QueryRow TiledAttentionCode::rowAt(Expr number) {
  Expr token = firstToken + number / double(tile.heads);
  Expr head = firstHead + number % tile.heads;
  head = code.minimum(head, code.integer(shape.group() - 1));
  return {code.minimum(token, lastToken),
          keyHead * double(shape.group()) + head};
}

/// The end of the keys that a token sees.
Expr TiledAttentionCode::visibleEnd(Expr token) {
  if (shape.isCausal) {
    return (positions + token).loadInteger() + 1.0;
  }
  return (lengths + (sequences + token).loadInteger()).loadInteger();
}

/// Elements `dim` + 2 lane and the next of a row of queries, as one register.
Expr TiledAttentionCode::loadQuery(const QueryRow &row, int64_t dim) {
  int64_t width = shape.cache.keyDim;
  Pointer from =
      queries + (row.token * double(shape.heads) + row.head) * double(width);
  Expr first = lane * 2.0 + double(dim);
  double scale =
      shape.scale * (shape.softcap > 0 ? 1 / shape.softcap : log2OfE);
  auto load = [&](Expr i) {
    auto element = [&] { return Exprs{(from + i).loadFloat() * scale}; };
    return dim + 8 <= width
               ? element()[0]
               : code.choose(i < double(width), {code.real(0)}, element)[0];
  };
  return packPair(load(first), load(first + 1.0), shape.cache.element);
}

void TiledAttentionCode::loadQueries() {
  Expr first = tile.sharesRows ? group : warp * double(warpRows) + group;
  for (int64_t half : {0, 8}) {
    QueryRow row = rowAt(first + double(half));
    Expr position = (positions + row.token).loadInteger();
    rowEnds.push_back(visibleEnd(row.token));
    rowFirsts.push_back(position - double(shape.window - 1));
    rowSequences.push_back((sequences + row.token).loadInteger());
    rows.push_back(row);
  }
  for (int64_t dim = 0; dim < shape.cache.keyDim; dim += 16) {
    Exprs registers;
    for (int64_t deep : {0, 8}) {
      for (const QueryRow &row : rows) {
        registers.push_back(loadQuery(row, dim + deep));
      }
    }
    fragments.push_back(registers);
  }
}
