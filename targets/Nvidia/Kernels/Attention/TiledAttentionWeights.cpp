//===- TiledAttentionWeights.cpp - softmax and sums of values ---*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Kernels/Attention/TiledAttention.h"

#include "tandem/targets/Nvidia/Kernels/Matrix.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace tandem::nvidia;

Expr tandem::nvidia::largerNumber(Expr a, Expr b) {
  return {*a.code, arith::MaxNumFOp::create(*a.code, a, b)};
}

/// The weights of scores, after the state is rescaled to the largest.
Exprs TiledAttentionCode::weigh(Softmax &state, const Exprs &scores) {
  Exprs weights = scores;
  for (int64_t row : {0, 1}) {
    Expr largest = scores[2 * row];
    for (size_t i = 0; i < scores.size(); i += 4) {
      largest = largerNumber(largerNumber(largest, scores[i + 2 * row]),
                             scores[i + 2 * row + 1]);
    }
    for (int64_t mask : {1, 2}) { // the four threads of a row
      largest = largerNumber(largest, code.shuffle(largest, mask));
    }
    largest = largerNumber(largest, state.largest[row]);
    // -infinity - -infinity is no number.
    Expr shift = code.select(largest == code.real(Softmax::unseen),
                             code.real(0), largest);
    Expr correction = code.exp2(state.largest[row] - shift);
    state.largest[row] = largest;
    Expr sum = state.sums[row] * correction;
    for (size_t i = 2 * row; i < scores.size(); i += 4) {
      for (int64_t j : {0, 1}) {
        weights[i + j] = code.exp2(scores[i + j] - shift);
        sum = sum + weights[i + j];
      }
    }
    state.sums[row] = sum;
    for (size_t i = 2 * row; i < state.outputs.size(); i += 4) {
      for (int64_t j : {0, 1}) {
        state.outputs[i + j] = state.outputs[i + j] * correction;
      }
    }
  }
  return weights;
}

void TiledAttentionCode::addValues(Softmax &state, const Exprs &weights,
                                   Pointer values) {
  int64_t rowBytes = AttentionTile::rowBytes(shape.cache.valueDim);
  // Four tiles at once, transposed: values 0 and 8 at dimensions 0 to 7, then
  // at 8 to 15.
  Pointer from = values.bytes(laneOfWarp % 16 * double(rowBytes) +
                              laneOfWarp / 16.0 * 16.0);
  for (int64_t key = 0; key < tile.keys; key += 16) {
    Exprs left;
    for (int64_t i = 0; i < 8; i += 2) {
      left.push_back(packPair(weights[key / 2 + i], weights[key / 2 + i + 1],
                              shape.cache.element));
    }
    for (int64_t piece = 0; piece < outputPairs(); piece += 2) {
      Exprs right =
          loadTiles(from.bytes(code.integer(key * rowBytes + piece * 16)), 4,
                    /*isTransposed=*/true);
      for (int64_t half : {0, 1}) {
        Expr *place = &state.outputs[(piece + half) * 4];
        Exprs sums =
            multiplyTiles(shape.cache.element, left,
                          ArrayRef(right).slice(half * 2, 2), {place, 4});
        llvm::copy(sums, place);
      }
    }
  }
}
