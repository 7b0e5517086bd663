//===- SearchTest.cpp - placements of fleets that tests invent -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#include <random>

#include "SmallStep.h"

#include "llvm/ADT/StringExtras.h"
#include "gtest/gtest.h"

using namespace tandem;
using namespace tandem::test;

namespace {

using Figures = std::map<std::string, double>;

/// Two chips that suit one phase each.
class SearchTest : public ::testing::Test {
protected:
  Placement search() {
    return searchPlacement(
        work,
        makeFleet(step.getContext(),
                  {makeChip(step.getContext(), "multiplies", multiplies, count),
                   makeChip(step.getContext(), "streams", streams, count)},
                  linkBytesPerSecond),
        request);
  }
  std::string chosen() {
    Placement placement = search();
    return placement.getChosen() ? placement.getChosen()->getName() : "none";
  }

  SmallStep step{8};
  StepWork work = countWork(step.get());
  Figures multiplies = {{"compute_f32", 1e12}, {"memory_bandwidth", 1e10}};
  Figures streams = {{"compute_f32", 1e10}, {"memory_bandwidth", 1e12}};
  double linkBytesPerSecond = 1e10;
  int64_t count = 1;
  PlacementRequest request{{1000, 100, std::nullopt}, {}, 2048, "", ""};
};

TEST_F(SearchTest, splitsWhereEachPhaseHasItsChip) {
  EXPECT_EQ(chosen(), "'multiplies' -> 'streams'");
}

TEST_F(SearchTest, doesNotSplitOverASlowLink) {
  linkBytesPerSecond = 1e5;
  EXPECT_EQ(chosen(), "'multiplies' alone");
}

TEST_F(SearchTest, doesNotSplitForAShortPrompt) {
  request.workload = {1, 1000, std::nullopt};
  EXPECT_EQ(chosen(), "'streams' alone");
}

TEST_F(SearchTest, doesNotSplitBetweenEqualChips) {
  multiplies = streams;
  EXPECT_EQ(chosen(), "'multiplies' alone");
}

TEST_F(SearchTest, oneFigureChangesThePlan) {
  EXPECT_EQ(chosen(), "'multiplies' -> 'streams'");
  streams["compute_f32"] = 2e12;
  EXPECT_EQ(chosen(), "'streams' alone");
}

TEST_F(SearchTest, agreesWithEveryPairEstimatedByItself) {
  std::mt19937 random(7);
  auto between = [&](double low, double high) {
    return std::exp(std::uniform_real_distribution<double>(
        std::log(low), std::log(high))(random));
  };
  int splits = 0;
  for (int round = 0; round < 60; ++round) {
    llvm::SmallVector<deploy::ChipInterface> chips;
    for (const char *name : {"a", "b", "c"}) {
      chips.push_back(makeChip(step.getContext(), name,
                               {{"compute_f32", between(1e9, 1e13)},
                                {"memory_bandwidth", between(1e9, 1e12)},
                                {"memory", between(1e6, 1e8)}}));
    }
    deploy::FleetAttr fleet =
        makeFleet(step.getContext(), chips, between(1e7, 1e11));
    Placement placement = searchPlacement(work, fleet, request);
    double best = std::numeric_limits<double>::infinity();
    for (deploy::ChipInterface prefill : chips) {
      for (deploy::ChipInterface decode : chips) {
        Candidate candidate =
            estimateCandidate(work, prefill, decode,
                              fleet.getLink(prefill.getChip().getName(),
                                            decode.getChip().getName()),
                              request);
        if (candidate.isFeasible()) {
          best = std::min(best, candidate.requestSeconds);
        }
      }
    }
    if (const Candidate *candidate = placement.getChosen()) {
      EXPECT_EQ(candidate->requestSeconds, best);
      splits += candidate->isSplit();
    } else {
      EXPECT_TRUE(std::isinf(best));
    }
    EXPECT_EQ(placement.candidates.size(), 9u);
  }
  EXPECT_GT(splits, 0);
  EXPECT_LT(splits, 60);
}

TEST_F(SearchTest, priceDecidesUnderLimits) {
  multiplies["price"] = 10;
  streams["price"] = 1;
  request.workload.requestsPerSecond = 1;
  Placement cheap = search();
  EXPECT_EQ(cheap.objective, Objective::price);
  EXPECT_EQ(cheap.getChosen()->getName(), "'streams' alone");
  // One chip for one dollar an hour makes 100 tokens a second.
  EXPECT_NEAR(*cheap.getChosen()->usdPerMegatoken, 1e6 / 3600 / 100, 1e-9);
  request.slo.ttftSeconds = 0.02;
  Placement fast = search();
  EXPECT_EQ(fast.getChosen()->getName(), "'multiplies' alone");
  EXPECT_EQ(compareWithChosen(fast, fast.candidates.back())
                .rfind("the first token takes", 0),
            0u);
}

TEST_F(SearchTest, aChipWithoutAPriceMakesTimeDecide) {
  multiplies["price"] = 10;
  request.workload.requestsPerSecond = 1;
  Placement placement = search();
  EXPECT_EQ(placement.objective, Objective::time);
  EXPECT_EQ(placement.objectiveReason, "chip 'streams' states no price");
}

TEST_F(SearchTest, takesAsManyChipsAsTheRateNeeds) {
  count = 64;
  request.workload.requestsPerSecond = 2000;
  Placement placement = search();
  ASSERT_TRUE(placement.getChosen());
  const Candidate &candidate = *placement.getChosen();
  EXPECT_GT(candidate.prefillCount, 1);
  double load = 2000.0 / candidate.prefillCount * candidate.prefillStep.seconds;
  EXPECT_LE(load, maximumUtilisation);
  double fewer =
      2000.0 / (candidate.prefillCount - 1) * candidate.prefillStep.seconds;
  EXPECT_GT(fewer, maximumUtilisation);
  // Little's law: sequences under way on one chip.
  EXPECT_GE(candidate.sequences,
            2000.0 / candidate.decodeCount * 99 * candidate.tpotSeconds);
}

TEST_F(SearchTest, namesTheChipsThatWereAskedFor) {
  request.prefillChip = "streams";
  request.decodeChip = "multiplies";
  Placement placement = search();
  EXPECT_EQ(placement.getChosen()->getName(), "'streams' -> 'multiplies'");
  EXPECT_EQ(placement.getBest()->getName(), "'multiplies' -> 'streams'");
  std::string text = compareWithChosen(placement, *placement.getBest());
  EXPECT_NE(text.find("but other chips were asked for"), std::string::npos)
      << text;
}

TEST_F(SearchTest, namesTheMemoryThatIsMissing) {
  // Weights are 819200 bytes, a slot of 2048 tokens is 4 MB.
  multiplies["memory"] = streams["memory"] = 4e6;
  Placement placement = search();
  EXPECT_FALSE(placement.getChosen());
  std::string text = llvm::join(describeInfeasible(placement, request), "\n");
  EXPECT_NE(
      text.find(
          "prefill and decode needs 5.78 MB on each 'streams' (weights 819 kB, "
          "1 cache slots of 2048 tokens 4.19 MB, activations 768 kB), "
          "which has 4 MB; --max-context 1178 or less fits"),
      std::string::npos)
      << text;
  request.capacityTokens = 1178;
  EXPECT_TRUE(search().getChosen());
  request.capacityTokens = 1179;
  EXPECT_FALSE(search().getChosen());
}

TEST_F(SearchTest, namesTheNearestLimitThatIsMet) {
  request.slo = {1e-3, 1e-6};
  Placement placement = search();
  EXPECT_FALSE(placement.getChosen());
  std::string text = llvm::join(describeInfeasible(placement, request), "\n");
  size_t at = text.find("nearest: --slo ");
  ASSERT_NE(at, std::string::npos) << text;
  llvm::StringRef nearest = llvm::StringRef(text).drop_front(at + 15);
  llvm::Expected<Slo> slo =
      parseSlo(nearest.take_until([](char c) { return c == ' '; }));
  ASSERT_TRUE(bool(slo)) << llvm::toString(slo.takeError());
  request.slo = *slo;
  EXPECT_TRUE(search().getChosen()) << text;
}

TEST_F(SearchTest, namesTheNearestRate) {
  request.workload.requestsPerSecond = 1e4;
  Placement placement = search();
  EXPECT_FALSE(placement.getChosen());
  std::string text = llvm::join(describeInfeasible(placement, request), "\n");
  EXPECT_NE(text.find("prefill at most rps="), std::string::npos) << text;
  EXPECT_NE(text.find("nearest: rps="), std::string::npos) << text;
}

TEST_F(SearchTest, doesNotUseChipsWithoutARateForTheType) {
  multiplies = {{"compute_bf16", 1e15}, {"memory_bandwidth", 1e13}};
  Placement placement = search();
  EXPECT_EQ(placement.getChosen()->getName(), "'streams' alone");
  EXPECT_EQ(compareWithChosen(placement, placement.candidates.back()),
            "chip 'multiplies' states no rate for f32");
}

TEST_F(SearchTest, doesNotUseExcludedChips) {
  deploy::ChipInterface first =
      makeChip(step.getContext(), "multiplies", multiplies);
  auto broken = llvm::cast<deploy::RooflineAttr>(first);
  broken = deploy::RooflineAttr::get(
      &step.getContext(), broken.getChip(), 1, broken.getFigures(),
      mlir::StringAttr::get(&step.getContext(), "its target refuses 'Foo'"));
  Placement placement = searchPlacement(
      work,
      makeFleet(step.getContext(),
                {broken, makeChip(step.getContext(), "streams", streams)}),
      request);
  EXPECT_EQ(placement.getChosen()->getName(), "'streams' alone");
  EXPECT_EQ(compareWithChosen(placement, placement.candidates.back()),
            "its target refuses 'Foo'");
}

} // namespace
