//===- RotaryKernel.cpp - rotation of heads by position ----------*- C++
//-*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// (a, b) becomes (a cos - b sin, a sin + b cos).
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Primitives/RotaryKernel.h"

using namespace llvm;
using namespace tandem::primitives;

Expected<RotaryTables> RotaryTables::of(const Tensor &cosines,
                                        const Tensor &sines,
                                        bool isInterleaved) {
  if (cosines.getRank() < 2 || cosines.getShape() != sines.getShape()) {
    return createStringError("tables have shapes " +
                             printShape(cosines.getShape()) + " and " +
                             printShape(sines.getShape()));
  }
  return RotaryTables{cosines.widen<double>(), sines.widen<double>(),
                      countElements(cosines.getShape().drop_back()),
                      cosines.getShape().back(), isInterleaved};
}

static void rotateHead(double *head, const RotaryTables &tables, int64_t row) {
  for (int64_t i = 0; i < tables.columns; ++i) {
    double cosine = tables.cosines[row * tables.columns + i];
    double sine = tables.sines[row * tables.columns + i];
    double &first = tables.isInterleaved ? head[2 * i] : head[i];
    double &second =
        tables.isInterleaved ? head[2 * i + 1] : head[i + tables.columns];
    double rotated = first * cosine - second * sine;
    second = first * sine + second * cosine;
    first = rotated;
  }
}

Error tandem::primitives::rotate(
    MutableArrayRef<double> values, const HeadView &view,
    const RotaryTables &tables, function_ref<int64_t(int64_t, int64_t)> rowOf) {
  if (2 * tables.columns > view.width) {
    return createStringError("rotates " + Twine(2 * tables.columns) +
                             " elements of heads of width " +
                             Twine(view.width));
  }
  for (int64_t batchRow = 0; batchRow < view.batch; ++batchRow) {
    for (int64_t token = 0; token < view.tokens; ++token) {
      int64_t row = rowOf(batchRow, token);
      if (row < 0 || row >= tables.rows) {
        return createStringError("position " + Twine(row) +
                                 " is outside of a table of " +
                                 Twine(tables.rows) + " rows");
      }
      for (int64_t head = 0; head < view.heads; ++head) {
        rotateHead(values.data() + view.offset(batchRow, token, head), tables,
                   row);
      }
    }
  }
  return Error::success();
}
