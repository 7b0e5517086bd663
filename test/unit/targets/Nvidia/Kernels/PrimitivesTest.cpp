//===- PrimitivesTest.cpp - kernels of primitives, emulated -----*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Lines longer than a block of threads, equal elements, what is no number,
// integers that no float holds, and indices beyond an axis. Memory that nothing
// writes is poisoned.
//
//===----------------------------------------------------------------------===//

#include "KernelModule.h"

#include "tandem/targets/Nvidia/Kernels/Math.h"

#include <cmath>
#include <limits>
#include <numeric>

using namespace mlir;
using namespace tandem::nvidia;

namespace {

constexpr int64_t large = (int64_t(1) << 53) + 1; // no double has it
constexpr int32_t tokens = 3;
constexpr float infinity = std::numeric_limits<float>::infinity();
const float notANumber = std::nanf("");

/// Runs a kernel on some of more rows than there are and returns what it wrote.
template <typename To, typename From>
std::vector<To> run(KernelModule &module, const Kernel &kernel,
                    std::vector<From> x, size_t results) {
  std::vector<int32_t> count = {tokens};
  auto y = poisoned<To>(results);
  ptx::Memory memory;
  addTo(memory, "count", count);
  addTo(memory, "x", x);
  addTo(memory, "y", y);
  for (ptx::Asynchrony asynchrony :
       {ptx::Asynchrony::eager, ptx::Asynchrony::late}) {
    EXPECT_EQ(module.launch(kernel, /*tokens=*/8,
                            {count.data(), x.data(), y.data()}, memory,
                            asynchrony),
              "");
  }
  return y;
}

/// `first`, first + 1, ...
std::vector<int64_t> integersFrom(int64_t first, size_t count) {
  std::vector<int64_t> integers(count);
  std::iota(integers.begin(), integers.end(), first);
  return integers;
}

Strided line(int64_t size) { return Strided::rowMajor(size); }

/// The start of the only line of a row.
Strided start(const Strided &line) {
  return line.keep([](size_t) { return false; });
}

Step stepOf(const std::string &function, int64_t integer) {
  Step step;
  step.function = function;
  step.operand = OperandKind::scalar;
  step.scalar = {double(integer), integer};
  return step;
}

} // namespace

TEST(Primitives, IntegersAreNotRounded) {
  KernelModule module;
  std::vector<int64_t> x = integersFrom(-large, tokens * 200);
  Kernel kernel = module.kernels.map(
      {200, 0}, {stepOf("Add", 2 * large), stepOf("Mod", 1000)}, Element::i64);
  std::vector<int64_t> y = run<int64_t>(module, kernel, x, tokens * 200 + 1);
  for (size_t i = 0; i < x.size(); ++i) {
    ASSERT_EQ(y[i], (x[i] + 2 * large) % 1000) << i;
  }
  EXPECT_EQ(y.back(), -1); // the row behind the last stays
}

TEST(Primitives, RestsHaveTheSignOfTheirRule) {
  KernelModule module;
  std::vector<int64_t> x = {-7, 7, 0, -6, 6, -1};
  auto rests = [&](const std::string &function, int64_t divisor) {
    Kernel kernel =
        module.kernels.map({2, 0}, {stepOf(function, divisor)}, Element::i64);
    return run<int64_t>(module, kernel, x, x.size());
  };
  using Integers = std::vector<int64_t>;
  EXPECT_EQ(rests("Mod", 3), (Integers{2, 1, 0, 0, 0, 2}));
  EXPECT_EQ(rests("Mod", -3), (Integers{-1, -2, 0, 0, 0, -1}));
  EXPECT_EQ(rests("fmod", 3), (Integers{-1, 1, 0, 0, 0, -1}));
  EXPECT_EQ(rests("Div", -3), (Integers{2, -2, 0, 2, -2, 0}));
}

TEST(Primitives, RestsOfFloatsAreExact) {
  KernelModule module;
  std::vector<float> x = {5.5F, -5.5F, 1e6F, -0.75F, 3.0F, 1e-3F};
  std::vector<float> divisors = {0.7F, -0.1F, 3.0F, infinity};
  for (float divisor : divisors) {
    Step step = stepOf("fmod", 0);
    step.scalar.real = divisor;
    std::vector<float> y =
        run<float>(module, module.kernels.map({2, 0}, {step}), x, x.size());
    for (size_t i = 0; i < x.size(); ++i) {
      EXPECT_EQ(y[i], std::fmod(x[i], divisor)) << x[i] << " % " << divisor;
    }
  }
}

TEST(Primitives, ReductionsOfIntegersAreExact) {
  KernelModule module;
  constexpr int64_t width = 300; // more than a block of threads
  std::vector<int64_t> x = integersFrom(large, tokens * width);
  x[5] = std::numeric_limits<int64_t>::min();
  auto reduce = [&](StringRef operation) {
    Kernel kernel = module.kernels.reduce(operation, start(line(width)),
                                          line(width), Element::i64);
    return run<int64_t>(module, kernel, x, tokens);
  };
  for (int64_t row = 0; row < tokens; ++row) {
    auto first = x.begin() + row * width, last = first + width;
    EXPECT_EQ(reduce("ReduceMin")[row], *std::min_element(first, last));
    EXPECT_EQ(reduce("ReduceMax")[row], *std::max_element(first, last));
    EXPECT_EQ(uint64_t(reduce("ReduceSum")[row]),
              std::accumulate(first, last, uint64_t(0)));
  }
}

namespace {
/// The indices of the first `count` elements of the rows.
template <typename T>
std::vector<int64_t> bestOf(KernelModule &module, const std::vector<T> &x,
                            int64_t count, Element element, bool isLargest,
                            bool prefersLast = false) {
  int64_t width = x.size() / tokens;
  Strided from = line(width), to = line(count);
  Selection selection{start(from), from, start(to), to};
  selection.isLargest = isLargest;
  selection.prefersLast = prefersLast;
  selection.hasValues = false;
  return run<int64_t>(module, module.kernels.best(selection, element), x,
                      tokens * count);
}
} // namespace

TEST(Primitives, EqualElementsComeInTheOrderOfIndices) {
  KernelModule module;
  constexpr int64_t width = 259, count = 7;
  std::vector<int64_t> x(tokens * width);
  for (size_t i = 0; i < x.size(); ++i) {
    x[i] = large + int64_t(i * 7919 % 5); // doubles would be equal
  }
  for (bool isLargest : {true, false}) {
    for (bool prefersLast : {true, false}) {
      std::vector<int64_t> y =
          bestOf(module, x, count, Element::i64, isLargest, prefersLast);
      for (int64_t row = 0; row < tokens; ++row) {
        std::vector<int64_t> order = integersFrom(0, width);
        llvm::sort(order, [&](int64_t a, int64_t b) {
          int64_t left = x[row * width + a], right = x[row * width + b];
          bool isFirst = prefersLast ? a > b : a < b;
          return left == right ? isFirst
                               : (isLargest ? left > right : left < right);
        });
        for (int64_t i = 0; i < count; ++i) {
          EXPECT_EQ(y[row * count + i], order[i]) << row << ", " << i;
        }
      }
    }
  }
}

TEST(Primitives, WhatIsNoNumberComesLast) {
  KernelModule module;
  std::vector<float> x = {notANumber, 1,        -infinity,  notANumber,
                          2,          infinity, notANumber, -3,
                          notANumber, 0,        0,          notANumber};
  EXPECT_EQ(bestOf(module, x, 4, Element::f32, /*isLargest=*/true),
            (std::vector<int64_t>{1, 2, 0, 3, 1, 0, 3, 2, 1, 2, 0, 3}));
  EXPECT_EQ(bestOf(module, x, 4, Element::f32, /*isLargest=*/false),
            (std::vector<int64_t>{2, 1, 0, 3, 3, 0, 1, 2, 1, 2, 0, 3}));
}

TEST(Primitives, ScansGoBothWays) {
  KernelModule module;
  std::vector<int64_t> x = {large, 1, 2, 10, 20, 30, -1, -2, -3};
  auto scan = [&](bool isExclusive, bool isReverse) {
    Scan shape{start(line(3)), line(3), isExclusive, isReverse};
    return run<int64_t>(module, module.kernels.scan(shape, Element::i64), x,
                        x.size());
  };
  using Integers = std::vector<int64_t>;
  EXPECT_EQ(scan(false, false),
            (Integers{large, large + 1, large + 3, 10, 30, 60, -1, -3, -6}));
  EXPECT_EQ(scan(true, false),
            (Integers{0, large, large + 1, 0, 10, 30, 0, -1, -3}));
  EXPECT_EQ(scan(false, true),
            (Integers{large + 3, 3, 2, 60, 50, 30, -6, -5, -3}));
  EXPECT_EQ(scan(true, true), (Integers{3, 2, 0, 50, 30, 0, -5, -3, 0}));
}

namespace {
/// Three elements of a row by four indices.
struct Axis {
  std::vector<int32_t> count = {tokens};
  std::vector<float> data = {0, 1, 2, 10, 11, 12, 20, 21, 22};
  std::vector<int64_t> indices = {0,     2,      -1, -3, 3, -4,
                                  large, -large, 1,  1,  1, 1};
  ptx::Memory memory;
  Lookup lookup{line(4), line(3)};

  Axis() {
    lookup.axisSize = 3;
    lookup.data.sizes = {4};
    lookup.data.strides = {0};
    addTo(memory, "count", count);
    addTo(memory, "data", data);
    addTo(memory, "indices", indices);
  }
};
} // namespace

TEST(Primitives, IndicesStayInTheirAxis) {
  KernelModule module;
  Axis axis;
  auto y = poisoned<float>(tokens * 4);
  addTo(axis.memory, "y", y);
  EXPECT_EQ(
      module.launch(
          module.kernels.gatherElements(axis.lookup, Element::f32),
          /*tokens=*/8,
          {axis.count.data(), axis.data.data(), axis.indices.data(), y.data()},
          axis.memory, ptx::Asynchrony::eager),
      "");
  EXPECT_EQ(y,
            (std::vector<float>{0, 2, 2, 0, 12, 10, 12, 10, 21, 21, 21, 21}));
}

TEST(Primitives, ScattersUpdateInOrder) {
  KernelModule module;
  std::vector<float> updates = {1, 2, 3, 4, 5, 6, 7, 8, 2, 3, -4, 0.5F};
  auto scatter = [&](Update update) {
    Axis axis;
    addTo(axis.memory, "updates", updates);
    Scatter shape{axis.lookup, start(line(4)), line(4), update};
    EXPECT_EQ(module.launch(module.kernels.scatterElements(shape, Element::f32),
                            /*tokens=*/8,
                            {axis.count.data(), axis.indices.data(),
                             updates.data(), axis.data.data()},
                            axis.memory, ptx::Asynchrony::eager),
              "");
    return axis.data;
  };
  using Floats = std::vector<float>;
  EXPECT_EQ(scatter(Update::replace),
            (Floats{4, 1, 3, 8, 11, 7, 20, 0.5F, 22}));
  EXPECT_EQ(scatter(Update::add), (Floats{5, 1, 7, 24, 11, 24, 20, 22.5F, 22}));
  EXPECT_EQ(scatter(Update::multiply),
            (Floats{0, 1, 12, 480, 11, 420, 20, -252, 22}));
  EXPECT_EQ(scatter(Update::larger), (Floats{4, 1, 3, 10, 11, 12, 20, 21, 22}));
  EXPECT_EQ(scatter(Update::smaller), (Floats{0, 1, 2, 6, 11, 5, 20, -4, 22}));
}
