//===- QuantizedPanels.cpp - quantised matrices for tests -----------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "QuantizedPanels.h"

#include "llvm/ADT/APFloat.h"

#include <cstring>
#include <random>

using namespace tandem::x86;

double QuantizedMatrix::get(int64_t column, int64_t depth) const {
  int64_t block = column * blocks() + depth / format.block;
  double zero = format.zeroPoints == BlockNumber::none
                    ? format.defaultZeroPoint()
                    : zeroPoints[block];
  return (codes[column * k + depth] - zero) * scales[block];
}

std::vector<PanelFormat> tandem::x86::blockFormats() {
  return {{4, 32, BlockNumber::f16},
          {4, 32, BlockNumber::f32, BlockNumber::f32},
          {4, 32, BlockNumber::f32, BlockNumber::u8},
          {8, 32, BlockNumber::f16},
          {8, 32, BlockNumber::f32, BlockNumber::f32}};
}

QuantizedMatrix tandem::x86::randomMatrix(const PanelFormat &format, int64_t n,
                                          int64_t k) {
  std::mt19937 generator(n * 131 + k);
  QuantizedMatrix matrix{format, n, k, {}, {}, {}};
  for (int64_t i = 0; i < n * k; ++i) {
    matrix.codes.push_back(generator() % (1 << format.bits));
  }
  for (int64_t i = 0; i < n * matrix.blocks(); ++i) {
    matrix.scales.push_back(float(generator() % 1000 + 1) / 8192);
    // Whole ones where they are bytes.
    matrix.zeroPoints.push_back(format.zeroPoints == BlockNumber::u8
                                    ? float(generator() % (1 << format.bits))
                                    : float(generator() % 1000) / 64);
  }
  return matrix;
}

static void writeShared(char *place, BlockNumber type, int64_t column,
                        float value) {
  if (type == BlockNumber::none) {
    return;
  }
  if (type == BlockNumber::u8) {
    place[column] = char(uint8_t(value));
    return;
  }
  if (type == BlockNumber::f32) {
    std::memcpy(place + 4 * column, &value, 4);
    return;
  }
  llvm::APFloat half(value);
  bool losesInfo;
  half.convert(llvm::APFloat::IEEEhalf(), llvm::APFloat::rmNearestTiesToEven,
               &losesInfo);
  auto bits = uint16_t(half.bitcastToAPInt().getZExtValue());
  std::memcpy(place + 2 * column, &bits, 2);
}

std::vector<char> tandem::x86::packBlocks(const QuantizedMatrix &matrix) {
  const PanelFormat &format = matrix.format;
  int64_t panels = (matrix.n + 15) / 16;
  std::vector<char> bytes(panels * matrix.blocks() * format.blockBytes());
  for (int64_t column = 0; column < matrix.n; ++column) {
    for (int64_t block = 0; block < matrix.blocks(); ++block) {
      char *place =
          &bytes[(column / 16 * matrix.blocks() + block) * format.blockBytes()];
      int64_t lane = column % 16;
      int64_t first = block * format.block;
      for (int64_t i = 0; i < std::min(format.block, matrix.k - first); ++i) {
        uint32_t code = matrix.codes[column * matrix.k + first + i];
        char *word =
            place + i / format.fields() * PanelFormat::lineBytes + lane * 4;
        uint32_t value;
        std::memcpy(&value, word, 4);
        value |= code << format.shiftOf(i % format.fields());
        std::memcpy(word, &value, 4);
      }
      int64_t shared = column * matrix.blocks() + block;
      writeShared(place + format.scaleOffset(), format.scales, lane,
                  matrix.scales[shared]);
      writeShared(place + format.zeroPointOffset(), format.zeroPoints, lane,
                  matrix.zeroPoints[shared]);
    }
  }
  return bytes;
}
