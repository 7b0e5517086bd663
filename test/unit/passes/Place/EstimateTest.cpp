//===- EstimateTest.cpp - terms against hand-computed numbers -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#include <cmath>

#include "SmallStep.h"

#include "gtest/gtest.h"

using namespace tandem;
using namespace tandem::test;

namespace {

TEST(Roofline, takesTheLongerOfProductsAndBytes) {
  SmallStep step;
  deploy::ChipInterface chip = makeChip(step.getContext(), "a",
                                        {{"compute_f32", 1e12},
                                         {"memory_bandwidth", 1e11},
                                         {"compute_efficiency", 0.5},
                                         {"memory_efficiency", 0.8},
                                         {"unit_overhead", 1e-6},
                                         {"power", 100}});
  deploy::Work work;
  work.flop["f32"] = 1e9;
  work.weightBytes = 1e6;
  work.cacheBytes = 2e6;
  work.activationBytes = 1e6;
  work.tokens = 16;
  deploy::Terms terms = chip.estimate(work, {});
  EXPECT_DOUBLE_EQ(terms.computeSeconds, 1e9 / 0.5e12);
  EXPECT_DOUBLE_EQ(terms.memorySeconds, 4e6 / 0.8e11);
  EXPECT_DOUBLE_EQ(terms.getSeconds(), 2e-3 + 1e-6);
  EXPECT_EQ(terms.getBound(), deploy::Bound::compute);
  EXPECT_DOUBLE_EQ(terms.joules, terms.getSeconds() * 100);
  EXPECT_DOUBLE_EQ(terms.band, 1.0);

  work.flop["f32"] = 1e6;
  EXPECT_EQ(chip.estimate(work, {}).getBound(), deploy::Bound::memory);
  work = deploy::Work();
  EXPECT_EQ(chip.estimate(work, {}).getBound(), deploy::Bound::overhead);
}

TEST(Roofline, reachesHalfItsRateAtTheStatedTokens) {
  SmallStep step;
  deploy::ChipInterface chip = makeChip(step.getContext(), "a",
                                        {{"compute_f32", 1e12},
                                         {"memory_bandwidth", 1e15},
                                         {"half_rate_tokens", 64}});
  deploy::Work work;
  work.flop["f32"] = 1e12;
  work.tokens = 64;
  EXPECT_DOUBLE_EQ(chip.estimate(work, {}).computeSeconds, 2);
  work.tokens = 64 * 99;
  EXPECT_NEAR(chip.estimate(work, {}).computeSeconds, 1.01, 1e-3);
}

TEST(Roofline, computesInThePrecisionThatIsAsked) {
  SmallStep step;
  deploy::ChipInterface chip = makeChip(step.getContext(), "a",
                                        {{"compute_f32", 1e12},
                                         {"compute_bf16", 8e12},
                                         {"memory_bandwidth", 1e15}});
  deploy::Work work;
  work.flop["f32"] = 1e12;
  EXPECT_DOUBLE_EQ(chip.estimate(work, {}).computeSeconds, 1);
  EXPECT_DOUBLE_EQ(chip.estimate(work, {"bf16"}).computeSeconds, 0.125);
  EXPECT_TRUE(std::isinf(chip.estimate(work, {"i8"}).computeSeconds));
}

TEST(Estimate, sumsTheUnitsOfAStep) {
  SmallStep step(2);
  StepWork work = countWork(step.get());
  // No chip computes that fast: bytes alone decide.
  deploy::ChipInterface chip =
      makeChip(step.getContext(), "a",
               {{"compute_f32", 1e20}, {"memory_bandwidth", 1e9}});
  StepEstimate decode = estimateStep(work, chip, {1, 1, 100});
  double bytes = 256 + 260                       // embedding
                 + 2 * (32768 + 256 * 101 + 512) // attention
                 + 2 * (65536 + 768)             // feed-forward
                 + 32768 + 512 + 256;            // head
  EXPECT_DOUBLE_EQ(decode.total.bytes, bytes);
  EXPECT_NEAR(decode.seconds, bytes / 1e9, 1e-12);
  ASSERT_EQ(decode.byKind.size(), 4u);
  EXPECT_EQ(decode.byKind[1].first, UnitKind::attention);
  EXPECT_NEAR(decode.byKind[1].second, 2 * (32768 + 256 * 101 + 512) / 1e9,
              1e-12);
}

TEST(Estimate, hidesAHandOffBehindPrefill) {
  SmallStep step(4);
  StepWork work = countWork(step.get());
  auto chips = {makeChip(step.getContext(), "a",
                         {{"compute_f32", 1e12}, {"memory_bandwidth", 1e11}}),
                makeChip(step.getContext(), "b",
                         {{"compute_f32", 1e12}, {"memory_bandwidth", 1e11}})};
  deploy::LinkAttr link =
      makeFleet(step.getContext(), chips, 1e6, 1e-5).getLink("b", "a");
  double infinite = std::numeric_limits<double>::infinity();
  // 100 tokens of 1024 bytes at 1 MB/s, no conversion.
  HandOff alone =
      estimateHandOff(work, link, infinite, 100, /*prefillSeconds=*/0);
  EXPECT_DOUBLE_EQ(alone.bytes, 102400);
  EXPECT_NEAR(alone.seconds, 0.1024 + 1e-5, 1e-12);
  EXPECT_NEAR(alone.exposedSeconds, alone.seconds, 1e-12);
  // A long prefill hides all layers but the last.
  HandOff hidden =
      estimateHandOff(work, link, infinite, 100, /*prefillSeconds=*/10);
  EXPECT_NEAR(hidden.exposedSeconds, 0.1024 / 4 + 1e-5, 1e-12);
  // A conversion reads and writes every byte.
  HandOff converted = estimateHandOff(work, link, 1e6, 100, 0);
  EXPECT_NEAR(converted.seconds, 3 * 0.1024 + 1e-5, 1e-12);
}

} // namespace
