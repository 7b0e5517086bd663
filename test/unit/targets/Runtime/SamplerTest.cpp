//===- SamplerTest.cpp - tokens drawn by their probability ----------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/RandomSampler.h"

#include <cmath>
#include <limits>
#include <map>

#include "tandem/targets/Runtime/Failure.h"
#include "gtest/gtest.h"

using namespace tandem::runtime;

static constexpr int draws = 100000;
static const std::vector<float> logits = {1.5f, -0.25f, 3,    0.5f, 2.75f,
                                          -2,   0,      1.5f, 2.0f, -1};

/// Probabilities at `temperature` of the tokens of `kept`.
static std::map<int32_t, double>
expectProbabilities(double temperature, const std::vector<int32_t> &kept) {
  std::map<int32_t, double> expected;
  double sum = 0;
  for (int32_t token : kept) {
    sum += expected[token] = std::exp(logits[size_t(token)] / temperature);
  }
  for (auto &[token, probability] : expected) {
    probability /= sum;
  }
  return expected;
}

/// Pearson's statistic of 100,000 draws; infinite where a token was drawn that
/// is not expected.
static double chiSquare(const Sampling &sampling,
                        const std::map<int32_t, double> &expected) {
  std::unique_ptr<Sampler> sampler = makeSampler(sampling);
  std::map<int32_t, int> counts;
  for (int i = 0; i < draws; ++i) {
    ++counts[sampler->choose(logits)];
  }
  double statistic = 0;
  for (auto [token, probability] : expected) {
    double wanted = draws * probability, difference = counts[token] - wanted;
    statistic += difference * difference / wanted;
    counts.erase(token);
  }
  return counts.empty() ? statistic : INFINITY;
}

static const std::vector<int32_t> allTokens = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};

// Critical values are those of a chance of 1 in 1000; the draws are fixed by
// the seed, so that a test passes always or never.

TEST(Sampler, TemperatureShapesProbabilities) {
  for (double temperature : {0.5, 1.0, 2.0}) {
    double statistic = chiSquare({temperature, 0, 1, 7},
                                 expectProbabilities(temperature, allTokens));
    EXPECT_LT(statistic, 27.88) << temperature; // 9 degrees of freedom
  }
  // It can fail: other probabilities are told apart.
  EXPECT_GT(chiSquare({1.05, 0, 1, 7}, expectProbabilities(1, allTokens)),
            27.88);
}

TEST(Sampler, TopCountKeepsTheLikeliest) {
  EXPECT_LT(chiSquare({1, 3, 1, 8}, expectProbabilities(1, {2, 4, 8})), 13.82);
  // Of two equal ones at the border the first stays.
  EXPECT_LT(chiSquare({1, 4, 1, 9}, expectProbabilities(1, {0, 2, 4, 8})),
            16.27);
}

TEST(Sampler, TopProbabilityKeepsTheFewestThatReachIt) {
  auto all = expectProbabilities(1, allTokens);
  double two = all[2] + all[4];
  EXPECT_LT(chiSquare({1, 0, two - 1e-9, 10}, expectProbabilities(1, {2, 4})),
            10.83);
  EXPECT_LT(
      chiSquare({1, 0, two + 1e-9, 11}, expectProbabilities(1, {2, 4, 8})),
      13.82);
  // After top-k the sum is that of what is left, and one always stays.
  EXPECT_LT(chiSquare({1, 2, 0.6, 12}, expectProbabilities(1, {2, 4})), 10.83);
  EXPECT_EQ(chiSquare({1, 0, 1e-12, 13}, expectProbabilities(1, {2})), 0);
}

TEST(Sampler, SeedDecides) {
  auto draw = [](uint64_t seed) {
    auto sampler = makeSampler({1, 0, 1, seed});
    std::vector<int32_t> tokens;
    for (int i = 0; i < 50; ++i) {
      tokens.push_back(sampler->choose(logits));
    }
    return tokens;
  };
  EXPECT_EQ(draw(1), draw(1));
  EXPECT_NE(draw(1), draw(2));
}

TEST(Sampler, ExtremesAreSafe) {
  float infinity = std::numeric_limits<float>::infinity();
  std::vector<float> extreme = {-infinity, 1e30f, -1e30f, 1e30f};
  auto sampler = makeSampler({1e-3, 0, 0.9, 1});
  for (int i = 0; i < 100; ++i) {
    int32_t token = sampler->choose(extreme);
    EXPECT_TRUE(token == 1 || token == 3);
  }
  for (float bad : {infinity, std::nanf("")}) {
    extreme[2] = bad;
    EXPECT_THROW(sampler->choose(extreme), Failure);
  }
}

TEST(Sampler, RangesAreChecked) {
  EXPECT_THROW(makeSampler({-1, 0, 1, 0}), Failure);
  EXPECT_THROW(makeSampler({NAN, 0, 1, 0}), Failure);
  EXPECT_THROW(makeSampler({1, 0, 0, 0}), Failure);
  EXPECT_THROW(makeSampler({1, 0, 1.5, 0}), Failure);
  EXPECT_THROW(makeSampler({0, 5, 1, 0}), Failure);
  EXPECT_EQ(makeSampler({0, 0, 1, 9})->choose(logits), 2);
}
