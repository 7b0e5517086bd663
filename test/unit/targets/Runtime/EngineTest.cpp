//===- EngineTest.cpp - steps and generation ------------------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/Engine.h"
#include "tandem/targets/Runtime/Failure.h"
#include "tandem/targets/Runtime/Generation.h"

#include <atomic>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <new>
#include <unistd.h>

#include "TestBundle.h"
#include "gtest/gtest.h"

using namespace tandem::runtime;
using tandem::test::expectLogits;
using tandem::test::vocabulary;

/// Calls of operator new in this program, on all threads.
static std::atomic<size_t> allocations;

void *operator new(size_t size) {
  ++allocations;
  if (void *memory = std::malloc(size)) {
    return memory;
  }
  throw std::bad_alloc();
}
void operator delete(void *memory) noexcept { std::free(memory); }
void operator delete(void *memory, size_t) noexcept { std::free(memory); }

namespace {
/// A test bundle in a folder of its own, loaded.
class EngineTest : public ::testing::Test {
protected:
  EngineTest()
      : path(std::filesystem::temp_directory_path() /
             ("engine-test-" + std::to_string(getpid()) + ".tandem")) {
    llvm::cantFail(tandem::test::writeTestBundle(path, TANDEM_FAKE_PART));
    folder.emplace(path);
    engine.emplace(*folder, LoadOptions{"plain", 2, nullptr});
  }
  ~EngineTest() override { std::filesystem::remove_all(path); }

  std::vector<float> run(Sequence &sequence, const std::vector<int32_t> &tokens,
                         LogitsOf which = LogitsOf::LastToken) {
    std::vector<float> all;
    feedPrompt(
        *engine, sequence, tokens, which,
        [&](std::span<const float> rows) {
          all.insert(all.end(), rows.begin(), rows.end());
        },
        nullptr);
    return all;
  }

  std::string path;
  std::optional<BundleFolder> folder;
  std::optional<Engine> engine;
};
} // namespace

static std::vector<int32_t> makeTokens(size_t count) {
  std::vector<int32_t> tokens(count);
  for (size_t i = 0; i < count; ++i) {
    tokens[i] = static_cast<int32_t>((i * 31 + 5) % vocabulary);
  }
  return tokens;
}

TEST_F(EngineTest, ChunkedPromptEqualsWholePrompt) {
  for (size_t length : {1, 7, 8, 9, 63, 64}) { // steps hold 8 tokens
    std::vector<int32_t> tokens = makeTokens(length);
    Sequence sequence(*engine);
    EXPECT_EQ(run(sequence, tokens), expectLogits(tokens)) << length;
    EXPECT_EQ(sequence.length(), length);
  }
}

TEST_F(EngineTest, TwoCallsEqualOne) {
  std::vector<int32_t> tokens = makeTokens(20);
  Sequence sequence(*engine);
  run(sequence, {tokens.begin(), tokens.begin() + 11});
  EXPECT_EQ(run(sequence, {tokens.begin() + 11, tokens.end()}),
            expectLogits(tokens));
}

TEST_F(EngineTest, EveryTokenGivesAllRows) {
  std::vector<int32_t> tokens = makeTokens(19);
  Sequence sequence(*engine);
  std::vector<float> all = run(sequence, tokens, LogitsOf::EveryToken);
  ASSERT_EQ(all.size(), 19 * vocabulary);
  for (size_t i = 0; i < tokens.size(); ++i) {
    std::vector<float> row(all.begin() + i * vocabulary,
                           all.begin() + (i + 1) * vocabulary);
    EXPECT_EQ(row, expectLogits({tokens.begin(), tokens.begin() + i + 1}));
  }
}

TEST_F(EngineTest, RowsOfDifferentLengthsEqualSingleRuns) {
  Sequence a(*engine), b(*engine);
  std::vector<int32_t> first = {1, 2, 3}, second = {9, 8, 7, 6, 5};
  StepRow rows[] = {{&a, first}, {&b, second}};
  auto logits = engine->step(rows, LogitsOf::LastToken);
  ASSERT_EQ(logits.size(), 2 * vocabulary);
  EXPECT_EQ(std::vector(logits.begin(), logits.begin() + vocabulary),
            expectLogits(first));
  EXPECT_EQ(std::vector(logits.begin() + vocabulary, logits.end()),
            expectLogits(second));
}

TEST_F(EngineTest, SlotIsReusedAfterFree) {
  std::vector<int32_t> longer = makeTokens(30), shorter = {4, 2};
  {
    Sequence sequence(*engine);
    run(sequence, longer);
  }
  Sequence sequence(*engine);
  EXPECT_EQ(run(sequence, shorter), expectLogits(shorter));
}

TEST_F(EngineTest, TruncatedSequenceGoesOnFromThere) {
  Sequence sequence(*engine);
  run(sequence, {1, 2, 3, 4});
  sequence.truncate(2);
  EXPECT_EQ(run(sequence, {9}), expectLogits({1, 2, 9}));
}

TEST_F(EngineTest, StepsBeyondTheLimitsAreRefused) {
  Sequence sequence(*engine);
  auto why = [&](const std::vector<int32_t> &tokens) -> std::string {
    StepRow row = {&sequence, tokens};
    try {
      engine->step({&row, 1}, LogitsOf::LastToken);
      return "";
    } catch (const Failure &failure) {
      EXPECT_EQ(failure.code, ExitCode::Usage);
      return failure.what();
    }
  };
  EXPECT_EQ(why({}), "a row of a step needs at least one token");
  EXPECT_EQ(why({1, 97}), "token 1 is 97, expected 0 to 96");
  EXPECT_EQ(why({-1}), "token 0 is -1, expected 0 to 96");
  EXPECT_NE(why(makeTokens(9)), "");
  run(sequence, makeTokens(64));
  EXPECT_EQ(why({1}), "a sequence of 64 tokens takes 0 more, not 1; compile "
                      "with a larger --max-context");
  EXPECT_EQ(sequence.length(), 64u);
}

TEST_F(EngineTest, StopTokensComeFromTheAssets) {
  EXPECT_EQ(engine->stopTokens(), (std::vector<int32_t>{96, 95}));
}

TEST_F(EngineTest, GenerationEndsAtStopTokenLengthOrCancel) {
  GreedySampler sampler;
  std::vector<int32_t> prompt = {5, 6, 7};
  GenerationRequest request;
  request.prompt = prompt;
  request.newTokens = 4;
  Sequence first(*engine);
  Generation whole = generate(*engine, first, sampler, request);
  EXPECT_EQ(whole.reason, StopReason::Length);
  ASSERT_EQ(whole.tokens.size(), 4u);

  request.stopTokens = {&whole.tokens[1], 1};
  Sequence second(*engine);
  Generation stopped = generate(*engine, second, sampler, request);
  EXPECT_EQ(stopped.reason, StopReason::StopToken);
  EXPECT_EQ(stopped.tokens.size(), 2u);

  request.isCancelled = [] { return true; };
  Sequence third(*engine);
  EXPECT_EQ(generate(*engine, third, sampler, request).reason,
            StopReason::Cancelled);
}

TEST_F(EngineTest, AStepOfDecodeAllocatesNothing) {
  Sequence sequence(*engine);
  run(sequence, makeTokens(5));
  GreedySampler sampler;
  int32_t token = 1;
  StepRow row = {&sequence, {&token, 1}};
  engine->step({&row, 1}, LogitsOf::LastToken);
  allocations = 0;
  for (int i = 0; i < 20; ++i) {
    token = sampler.choose(engine->step({&row, 1}, LogitsOf::LastToken));
  }
  EXPECT_EQ(allocations, 0u);
  ::operator delete(::operator new(1));
  EXPECT_EQ(allocations, 1u) << "they are not counted";
}

TEST(GreedySampler, FindsTheLargestInEveryPlace) {
  GreedySampler sampler;
  for (size_t count : {1, 15, 16, 17, 33, 100}) {
    for (size_t place = 0; place < count; ++place) {
      std::vector<float> logits(count, -7);
      logits[place] = -2;
      EXPECT_EQ(sampler.choose(logits), static_cast<int32_t>(place));
      logits.back() = -2;
      EXPECT_EQ(sampler.choose(logits), static_cast<int32_t>(place));
      logits[place] = NAN;
      EXPECT_THROW(sampler.choose(logits), Failure);
    }
  }
}

TEST(GreedySampler, TakesTheFirstOfEqualLogits) {
  GreedySampler sampler;
  std::vector<float> logits = {-1, 3, 3, 2};
  EXPECT_EQ(sampler.choose(logits), 1);
  logits = {-INFINITY, -INFINITY};
  EXPECT_EQ(sampler.choose(logits), 0);
  logits = {1, NAN, 2};
  EXPECT_THROW(sampler.choose(logits), Failure);
}
