//===- PartTest.cpp - whole parts against the interpreter -------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CompiledPart.h"
#include "KernelLibrary.h"
#include "PartTexts.h"

#include <gtest/gtest.h>

using namespace tandem::x86;

static std::vector<int32_t> tokensOf(int64_t count, int64_t first = 0) {
  std::vector<int32_t> tokens;
  for (int64_t i = 0; i < count; ++i) {
    tokens.push_back((first + i) * 7 % 50);
  }
  return tokens;
}

namespace {

class X86Part : public testing::Test {
protected:
  void SetUp() override {
    if (!part) {
      part = std::make_unique<CompiledPart>(llamaText(), 256);
      part->vocabulary = 50;
    }
  }
  Interpreter interpreter() { return {part->part(), part->weights()}; }

  static std::unique_ptr<CompiledPart> part;
};

std::unique_ptr<CompiledPart> X86Part::part;

} // namespace

TEST_F(X86Part, PrefillThenDecode) {
  Interpreter reference = interpreter();
  for (int64_t length : {1, 2, 5, 63, 70, 130}) {
    RowStep prompt{length, 0, tokensOf(length)};
    EXPECT_LT(largestError(part->run(0, {prompt}, true),
                           reference.run("prefill", {prompt}, true)),
              1e-4);
    for (int64_t i = 0; i < 3; ++i) {
      RowStep next{length, length + i, tokensOf(1, length + i)};
      EXPECT_LT(largestError(part->run(1, {next}, false),
                             reference.run("decode", {next}, false)),
                1e-4);
    }
  }
}

TEST_F(X86Part, PrefillInTwoSteps) {
  std::vector<float> whole =
      part->run(0, {{20, 0, tokensOf(90)}}, /*all=*/false);
  part->run(0, {{21, 0, tokensOf(33)}}, false);
  std::vector<float> second = part->run(0, {{21, 33, tokensOf(57, 33)}}, false);
  EXPECT_LT(largestError(second, {whole.begin(), whole.end()}), 1e-4);
}

TEST_F(X86Part, RowsOfDifferentLengths) {
  Interpreter reference = interpreter();
  std::vector<RowStep> rows = {
      {30, 0, tokensOf(5)}, {31, 0, tokensOf(77, 3)}, {32, 0, tokensOf(1, 9)}};
  for (bool all : {false, true}) {
    EXPECT_LT(largestError(part->run(0, rows, all),
                           reference.run("prefill", rows, all)),
              1e-4);
  }
  rows = {{30, 5, tokensOf(1)}, {31, 77, tokensOf(3)}, {32, 1, tokensOf(1)}};
  EXPECT_LT(largestError(part->run(1, rows, false),
                         reference.run("decode", rows, false)),
            1e-4);
}

TEST_F(X86Part, ThreadsChangeNothing) {
  RowStep prompt{40, 0, tokensOf(150)};
  std::vector<float> one = part->run(0, {prompt}, true, 1);
  for (unsigned threads : {2, 5}) {
    EXPECT_EQ(part->run(0, {prompt}, true, threads), one);
  }
}

TEST_F(X86Part, TellsWhenTheCacheOfALayerIsComplete) {
  constexpr uint64_t layers = 2;
  for (auto [entry, start, count] :
       {std::tuple(0, 0, 70), std::tuple(0, 70, 9), std::tuple(1, 79, 1)}) {
    part->run(entry, {{60, start, tokensOf(count, start)}}, false, 2);
    std::vector<char> slot = part->slotBytes(60);
    size_t bytes = slot.size() / layers;
    ASSERT_EQ(part->layersDone.size(), layers);
    for (uint64_t layer = 0; layer < layers; ++layer) {
      auto &[told, then] = part->layersDone[layer];
      EXPECT_EQ(told, layer);
      EXPECT_TRUE(std::equal(slot.begin() + layer * bytes,
                             slot.begin() + (layer + 1) * bytes,
                             then.begin() + layer * bytes));
    }
    // The last layer was not there when the first was told.
    EXPECT_NE(part->layersDone[0].second, slot);
  }
}

TEST_F(X86Part, FillsItsSlot) {
  Interpreter reference = interpreter();
  RowStep prompt{50, 0, tokensOf(255)};
  part->run(0, {prompt}, false);
  reference.run("prefill", {prompt}, false);
  RowStep last{50, 255, tokensOf(1)};
  EXPECT_LT(largestError(part->run(1, {last}, false),
                         reference.run("decode", {last}, false)),
            1e-4);
}

TEST(X86MixedPart, MatchesTheInterpreter) {
  CompiledPart part(mixedText(), 256);
  part.vocabulary = 40;
  Interpreter reference(part.part(), part.weights());
  std::vector<RowStep> rows = {{0, 0, tokensOf(30)}, {1, 0, tokensOf(101, 4)}};
  for (RowStep &row : rows) {
    for (int32_t &token : row.tokens) {
      token %= 40;
    }
  }
  EXPECT_LT(largestError(part.run(0, rows, true, 2),
                         reference.run("step", rows, true)),
            1e-4);
  rows = {{1, 101, {3}}, {0, 30, {5, 6}}};
  EXPECT_LT(largestError(part.run(0, rows, false),
                         reference.run("step", rows, false)),
            1e-4);
}
