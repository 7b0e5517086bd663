//===- CInterfaceTest.cpp - the runtime as other programs use it ----------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/tandem-runtime.h"

#include <filesystem>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

#include "TestBundle.h"
#include "gtest/gtest.h"

static std::string takeMessage(TandemError *error) {
  std::string message = error ? tandem_error_message(error) : "";
  tandem_error_free(error);
  return message;
}

TEST(CInterface, LoadsStepsAndGenerates) {
  std::string path = std::filesystem::temp_directory_path() /
                     ("c-test-" + std::to_string(getpid()) + ".tandem");
  llvm::cantFail(tandem::test::writeTestBundle(path, TANDEM_FAKE_PART));
  TandemBundle *bundle = nullptr;
  ASSERT_EQ(takeMessage(tandem_bundle_open(path.c_str(), &bundle)), "");
  TandemSequence *sequence = nullptr;
  EXPECT_EQ(takeMessage(tandem_sequence_create(bundle, &sequence)),
            "the bundle is not loaded");
  TandemLoadOptions load = {sizeof(load), "plain", 1, 0, nullptr, 0, 0, 0};
  ASSERT_EQ(takeMessage(tandem_bundle_load(bundle, &load)), "");
  TandemBundleInfo info = {};
  info.size = sizeof(info);
  ASSERT_EQ(takeMessage(tandem_bundle_info(bundle, &info)), "");
  EXPECT_EQ(info.vocabulary, tandem::test::vocabulary);
  EXPECT_EQ(info.capacity, 64u);
  EXPECT_STREQ(info.variant, "plain");

  ASSERT_EQ(takeMessage(tandem_sequence_create(bundle, &sequence)), "");
  std::vector<int32_t> prompt = {5, 6, 7};
  TandemRow row = {sequence, prompt.data(), prompt.size()};
  const float *logits = nullptr;
  uint64_t rowCount = 0;
  ASSERT_EQ(takeMessage(tandem_step(bundle, &row, 1, 0, &logits, &rowCount)),
            "");
  EXPECT_EQ(rowCount, 1u);
  EXPECT_EQ(std::vector<float>(logits, logits + info.vocabulary),
            tandem::test::expectLogits(prompt));

  tandem_sequence_truncate(sequence, 0);
  std::vector<int32_t> tokens;
  TandemGenerateOptions options = {};
  options.size = sizeof(options);
  options.prompt = prompt.data();
  options.promptCount = prompt.size();
  options.newTokens = 3;
  options.context = &tokens;
  options.onToken = [](void *context, int32_t token) {
    static_cast<std::vector<int32_t> *>(context)->push_back(token);
  };
  TandemGenerateResult result = {};
  result.size = sizeof(result);
  ASSERT_EQ(takeMessage(tandem_generate(sequence, &options, &result)), "");
  EXPECT_EQ(result.tokenCount, 3u);
  EXPECT_EQ(tokens.size(), 3u);

  int32_t cancel = 1;
  options.cancel = &cancel;
  TandemError *error = tandem_generate(sequence, &options, &result);
  EXPECT_EQ(tandem_error_code(error), 130);
  EXPECT_EQ(takeMessage(error), "interrupted");

  tandem_sequence_free(sequence);
  tandem_bundle_free(bundle);
  std::filesystem::remove_all(path);
}

static void append(void *text, const char *piece, uint64_t bytes) {
  static_cast<std::string *>(text)->append(piece, bytes).append("|");
}

TEST(CInterface, DetokenizesUpToAStopText) {
  const std::string json = R"({"version": "1.0", "added_tokens": [],
    "normalizer": null, "pre_tokenizer": null, "post_processor": null,
    "decoder": {"type": "Fuse"}, "model": {"type": "BPE", "merges": [],
      "vocab": {"a": 0, "b": 1, "c": 2}}})";
  TandemTokenizer *tokenizer = nullptr;
  ASSERT_EQ(
      takeMessage(tandem_tokenizer_parse(json.data(), json.size(), &tokenizer)),
      "");
  TandemDetokenizer *detokenizer = nullptr;
  ASSERT_EQ(takeMessage(tandem_detokenizer_create(tokenizer, &detokenizer)),
            "");
  tandem_tokenizer_free(tokenizer);
  TandemError *empty = tandem_detokenizer_stop_at(detokenizer, "", 0);
  EXPECT_EQ(tandem_error_code(empty), 2);
  EXPECT_EQ(takeMessage(empty),
            "a stop text is empty, expected one character at least");
  for (std::string stop : {"bc", "bb"}) {
    ASSERT_EQ(takeMessage(tandem_detokenizer_stop_at(detokenizer, stop.data(),
                                                     stop.size())),
              "");
  }

  std::string text;
  auto push = [&](std::vector<int32_t> tokens) {
    for (int32_t token : tokens) {
      EXPECT_EQ(takeMessage(
                    tandem_detokenizer_push(detokenizer, token, append, &text)),
                "");
    }
  };
  auto finish = [&] {
    EXPECT_EQ(
        takeMessage(tandem_detokenizer_finish(detokenizer, append, &text)), "");
    return std::exchange(text, "");
  };
  push({0, 1}); // what may begin one is held back
  EXPECT_EQ(text, "a|");
  push({0, 2});
  EXPECT_EQ(text, "a|ba|c|");
  TandemError *late = tandem_detokenizer_stop_at(detokenizer, "c", 1);
  EXPECT_EQ(tandem_error_code(late), 2);
  EXPECT_EQ(takeMessage(late), "a stop text comes after a token of the text, "
                               "expected before its first; finish the text");
  EXPECT_EQ(tandem_detokenizer_has_stopped(detokenizer), 0);
  push({1});
  EXPECT_EQ(finish(), "a|ba|c|b|");

  push({2, 1, 2, 0}); // a new text, with the same stop texts
  EXPECT_EQ(tandem_detokenizer_has_stopped(detokenizer), 1);
  EXPECT_EQ(finish(), "c|");
  EXPECT_EQ(tandem_detokenizer_has_stopped(detokenizer), 0);
  tandem_detokenizer_free(detokenizer);
}

TEST(CInterface, ErrorsHaveCodes) {
  TandemBundle *bundle = nullptr;
  TandemError *error = tandem_bundle_open("/nowhere", &bundle);
  EXPECT_EQ(tandem_error_code(error), 3);
  EXPECT_EQ(takeMessage(error), "'/nowhere' is no bundle: no such folder");
}
