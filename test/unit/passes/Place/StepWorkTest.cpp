//===- StepWorkTest.cpp - work against hand-computed numbers -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#include "SmallStep.h"

#include "gtest/gtest.h"

using namespace tandem;
using tandem::test::SmallStep;

namespace {

TEST(StepWork, countsTheUnitsOfOneLayer) {
  SmallStep step;
  StepWork work = countWork(step.get());
  EXPECT_EQ(work.layers, 1);
  // table, wq, wk, wv, up, down; the table serves both ends and counts once.
  EXPECT_EQ(work.weightBytes,
            4 * (128 * 64 + 64 * 64 + 2 * 64 * 32 + 2 * 64 * 128));
  EXPECT_EQ(work.cacheBytesPerToken, 2 * (16 + 16) * 4);
  ASSERT_EQ(work.units.size(), 4u);

  const UnitWork &embedding = work.units[0];
  EXPECT_EQ(embedding.kind, UnitKind::embedding);
  EXPECT_TRUE(embedding.flop.empty());
  EXPECT_EQ(embedding.weightBytes.toString(), "256*tokens");
  EXPECT_EQ(embedding.activationBytes.toString(), "260*tokens");

  const UnitWork &attention = work.units[1];
  EXPECT_EQ(attention.kind, UnitKind::attention);
  // 2*64*(64 + 32 + 32) a token; 2*4*(16 + 16) a pair.
  EXPECT_EQ(attention.flop.at("f32").toString(), "16384*tokens + 256*pairs");
  EXPECT_EQ(attention.weightBytes.toString(), "32768");
  EXPECT_EQ(attention.cacheBytes.toString(), "256*tokens + 256*keys");
  EXPECT_EQ(attention.activationBytes.toString(), "512*tokens");

  const UnitWork &ffn = work.units[2];
  EXPECT_EQ(ffn.kind, UnitKind::feedForward);
  EXPECT_EQ(ffn.flop.at("f32").toString(), "32768*tokens");
  EXPECT_EQ(ffn.weightBytes.toString(), "65536");
  EXPECT_EQ(ffn.activationBytes.toString(), "768*tokens");

  // The head runs for the last token of each row alone.
  const UnitWork &head = work.units[3];
  EXPECT_EQ(head.kind, UnitKind::head);
  EXPECT_EQ(head.flop.at("f32").toString(), "16384*rows");
  EXPECT_EQ(head.weightBytes.toString(), "32768");
  EXPECT_EQ(head.activationBytes.toString(), "512*rows + 256*tokens");
}

TEST(StepWork, mergesEqualLayers) {
  SmallStep step(5);
  StepWork work = countWork(step.get());
  ASSERT_EQ(work.units.size(), 4u);
  EXPECT_EQ(work.units[0].times, 1);
  EXPECT_EQ(work.units[1].times, 5);
  EXPECT_EQ(work.units[2].times, 5);
  EXPECT_EQ(work.units[3].times, 1);
  EXPECT_EQ(work.cacheBytesPerToken, 5 * 256);
}

TEST(StepWork, putsEveryOperationIntoOneUnit) {
  SmallStep step(3);
  std::vector<Unit> units = findUnits(step.get());
  ASSERT_EQ(units.size(), 8u);
  llvm::DenseSet<mlir::Operation *> seen;
  for (const Unit &unit : units) {
    for (mlir::Operation *op : unit.operations) {
      EXPECT_TRUE(seen.insert(op).second);
    }
  }
  EXPECT_EQ(units[3].kind, UnitKind::attention);
  EXPECT_EQ(units[3].layer, 1);
  EXPECT_EQ(units[3].operations.size(), 5u); // q, k, v, append, attention
  EXPECT_EQ(units[6].kind, UnitKind::feedForward);
  EXPECT_EQ(units[6].layer, 2);
}

TEST(Quantity, countsPairsAndKeys) {
  Quantity pairs, keys, windowPairs, windowKeys;
  pairs.add(Count::pairs, 1);
  keys.add(Count::keys, 1);
  windowPairs.add(Count::pairs, 1, /*window=*/4);
  windowKeys.add(Count::keys, 1, /*window=*/4);
  for (int rows : {1, 3}) {
    for (int newTokens : {1, 2, 5, 9}) {
      for (int past : {0, 1, 3, 4, 11}) {
        double all = 0, inWindow = 0;
        for (int i = 0; i < newTokens; ++i) {
          all += past + i + 1;
          inWindow += std::min(past + i + 1, 4);
        }
        StepShape shape = {double(rows), double(newTokens),
                           double(past + newTokens)};
        EXPECT_EQ(pairs.evaluate(shape), rows * all);
        EXPECT_EQ(windowPairs.evaluate(shape), rows * inWindow);
        EXPECT_EQ(keys.evaluate(shape), rows * (past + newTokens));
        EXPECT_EQ(windowKeys.evaluate(shape),
                  rows * std::min(past + newTokens, 4 + newTokens - 1));
      }
    }
  }
}

TEST(StepWork, boundsAttentionByItsWindow) {
  SmallStep step(1, "<causal = true, window = 8>");
  StepWork work = countWork(step.get());
  EXPECT_EQ(work.units[1].flop.at("f32").toString(),
            "16384*tokens + 256*pairs(window 8)");
}

} // namespace
