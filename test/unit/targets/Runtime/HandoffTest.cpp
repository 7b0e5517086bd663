//===- HandoffTest.cpp - sequences that move from part to part ------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/Engine.h"
#include "tandem/targets/Runtime/Failure.h"
#include "tandem/targets/Runtime/Generation.h"
#include "tandem/targets/Runtime/Verification.h"

#include <filesystem>
#include <unistd.h>

#include "TestBundle.h"
#include "gtest/gtest.h"

using namespace tandem::runtime;
using tandem::test::expectLogits;
using tandem::test::vocabulary;

using Ids = std::vector<int32_t>;

namespace {

/// A bundle of two parts whose slots lie in opposite directions.
class HandoffTest : public ::testing::Test {
protected:
  HandoffTest()
      : path(std::filesystem::temp_directory_path() /
             ("handoff-test-" + std::to_string(getpid()) + ".tandem")) {
    tandem::test::TestBundle bundle;
    bundle.decodeCode = TANDEM_FAKE_DECODE;
    bundle.handoffCode = TANDEM_FAKE_HANDOFF;
    llvm::cantFail(
        tandem::test::writeTestBundle(path, TANDEM_FAKE_PREFILL, bundle));
    folder.emplace(path);
    load(/*isDecodeOnly=*/false);
  }
  ~HandoffTest() override {
    engine.reset();
    std::filesystem::remove_all(path);
  }

  void load(bool isDecodeOnly) {
    engine.emplace(*folder, LoadOptions{"plain", 2, nullptr, isDecodeOnly});
  }

  /// Runs a step and checks the last row of each sequence's logits.
  void expectStep(const std::vector<std::pair<Sequence *, Ids>> &work) {
    std::vector<StepRow> rows;
    for (auto &[sequence, ids] : work) {
      rows.push_back({sequence, ids});
      histories[sequence].resize(sequence->length());
      histories[sequence].insert(histories[sequence].end(), ids.begin(),
                                 ids.end());
    }
    std::span<const float> logits = engine->step(rows, LogitsOf::LastToken);
    ASSERT_EQ(logits.size(), rows.size() * vocabulary);
    for (size_t i = 0; i < rows.size(); ++i) {
      auto row = logits.subspan(i * vocabulary, vocabulary);
      EXPECT_EQ(std::vector<float>(row.begin(), row.end()),
                expectLogits(histories[rows[i].sequence]))
          << "row " << i;
    }
  }

  std::string refusal(Sequence &sequence, const CachePiece &piece) {
    try {
      engine->importCache(sequence, piece);
    } catch (const Failure &failure) {
      EXPECT_EQ(failure.code, ExitCode::Usage);
      return failure.what();
    }
    return "";
  }

  std::string path;
  std::optional<BundleFolder> folder;
  std::optional<Engine> engine;
  std::map<Sequence *, Ids> histories;
};

} // namespace

TEST_F(HandoffTest, PromptInPiecesThenDecode) {
  Sequence sequence(*engine);
  expectStep({{&sequence, {5, 6, 7}}});
  expectStep({{&sequence, {8, 9}}});
  EXPECT_EQ(engine->convertedBytes(), 5 * sizeof(int64_t));
  expectStep({{&sequence, {10}}});
  expectStep({{&sequence, {11}}});
  EXPECT_EQ(engine->convertedBytes(), 5 * sizeof(int64_t));
}

TEST_F(HandoffTest, AFurtherPieceOfPromptRunsWhereTheSequenceIs) {
  Sequence sequence(*engine);
  expectStep({{&sequence, {5, 6, 7}}});
  expectStep({{&sequence, {10}}});
  expectStep({{&sequence, {11, 12, 13}}});
  expectStep({{&sequence, {14}}});
  EXPECT_EQ(engine->convertedBytes(), 3 * sizeof(int64_t));
}

TEST_F(HandoffTest, RowsOfBothPartsInOneStep) {
  Sequence a(*engine), b(*engine), c(*engine);
  expectStep({{&a, {1, 2, 3}}, {&b, {4}}});
  expectStep({{&a, {4}}, {&c, {5, 6}}, {&b, {7, 8}}});
  expectStep({{&c, {1}}, {&a, {2, 3}}, {&b, {9}}});
}

TEST_F(HandoffTest, TruncatedSequences) {
  Sequence sequence(*engine);
  expectStep({{&sequence, {5, 6, 7, 8}}});
  sequence.truncate(2);
  expectStep({{&sequence, {9, 10, 11}}});
  expectStep({{&sequence, {12}}});
  sequence.truncate(3);
  expectStep({{&sequence, {13}}});
  sequence.truncate(0);
  uint64_t before = engine->convertedBytes();
  expectStep({{&sequence, {14, 15}}});
  EXPECT_GT(engine->convertedBytes(), before) << "it begins at prefill again";
  expectStep({{&sequence, {16}}});
}

TEST_F(HandoffTest, ImportedCaches) {
  load(/*isDecodeOnly=*/true);
  Sequence sequence(*engine);
  std::vector<int64_t> slot(64, -1);
  slot[0] = 5, slot[1] = 6, slot[2] = 7, slot[3] = 8;
  CachePiece piece{"first",
                   reinterpret_cast<const char *>(slot.data()),
                   slot.size() * sizeof(int64_t),
                   {0, 1, 0, 3}};
  engine->importCache(sequence, piece);
  EXPECT_EQ(sequence.length(), 3u);
  piece.range = {0, 1, 3, 1};
  engine->importCache(sequence, piece);
  EXPECT_EQ(engine->convertedBytes(), 4 * sizeof(int64_t));
  histories[&sequence] = {5, 6, 7, 8};
  expectStep({{&sequence, {9}}});
  expectStep({{&sequence, {10, 11}}});
}

TEST_F(HandoffTest, ImportsAreRefusedByField) {
  Sequence atPrefill(*engine);
  std::vector<int64_t> slot(64, -1);
  CachePiece good{"first",
                  reinterpret_cast<const char *>(slot.data()),
                  slot.size() * sizeof(int64_t),
                  {0, 1, 0, 3}};
  EXPECT_EQ(refusal(atPrefill, good),
            "a cache can only be given to a bundle that is loaded to decode "
            "alone");
}

TEST_F(HandoffTest, ImportFields) {
  load(/*isDecodeOnly=*/true);
  Sequence sequence(*engine);
  std::vector<int64_t> slot(64, -1);
  const CachePiece good{"first",
                        reinterpret_cast<const char *>(slot.data()),
                        slot.size() * sizeof(int64_t),
                        {0, 1, 0, 3}};
  CachePiece bad = good;
  bad.slotBytes = 8;
  EXPECT_EQ(refusal(sequence, bad),
            "the cache's slot_bytes is 8, expected 512: that is a slot of the "
            "producer by the contract");
  bad = good, bad.range.firstToken = 1;
  EXPECT_EQ(refusal(sequence, bad), "the cache's first token is 1, expected 0: "
                                    "tokens are appended to those of the "
                                    "sequence");
  bad = good, bad.range.firstLayer = 1;
  EXPECT_EQ(refusal(sequence, bad),
            "the cache's first layer is 1, expected 0: layers come in order");
  bad = good, bad.range.layerCount = 2;
  EXPECT_EQ(refusal(sequence, bad),
            "the cache's layer count is 2, expected 1 to 1");
  bad = good, bad.range.tokenCount = 65;
  EXPECT_EQ(refusal(sequence, bad),
            "the cache's token count is 65, expected 1 to 64");
  bad = good, bad.producer = "third";
  EXPECT_THROW(engine->importCache(sequence, bad), Failure);
  EXPECT_EQ(sequence.length(), 0u);
}

TEST_F(HandoffTest, AConversionOfAnotherContractIsRefused) {
  tandem::test::TestBundle bundle;
  bundle.decodeCode = TANDEM_FAKE_DECODE;
  bundle.handoffCode = TANDEM_FAKE_HANDOFF;
  bundle.handoffContract = "blake3:" + std::string(64, 'a');
  std::string other = path + ".other";
  llvm::cantFail(
      tandem::test::writeTestBundle(other, TANDEM_FAKE_PREFILL, bundle));
  BundleFolder opened(other);
  try {
    Engine(opened, LoadOptions{"plain", 2, nullptr, false});
    ADD_FAILURE() << "it was loaded";
  } catch (const Failure &failure) {
    EXPECT_EQ(failure.code, ExitCode::InputRejected);
    EXPECT_EQ(failure.what(),
              "the conversion from 'first' to 'second' was made for contract "
              "digest '" +
                  bundle.handoffContract + "', manifest.json says '" +
                  opened.manifest().contract.digest +
                  "'; compile the model again");
  }
  std::filesystem::remove_all(other);
}

TEST_F(HandoffTest, GoldenVectorsRunOnBothParts) {
  engine.reset();
  std::vector<CheckResult> results =
      verifyBundle(*folder, LoadOptions{"plain", 2, nullptr, false});
  EXPECT_EQ(results.back().name, "golden vectors, plain");
  EXPECT_FALSE(results.back().wasSkipped);
}
