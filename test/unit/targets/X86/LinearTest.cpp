//===- LinearTest.cpp - products against a naive reference ------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelLibrary.h"

#include <gtest/gtest.h>

using namespace tandem::x86;

using Pack = void(const float *, float *, int64_t, int64_t, int64_t, int64_t);
using Strip = void(const float *, const float *, float *, int64_t, int64_t,
                   int64_t, int64_t);

/// y [m][n] of x [m][k] and w [n][k], through packing and strips.
static std::vector<float> multiply(const std::vector<float> &x,
                                   const std::vector<float> &w, int64_t m,
                                   int64_t n, int64_t k) {
  const KernelLibrary &library = KernelLibrary::best();
  std::vector<float> packed(m * k), y(m * n);
  library.get<Pack>("pack_rows")(x.data(), packed.data(), k, 0, m, m);
  std::vector<float> panels = packPanels(w, n, k);
  int64_t stripRows = library.variant.tileRows * 4;
  std::vector<float> strip(stripRows * 16);
  for (int64_t column = 0; column < n; column += 16) {
    for (int64_t row = 0; row < m; row += stripRows) {
      int64_t count = std::min(stripRows, m - row);
      library.get<Strip>("multiply_strip")(packed.data(),
                                           panels.data() + column * k,
                                           strip.data(), m, row, count, k);
      for (int64_t i = 0; i < count; ++i) {
        for (int64_t j = column; j < std::min(n, column + 16); ++j) {
          y[(row + i) * n + j] = strip[i * 16 + j - column];
        }
      }
    }
  }
  return y;
}

static std::vector<double> multiplyNaively(const std::vector<float> &x,
                                           const std::vector<float> &w,
                                           int64_t m, int64_t n, int64_t k) {
  std::vector<double> y(m * n);
  for (int64_t i = 0; i < m; ++i) {
    for (int64_t j = 0; j < n; ++j) {
      for (int64_t l = 0; l < k; ++l) {
        y[i * n + j] += double(x[i * k + l]) * w[j * k + l];
      }
    }
  }
  return y;
}

static void check(int64_t m, int64_t n, int64_t k) {
  SCOPED_TRACE(testing::Message() << m << " x " << n << " x " << k);
  std::vector<float> x = randomValues(m * k, 1, 1);
  std::vector<float> w = randomValues(n * k, 1, 2);
  EXPECT_LT(
      largestError(multiply(x, w, m, n, k), multiplyNaively(x, w, m, n, k)),
      2e-6 * std::sqrt(k) + 1e-6);
}

TEST(X86Linear, EveryTileHeight) {
  for (int64_t m = 1; m <= 2 * KernelLibrary::best().variant.tileRows + 1;
       ++m) {
    check(m, 16, 37);
  }
}

TEST(X86Linear, EveryShortDepth) {
  for (int64_t k = 1; k <= 20; ++k) {
    check(1, 16, k), check(3, 16, k);
  }
}

TEST(X86Linear, OddWidths) {
  for (int64_t n : {1, 7, 15, 17, 40, 100}) {
    check(5, n, 33);
  }
}

TEST(X86Linear, DepthBeyondOneRun) {
  check(9, 20, 255);
  check(9, 20, 257);
  check(9, 20, 2049);
  check(1, 16, 5000);
}

/// Equal terms round alike: one run of them all is off by 3.8e-5.
TEST(X86Linear, ALongSumRoundsLikeShortOnes) {
  int64_t k = 4096;
  std::vector<float> x(2 * k, 0.1f), w(16 * k, 1);
  EXPECT_LT(
      largestError(multiply(x, w, 2, 16, k), multiplyNaively(x, w, 2, 16, k)),
      3e-6);
}

TEST(X86Linear, MoreRowsThanAStrip) { check(250, 33, 64); }
