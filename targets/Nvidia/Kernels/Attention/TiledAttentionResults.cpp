//===- TiledAttentionResults.cpp - what becomes of the sums -----*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Kernels/Attention/TiledAttention.h"

using namespace mlir;
using namespace tandem::nvidia;

static constexpr int64_t warpRows = AttentionTile::warpRows;

/// Where this split's part of a row goes.
Pointer TiledAttentionCode::partOf(const QueryRow &row) {
  Expr place = row.token * double(shape.heads) + row.head;
  return results + (place * double(shape.splits) + code.blockZ()) *
                       double(shape.partialWidth());
}

void TiledAttentionCode::storeOutput(const QueryRow &row, Expr dim,
                                     Expr value) {
  storeElement(shape.output, results, row.token,
               row.head * double(shape.cache.valueDim) + dim, value);
}

/// Writes elements `dim` + 2 lane and the next of a row.
void TiledAttentionCode::storePair(Pointer to, int64_t dim, Expr a, Expr b) {
  int64_t width = shape.cache.valueDim;
  Expr first = lane * 2.0 + double(dim);
  if (width % 2 == 0) {
    auto store = [&] { (to + first).store(code.gather({a, b})); };
    return dim + 8 <= width ? store()
                            : code.ifThen(first < double(width), store);
  }
  Expr values[] = {a, b};
  for (auto [i, value] : llvm::enumerate(values)) {
    Expr element = first + double(i);
    code.ifThen(element < double(width), [&] { (to + element).store(value); });
  }
}

/// Writes the warp's rows from registers.
void TiledAttentionCode::storeRows(Softmax &state) {
  int64_t width = shape.cache.valueDim;
  for (int64_t half : {0, 1}) {
    Expr sum = state.sums[half];
    for (int64_t dim = 0; dim < width; dim += 8) {
      ArrayRef<Expr> pair =
          ArrayRef(state.outputs).slice(dim / 2 + 2 * half, 2);
      if (shape.splits > 1) {
        storePair(partOf(rows[half]), dim, pair[0], pair[1]);
        continue;
      }
      for (int64_t i : {0, 1}) {
        Expr own = lane * 2.0 + double(dim + i);
        auto store = [&] { storeOutput(rows[half], own, pair[i] / sum); };
        dim + 8 <= width ? store() : code.ifThen(own < double(width), store);
      }
    }
    if (shape.splits > 1) {
      code.ifThen(lane == 0, [&] {
        Pointer part = partOf(rows[half]);
        (part + width).store(state.largest[half]);
        (part + (width + 1)).store(sum);
      });
    }
  }
}

/// Merges what the warps have of the same rows, by way of shared memory.
void TiledAttentionCode::mergeWarps(Softmax &state) {
  int64_t width = shape.cache.valueDim, part = shape.partialWidth();
  code.barrier(); // all tiles have been read
  for (int64_t half : {0, 1}) {
    Expr row = warp * double(warpRows) + group + double(8 * half);
    Pointer to = allShared + row * double(part);
    for (int64_t dim = 0; dim < width; dim += 8) {
      storePair(to, dim, state.outputs[dim / 2 + 2 * half],
                state.outputs[dim / 2 + 2 * half + 1]);
    }
    code.ifThen(lane == 0, [&] {
      (to + width).store(state.largest[half]);
      (to + (width + 1)).store(state.sums[half]);
    });
  }
  code.barrier();
  Expr end = code.integer(tile.heads * tile.tokens * width);
  code.loop(code.thread(), end, tile.threads(), [&](Expr i) {
    Expr row = i / double(width), dim = i % width;
    QueryRow query = rowAt(row);
    auto at = [&](int64_t warp, Expr element) {
      return (allShared +
              ((row + double(warp * warpRows)) * double(part) + element))
          .loadFloat();
    };
    Expr largest = at(0, code.integer(width));
    for (int64_t warp = 1; warp < tile.warps; ++warp) {
      largest = largerNumber(largest, at(warp, code.integer(width)));
    }
    Expr shift = code.select(largest == code.real(Softmax::unseen),
                             code.real(0), largest);
    Expr output = code.real(0), sum = code.real(0);
    for (int64_t warp = 0; warp < tile.warps; ++warp) {
      Expr factor = code.exp2(at(warp, code.integer(width)) - shift);
      output = code.fma(factor, at(warp, dim), output);
      sum = code.fma(factor, at(warp, code.integer(width + 1)), sum);
    }
    if (shape.splits == 1) {
      return storeOutput(query, dim, output / sum);
    }
    Pointer to = partOf(query);
    (to + dim).store(output);
    code.ifThen(dim == 0, [&] {
      (to + width).store(largest);
      (to + (width + 1)).store(sum);
    });
  });
}
