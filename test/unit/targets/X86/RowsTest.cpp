//===- RowsTest.cpp - row-wise kernels against references -------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelLibrary.h"

#include <gtest/gtest.h>

using namespace tandem::x86;

static constexpr int64_t widths[] = {1, 7, 8, 16, 64, 100, 896};

TEST(X86Rows, RmsNorm) {
  using Norm = void(const float *, const float *, float *, int64_t, float,
                    int64_t, int64_t);
  for (int64_t width : widths) {
    for (float range : {1e-3f, 1.0f, 1e4f}) {
      auto x = randomValues(3 * width, range, 1), s = randomValues(width, 2, 2);
      std::vector<float> y(3 * width);
      std::vector<double> expected(3 * width);
      for (int64_t row = 1; row < 3; ++row) {
        double squares = 0;
        for (int64_t i = 0; i < width; ++i) {
          squares += double(x[row * width + i]) * x[row * width + i];
        }
        for (int64_t i = 0; i < width; ++i) {
          expected[row * width + i] =
              x[row * width + i] / std::sqrt(squares / width + 1e-6) * s[i];
        }
      }
      KernelLibrary::best().get<Norm>("rms_norm")(x.data(), s.data(), y.data(),
                                                  width, 1e-6f, 1, 3);
      EXPECT_LT(largestError(y, expected), 1e-6) << width;
    }
  }
}

TEST(X86Rows, LayerNorm) {
  using Norm = void(const float *, const float *, const float *, float *,
                    int64_t, float, int64_t, int64_t);
  for (int64_t width : widths) {
    for (bool hasBias : {false, true}) {
      auto x = randomValues(2 * width, 5, 1), s = randomValues(width, 2, 2),
           b = randomValues(width, 1, 3);
      for (float &value : x) {
        value += 100; // a mean far from zero
      }
      std::vector<float> y(2 * width);
      std::vector<double> expected(2 * width);
      for (int64_t row = 0; row < 2; ++row) {
        double mean = 0, squares = 0;
        for (int64_t i = 0; i < width; ++i) {
          mean += x[row * width + i] / double(width);
        }
        for (int64_t i = 0; i < width; ++i) {
          squares += std::pow(x[row * width + i] - mean, 2);
        }
        for (int64_t i = 0; i < width; ++i) {
          expected[row * width + i] = (x[row * width + i] - mean) /
                                          std::sqrt(squares / width + 1e-5) *
                                          s[i] +
                                      (hasBias ? b[i] : 0);
        }
      }
      KernelLibrary::best().get<Norm>("layer_norm")(
          x.data(), s.data(), hasBias ? b.data() : nullptr, y.data(), width,
          1e-5f, 0, 2);
      EXPECT_LT(largestError(y, expected), 2e-5) << width;
    }
  }
}

static double activate(const std::string &kind, double x) {
  if (kind == "silu") {
    return x / (1 + std::exp(-x));
  }
  if (kind == "gelu_erf") {
    return x / 2 * (1 + std::erf(x / std::sqrt(2)));
  }
  if (kind == "gelu_tanh") {
    return x / 2 *
           (1 + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)));
  }
  if (kind == "gelu_quick") {
    return x / (1 + std::exp(-1.702 * x));
  }
  double positive = std::max(x, 0.0);
  return kind == "relu" ? positive : positive * positive;
}

TEST(X86Rows, Activations) {
  using Activate = void(const float *, float *, int64_t);
  using Glu =
      void(const float *, const float *, float *, int64_t, int64_t, int64_t);
  for (const char *kind : {"silu", "gelu_erf", "gelu_tanh", "gelu_quick",
                           "relu", "relu_squared"}) {
    for (float range : {0.01f, 5.0f, 300.0f}) {
      auto x = randomValues(1003, range, 1), up = randomValues(1003, 1, 2);
      std::vector<float> y(x.size()), z(x.size());
      std::vector<double> expected, product;
      for (size_t i = 0; i < x.size(); ++i) {
        expected.push_back(activate(kind, x[i]));
        product.push_back(expected.back() * up[i]);
      }
      const KernelLibrary &library = KernelLibrary::best();
      library.get<Activate>(std::string("unary_") + kind)(x.data(), y.data(),
                                                          x.size());
      library.get<Glu>(std::string("binary_glu_") + kind + "_tensor_tensor")(
          x.data(), up.data(), z.data(), x.size(), 0, 1);
      EXPECT_LT(largestError(y, expected), 2e-6) << kind << " " << range;
      EXPECT_LT(largestError(z, product), 2e-6) << kind << " " << range;
    }
  }
}

TEST(X86Rows, Rotary) {
  using Rotary =
      void(const float *, const int32_t *, const float *, const float *,
           float *, int64_t, int64_t, int64_t, int64_t, int64_t);
  for (bool interleaved : {false, true}) {
    for (auto [width, columns] :
         {std::pair(16, 8), {20, 10}, {64, 32}, {80, 16}, {7, 3}}) {
      int64_t heads = 3, tokens = 4, positions = 11;
      auto x = randomValues(tokens * heads * width);
      auto cos = randomValues(positions * columns, 1, 2);
      auto sin = randomValues(positions * columns, 1, 3);
      std::vector<int32_t> position = {3, 10, 0, 5};
      std::vector<double> expected(x.begin(), x.end());
      for (int64_t t = 0; t < tokens; ++t) {
        for (int64_t h = 0; h < heads; ++h) {
          for (int64_t i = 0; i < columns; ++i) {
            int64_t head = (t * heads + h) * width;
            int64_t a = head + (interleaved ? 2 * i : i);
            int64_t b = head + (interleaved ? 2 * i + 1 : i + columns);
            double c = cos[position[t] * columns + i];
            double s = sin[position[t] * columns + i];
            expected[a] = double(x[a]) * c - double(x[b]) * s;
            expected[b] = double(x[b]) * c + double(x[a]) * s;
          }
        }
      }
      // In place, in two runs.
      auto rotary = KernelLibrary::best().get<Rotary>(
          interleaved ? "rotary_interleaved" : "rotary");
      for (int64_t first : {0, 2}) {
        rotary(x.data(), position.data(), cos.data(), sin.data(), x.data(),
               heads, width, columns, first, first + 2);
      }
      EXPECT_LT(largestError(x, expected), 1e-6) << width;
    }
  }
}

TEST(X86Rows, Gathers) {
  using Gather =
      void(const float *, const int32_t *, float *, int64_t, int64_t, int64_t);
  int64_t entries = 37, width = 21;
  auto table = randomValues(entries * width);
  std::vector<int32_t> ids = {0, 36, 16, 15, 7};
  std::vector<double> expected;
  for (int32_t id : ids) {
    for (int64_t i = 0; i < width; ++i) {
      expected.push_back(table[id * width + i]);
    }
  }
  std::vector<float> y(expected.size()), z(expected.size());
  const KernelLibrary &library = KernelLibrary::best();
  library.get<Gather>("gather_rows")(table.data(), ids.data(), y.data(), width,
                                     0, ids.size());
  library.get<Gather>("gather_columns")(
      packPanels(table, entries, width).data(), ids.data(), z.data(), width, 0,
      ids.size());
  EXPECT_EQ(largestError(y, expected), 0);
  EXPECT_EQ(largestError(z, expected), 0);
}
