//===- GemmOfCodes.cpp - products of many rows with codes -------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Kernels/Products/GemmCode.h"

using namespace mlir;
using namespace tandem::nvidia;

static constexpr int64_t tileStretches = tileDepth / stretch;

Pointer GemmCode::atRow(Pointer matrix, int64_t rowBytes, Expr row,
                        int64_t next, Expr bytes) {
  // Addresses of many rows would not stay in registers. They lie at fixed
  // distances from one, which the loop moves; where rows may be missing, the
  // smaller of two is taken when it is used.
  Expr place = row * double(rowBytes) + bytes;
  if (isWhole()) {
    return matrix.bytes(place).bytes(code.integer(next * rowBytes));
  }
  Expr last = bytes + double((shape.weight.rows - 1) * rowBytes);
  return matrix.bytes(code.minimum(place + double(next * rowBytes), last));
}

SmallVector<Exprs> GemmCode::loadCodes(Expr depth) {
  const WeightFormat &weight = shape.weight;
  int64_t tilesOfGroup = weight.groupCodes() / tileDepth;
  int64_t words = stretchBytes(weight) / 4 * tileStretches;
  Expr offset = depth / double(tilesOfGroup) * 64.0 + lane % 4 * 16.0 +
                depth % tilesOfGroup * double(4 * words);
  Expr own = column + warpColumn + lane / 4.0;
  SmallVector<Exprs> codes;
  for (int64_t i = 0; i < shape.matrices() * tilesAlongColumns; ++i) {
    Pointer from =
        atRow(product.weights(i / tilesAlongColumns)[0], weight.rowBytes(), own,
              i % tilesAlongColumns * 8, offset);
    codes.push_back(loadRegisters(from, words));
  }
  return codes;
}

Exprs GemmCode::loadStretch(Pointer stage, int64_t term, int64_t row,
                            int64_t number) {
  Pointer tile =
      stage.bytes(code.integer(term * this->tile.rows * GemmTile::rowBytes));
  Expr own = warpRow + double(row) + lane / 4.0;
  int64_t words = shape.weight.runCodes() / 8;
  Exprs registers;
  for (int64_t i = 0; i < 4 / words; ++i) { // runs
    Expr byte = lane % 4 * double(words * 4) + double(number * 64 + i * 32);
    Pointer piece = tile.bytes(
        swizzledOffset(own, byte / 16.0, GemmTile::rowBytes) + byte % 16);
    registers.append(loadRegisters(piece, words));
  }
  return registers;
}

Exprs GemmCode::multiplyRun(const InputRows &inputs, ArrayRef<int64_t> halves,
                            const Exprs &pairs) {
  Exprs made(4, code.real(0));
  for (auto [low, high] : llvm::zip(inputs.low, inputs.high)) {
    for (int64_t half : halves) {
      Exprs a = {low[half], high[half], low[half + 1], high[half + 1]};
      made = multiplyTiles(code.getBF16Type(), a,
                           ArrayRef(pairs).slice(half, 2), made);
    }
  }
  return made;
}

void GemmCode::multiplyCodes(Pointer stage, ArrayRef<Exprs> codes, Expr depth,
                             Exprs &sums) {
  if (!isWhole()) { // addresses take registers, too
    code.preferRegisters();
  }
  for (int64_t number = 0; number < tileStretches; ++number) {
    SmallVector<InputRows> inputs;
    for (int64_t row = 0; row < tilesAlongRows(); ++row) {
      InputRows &own = inputs.emplace_back();
      for (int64_t term = 0; term < shape.input().terms; ++term) {
        own.low.push_back(loadStretch(stage, term, row * 16, number));
        own.high.push_back(loadStretch(stage, term, row * 16 + 8, number));
      }
    }
    for (int64_t k = 0; k < stretch; k += shape.weight.runCodes()) {
      addRun(inputs, codes, depth, number * stretch + k, sums);
    }
  }
}

void GemmCode::addRun(ArrayRef<InputRows> inputs, ArrayRef<Exprs> codes,
                      Expr depth, int64_t k, Exprs &sums) {
  static constexpr int64_t bothHalves[] = {0, 2};
  const WeightFormat &weight = shape.weight;
  auto halves =
      ArrayRef(bothHalves).slice(k % stretch / 16, weight.runCodes() / 16);
  SmallVector<Exprs> inputSums; // of each 16 rows
  for (const InputRows &rows : inputs) {
    if (weight.hasZeros) {
      inputSums.push_back(multiplyRun(rows, halves, onesFor(code, 4)));
    }
  }
  Expr own = column + warpColumn + lane % 4 * 2.0;
  Expr offset = (depth * double(tileDepth) / double(weight.block) +
                 double(k / weight.block)) *
                double(weight.blockNumbersBytes());
  int64_t words = stretchBytes(weight) / 4;
  for (int64_t i = 0; i < int64_t(codes.size()); ++i) {
    int64_t matrix = i / tilesAlongColumns, tile = i % tilesAlongColumns;
    // One column's at a time: all would not stay in registers.
    Exprs pairs = unpackCodes(
        weight, ArrayRef(codes[i]).slice(k / stretch * words, words));
    SmallVector<BlockNumbers> numbers; // of columns 2t and 2t + 1
    for (int64_t j : {0, 1}) {
      numbers.push_back(loadNumbers(weight, atRow(product.weights(matrix)[1],
                                                  weight.rowNumbersBytes(), own,
                                                  tile * 8 + j, offset)));
    }
    for (int64_t row = 0; row < tilesAlongRows(); ++row) {
      Exprs made = multiplyRun(inputs[row], halves, pairs);
      int64_t first =
          matrix * sumsPerMatrix() + (row * tilesAlongColumns + tile) * 4;
      for (int64_t j = 0; j < 4; ++j) {
        Expr value = made[j];
        if (weight.hasZeros) {
          value = code.fma(0.0 - numbers[j % 2].zero, inputSums[row][j], value);
        }
        sums[first + j] =
            code.fma(numbers[j % 2].scale, value, sums[first + j]);
      }
    }
  }
}
