//===- GemmOfCodes.cpp - products of many rows with codes -------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Kernels/GemmCode.h"

using namespace mlir;
using namespace tandem::nvidia;

static constexpr int64_t runLength = 32, tileRuns = tileDepth / runLength;

SmallVector<Exprs> GemmCode::loadCodes(Expr depth) {
  const WeightFormat &weight = shape.weight;
  int64_t tilesOfGroup = weight.groupCodes() / tileDepth;
  int64_t words = runBytes(weight) / 4 * tileRuns;
  Expr offset = depth / double(tilesOfGroup) * 64.0 + lane % 4 * 16.0 +
                depth % tilesOfGroup * double(4 * words);
  SmallVector<Exprs> codes;
  for (int64_t i = 0; i < shape.matrices() * tilesAlongColumns; ++i) {
    Expr own =
        column + warpColumn + lane / 4.0 + double(i % tilesAlongColumns * 8);
    own = code.minimum(own, code.integer(weight.rows - 1));
    Pointer from = product.weights(i / tilesAlongColumns)[0].bytes(
        own * double(weight.rowBytes()) + offset);
    Expr all = from.load(VectorType::get({words}, code.i32()));
    Exprs &registers = codes.emplace_back();
    for (int64_t word = 0; word < words; ++word) {
      registers.push_back(code.lane(all, word));
    }
  }
  return codes;
}

Exprs GemmCode::loadRun(Pointer stage, int64_t term, int64_t row, int64_t run) {
  Expr own = warpRow + double(row) + lane / 4.0;
  Expr piece = lane % 4 + double(4 * run);
  return loadRegisters(
      stage.bytes(swizzledOffset(own, piece, GemmTile::rowBytes) +
                  double(term * tile.rows * GemmTile::rowBytes)));
}

void GemmCode::multiplyCodes(Pointer stage, ArrayRef<Exprs> codes, Expr depth,
                             Exprs &sums) {
  const WeightFormat &weight = shape.weight;
  int64_t words = runBytes(weight) / 4, terms = shape.input().terms;
  Exprs ones = onesFor(code, 4);
  // Adds the products of a run with pairs of weights.
  auto multiplyRun = [&](ArrayRef<Exprs> low, ArrayRef<Exprs> high,
                         const Exprs &pairs) {
    Exprs made(4, code.real(0));
    for (int64_t term = 0; term < terms; ++term) {
      for (int64_t half : {0, 2}) {
        Exprs a = {low[term][half], high[term][half], low[term][half + 1],
                   high[term][half + 1]};
        made = multiplyTiles(code.getBF16Type(), a,
                             ArrayRef(pairs).slice(half, 2), made);
      }
    }
    return made;
  };
  for (int64_t run = 0; run < tileRuns; ++run) {
    Expr k = depth * double(tileDepth) + double(run * runLength);
    SmallVector<Exprs> pairs;
    SmallVector<BlockNumbers> numbers; // of columns 2t and 2t + 1
    for (int64_t i = 0; i < int64_t(codes.size()); ++i) {
      pairs.push_back(
          unpackCodes(weight, ArrayRef(codes[i]).slice(run * words, words)));
      for (int64_t j : {0, 1}) {
        Expr own = column + warpColumn + lane % 4 * 2.0 +
                   double(i % tilesAlongColumns * 8 + j);
        own = code.minimum(own, code.integer(weight.rows - 1));
        numbers.push_back(loadNumbers(
            weight, product.weights(i / tilesAlongColumns)[1], own, k));
      }
    }
    for (int64_t row = 0; row < tilesAlongRows(); ++row) {
      SmallVector<Exprs> low, high;
      for (int64_t term = 0; term < terms; ++term) {
        low.push_back(loadRun(stage, term, row * 16, run));
        high.push_back(loadRun(stage, term, row * 16 + 8, run));
      }
      Exprs inputSums;
      if (weight.hasZeros) {
        inputSums = multiplyRun(low, high, ones);
      }
      for (int64_t i = 0; i < int64_t(codes.size()); ++i) {
        Exprs made = multiplyRun(low, high, pairs[i]);
        int64_t first = i / tilesAlongColumns * sumsPerMatrix() +
                        (row * tilesAlongColumns + i % tilesAlongColumns) * 4;
        for (int64_t j = 0; j < 4; ++j) {
          const BlockNumbers &own = numbers[2 * i + j % 2];
          Expr value = made[j];
          if (weight.hasZeros) {
            value = code.fma(0.0 - own.zero, inputSums[j], value);
          }
          sums[first + j] = code.fma(own.scale, value, sums[first + j]);
        }
      }
    }
  }
}
