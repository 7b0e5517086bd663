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
  int64_t block = column * blocks() + depth / blockDepth;
  double zero =
      format.hasZeroPoints ? zeroPoints[block] : format.defaultZeroPoint();
  return (codes[column * k + depth] - zero) * scales[block];
}

QuantizedMatrix tandem::x86::randomMatrix(const BlockFormat &format, int64_t n,
                                          int64_t k) {
  std::mt19937 generator(n * 131 + k);
  QuantizedMatrix matrix{format, n, k, {}, {}, {}};
  for (int64_t i = 0; i < n * k; ++i) {
    matrix.codes.push_back(generator() % (1 << format.bits));
  }
  for (int64_t i = 0; i < n * matrix.blocks(); ++i) {
    matrix.scales.push_back(float(generator() % 1000 + 1) / 8192);
    matrix.zeroPoints.push_back(float(generator() % 1000) / 64);
  }
  return matrix;
}

static void writeShared(char *place, const BlockFormat &format, int64_t column,
                        float value) {
  if (!format.hasHalfScales) {
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
  const BlockFormat &format = matrix.format;
  int64_t panels = (matrix.n + 15) / 16;
  std::vector<char> bytes(panels * matrix.blocks() * format.blockBytes());
  for (int64_t column = 0; column < matrix.n; ++column) {
    for (int64_t block = 0; block < matrix.blocks(); ++block) {
      char *place =
          &bytes[(column / 16 * matrix.blocks() + block) * format.blockBytes()];
      int64_t lane = column % 16;
      int64_t first = block * blockDepth;
      for (int64_t i = 0; i < std::min(blockDepth, matrix.k - first); ++i) {
        int code = matrix.codes[column * matrix.k + first + i];
        int64_t group = i / 4, line = format.bits == 4 ? group / 2 : group;
        int shift = format.bits == 4 ? group % 2 * 4 : 0;
        place[line * lineBytes + lane * 4 + i % 4] |= char(code << shift);
      }
      int64_t shared = column * matrix.blocks() + block;
      writeShared(place + format.scalesOffset(), format, lane,
                  matrix.scales[shared]);
      if (format.hasZeroPoints) {
        writeShared(place + format.zerosOffset(), format, lane,
                    matrix.zeroPoints[shared]);
      }
    }
  }
  return bytes;
}
