//===- BlockDotTest.cpp - products with 8-bit activations -----------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "QuantizedPanels.h"

#include <cmath>
#include <cstring>

#include <gtest/gtest.h>

using namespace tandem::x86;

using Quantize = void(const float *, char *, int64_t, int64_t, int64_t);
using Multiply = void(const char *, const char *, float *, int64_t, int64_t);

/// Rows of `x` as the kernel quantises them.
static std::vector<char> quantize(const std::vector<float> &x, int64_t width) {
  int64_t rows = x.size() / width;
  std::vector<char> rowsOut(rows * quantizedRowBytes(width));
  KernelLibrary::best().get<Quantize>("quantize_rows")(x.data(), rowsOut.data(),
                                                       width, 0, rows);
  return rowsOut;
}

/// What a block of a quantised row holds.
struct RowBlock {
  int8_t codes[rowBlock];
  float scale, minusSum;
};
static_assert(sizeof(RowBlock) == rowBlockBytes);

static RowBlock blockAt(const std::vector<char> &rows, int64_t index) {
  RowBlock block;
  std::memcpy(&block, rows.data() + index * rowBlockBytes, sizeof(block));
  return block;
}

static std::vector<float> multiply(const QuantizedMatrix &matrix,
                                   const std::vector<char> &rows,
                                   int64_t count) {
  std::vector<char> panels = packBlocks(matrix);
  int64_t blocks = matrix.blocks(), columns = (matrix.n + 15) / 16 * 16;
  std::vector<float> strip(count * 16), y(count * columns);
  for (int64_t column = 0; column < columns; column += 16) {
    KernelLibrary::best().get<Multiply>("multiply_blocks_" +
                                        matrix.format.name())(
        rows.data(),
        panels.data() + column / 16 * blocks * matrix.format.blockBytes(),
        strip.data(), count, blocks);
    for (int64_t row = 0; row < count; ++row) {
      std::copy_n(&strip[row * 16], 16, &y[row * columns + column]);
    }
  }
  return y;
}

/// Compares the product with that of the quantised values in fp64, and with
/// that of the values themselves within the bound of int8 activations.
static void check(const QuantizedMatrix &matrix, const std::vector<float> &x) {
  int64_t rows = x.size() / matrix.k, columns = (matrix.n + 15) / 16 * 16;
  SCOPED_TRACE(testing::Message() << matrix.format.name() << " " << rows
                                  << " x " << matrix.n << " x " << matrix.k);
  std::vector<char> quantized = quantize(x, matrix.k);
  std::vector<float> y = multiply(matrix, quantized, rows);
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t column = 0; column < matrix.n; ++column) {
      double same = 0, exact = 0, bound = 1e-5, size = 0;
      for (int64_t k = 0; k < matrix.k; ++k) {
        RowBlock block =
            blockAt(quantized, row * matrix.blocks() + k / rowBlock);
        double weight = matrix.get(column, k);
        same += double(block.codes[k % rowBlock]) * block.scale * weight;
        size += std::abs(block.codes[k % rowBlock] * block.scale * weight);
        exact += x[row * matrix.k + k] * weight;
        bound += 1.1 * block.scale / 2 * std::abs(weight);
      }
      float actual = y[row * columns + column];
      ASSERT_NEAR(actual, same, 1e-5 * size + 1e-6) << row << ", " << column;
      ASSERT_LE(std::abs(actual - exact), bound) << row << ", " << column;
    }
  }
}

TEST(X86BlockDot, EveryFormatAndTileHeight) {
  for (const PanelFormat &format : blockFormats()) {
    for (int64_t rows :
         {int64_t(1), int64_t(2), int64_t(3), int64_t(4), int64_t(7),
          KernelLibrary::best().variant.blockTileRows + 1}) {
      check(randomMatrix(format, 40, 96), randomValues(rows * 96, 3));
    }
  }
}

TEST(X86BlockDot, ModelDepthsAndShortLastBlocks) {
  for (const PanelFormat &format : blockFormats()) {
    check(randomMatrix(format, 16, 576), randomValues(2 * 576, 3));
    check(randomMatrix(format, 16, 1536), randomValues(5 * 1536, 30));
    check(randomMatrix(format, 17, 33), randomValues(3 * 33, 1));
    check(randomMatrix(format, 1, 7), randomValues(7, 1));
  }
}

/// Codes and values at the ends of their ranges: nothing saturates, whatever
/// the signs.
TEST(X86BlockDot, WorstCasesDoNotSaturate) {
  for (const PanelFormat &format : blockFormats()) {
    QuantizedMatrix matrix = randomMatrix(format, 16, 64);
    for (int64_t i = 0; i < int64_t(matrix.codes.size()); ++i) {
      matrix.codes[i] = (i / 64) % 3 == 0 ? 0 : (1 << format.bits) - 1;
    }
    for (int signs = 0; signs < 4; ++signs) {
      std::vector<float> x(5 * 64);
      for (size_t i = 0; i < x.size(); ++i) {
        bool isNegative = signs == 1 || (signs >= 2 && i % 4 / (signs - 1) % 2);
        x[i] = isNegative ? -2.0f : 2.0f;
      }
      check(matrix, x);
    }
  }
}

TEST(X86BlockDot, ARowDoesNotDependOnItsNeighbours) {
  QuantizedMatrix matrix =
      randomMatrix({4, 32, BlockNumber::f32, BlockNumber::f32}, 32, 576);
  std::vector<float> x = randomValues(9 * 576, 2);
  std::vector<float> all = multiply(matrix, quantize(x, 576), 9);
  for (int64_t row = 0; row < 9; ++row) {
    std::vector<float> own(x.begin() + row * 576, x.begin() + (row + 1) * 576);
    std::vector<float> alone = multiply(matrix, quantize(own, 576), 1);
    EXPECT_EQ(std::memcmp(alone.data(), &all[row * 32], 32 * sizeof(float)), 0);
  }
}

TEST(X86BlockDot, QuantisesAsTheEvaluatorDoes) {
  std::vector<float> x = randomValues(70, 5);
  x[0] = 5, x[1] = -5; // both ends of the range
  std::vector<char> rows = quantize(x, 70);
  for (int64_t first = 0; first < 70; first += rowBlock) {
    RowBlock block = blockAt(rows, first / rowBlock);
    float limit = 0, sum = 0;
    int64_t count = std::min<int64_t>(rowBlock, 70 - first);
    for (int64_t i = 0; i < count; ++i) {
      limit = std::max(limit, std::abs(x[first + i]));
    }
    EXPECT_EQ(block.scale, limit / 127.0f);
    for (int64_t i = 0; i < rowBlock; ++i) {
      float value = i < count ? x[first + i] : 0;
      EXPECT_EQ(block.codes[i], std::nearbyint(value * (127.0f / limit)));
      sum += block.codes[i];
    }
    EXPECT_EQ(block.minusSum, -sum);
  }
}

TEST(X86BlockDot, ZerosTinyValuesAndWhatIsNoNumber) {
  QuantizedMatrix matrix = randomMatrix({4, 32, BlockNumber::f16}, 16, 32);
  check(matrix, std::vector<float>(32, 0.0f));
  check(matrix, std::vector<float>(32, 1e-38f));
  for (float bad : {INFINITY, -INFINITY, NAN, -NAN}) {
    std::vector<float> x = randomValues(32);
    x[9] = bad;
    for (float value : multiply(matrix, quantize(x, 32), 1)) {
      EXPECT_FALSE(std::isfinite(value));
    }
  }
}
