//===- TokenizerTest.cpp - texts into tokens and back ---------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What needs no `tokenizers` wheel to be known: each file is small enough to be
// worked out by hand.
//
//===----------------------------------------------------------------------===//

#include <gtest/gtest.h>

#include "tandem/targets/Runtime/Failure.h"
#include "tandem/targets/Runtime/Json.h"
#include "tandem/targets/Runtime/Text/Tokenizer.h"

using namespace tandem::runtime;

using Ids = std::vector<int32_t>;

/// The smallest file, with `changes` merged into it (RFC 7396).
static std::string file(const char *changes = "{}") {
  Json json = Json::parse(R"({"version": "1.0", "added_tokens": [],
    "normalizer": null, "pre_tokenizer": null, "post_processor": null,
    "decoder": {"type": "Fuse"},
    "model": {"type": "BPE",
      "vocab": {"a": 0, "b": 1, "c": 2, "ab": 3, "bc": 4, "abc": 5, " ": 6},
      "merges": [["a", "b"], ["b", "c"], ["ab", "c"]]}})");
  json.merge_patch(Json::parse(changes));
  return json.dump();
}

static const char *const mark = R"({"added_tokens": [{"id": 9,
  "content": "<x>", "single_word": false, "lstrip": false, "rstrip": false,
  "normalized": false, "special": true}]})";

TEST(Tokenizer, Encodes) {
  const struct {
    const char *name, *changes, *text;
    Ids expected;
  } cases[] = {
      {"the merge of the lowest rank goes first", "{}", "abc", {5}},
      {"equal pairs merge from the left", "{}", "abab", {3, 3}},
      {"what cannot merge stays apart", "{}", "cab", {2, 3}},
      {"a lower rank wins over a place further left",
       R"({"model": {"merges": [["b", "c"], ["a", "b"], ["ab", "c"]]}})",
       "abc",
       {0, 4}},
      {"a whole word is found without merges",
       R"({"model": {"merges": [], "ignore_merges": true}})",
       "abc",
       {5}},
      {"no ignore_merges, no whole word",
       R"({"model": {"merges": []}})",
       "abc",
       {0, 1, 2}},
      {"nothing", "{}", "", {}},
      {"a normaliser goes before",
       R"({"normalizer": {"type": "Lowercase"}})",
       "ABC",
       {5}},
      {"words do not merge with each other",
       R"({"pre_tokenizer": {"type": "Split", "invert": false,
           "pattern": {"String": "b"}, "behavior": "Isolated"}})",
       "abc",
       {0, 1, 2}},
      {"every ASCII punctuation mark is a word, the underscore too",
       R"({"pre_tokenizer": {"type": "BertPreTokenizer"}, "model":
           {"vocab": {"_": 7, "__": 8}, "merges": [["_", "_"]]}})",
       "a__",
       {0, 7, 7}},
      {"the fallback spells bytes",
       R"({"model": {"byte_fallback": true, "unk_token": "c",
           "vocab": {"<0xC3>": 7, "<0xA9>": 8}}})",
       "a\u00e9",
       {0, 7, 8}},
      {"the unknown token stands for one character",
       R"({"model": {"unk_token": "c"}})",
       "zz",
       {2, 2}},
      {"unknown ones are fused on demand",
       R"({"model": {"unk_token": "c", "fuse_unk": true}})",
       "zz",
       {2}},
      {"a special token is found in text", mark, "a<x>b", {0, 9, 1}},
  };
  for (const auto &test : cases) {
    SCOPED_TRACE(test.name);
    EXPECT_EQ(Tokenizer::parse(file(test.changes)).encode(test.text, {}),
              test.expected);
  }
}

TEST(Tokenizer, KeepsWhatAUserSpelledAsText) {
  Tokenizer tokenizer = Tokenizer::parse(file(
      R"({"model": {"vocab": {"<": 10, "x": 11, ">": 12}},
          "added_tokens": [{"id": 20, "content": "<x>", "single_word": false,
          "lstrip": false, "rstrip": false, "normalized": false,
          "special": true}]})"));
  EXPECT_EQ(tokenizer.encode("<x>", {}), Ids{20});
  EXPECT_EQ(tokenizer.encode("<x>", {.specialsInText = false}),
            (Ids{10, 11, 12}));
  EXPECT_EQ(tokenizer.findToken("<x>"), 20);
  EXPECT_EQ(tokenizer.findToken("nothing"), std::nullopt);
  EXPECT_EQ(tokenizer.idLimit(), 21);
}

TEST(Tokenizer, AddsTheTokensAroundAPromptOnlyWhenAsked) {
  Json changes = Json::parse(mark);
  changes["post_processor"] = Json::parse(R"({"type": "TemplateProcessing",
    "single": [{"SpecialToken": {"id": "<x>", "type_id": 0}},
               {"Sequence": {"id": "A", "type_id": 0}}], "pair": [],
    "special_tokens": {"<x>": {"id": "<x>", "ids": [9], "tokens": ["<x>"]}}})");
  Tokenizer tokenizer = Tokenizer::parse(file(changes.dump().c_str()));
  EXPECT_EQ(tokenizer.encode("a", {}), Ids{0});
  EXPECT_EQ(tokenizer.encode("a", {.addSpecials = true}), (Ids{9, 0}));
}

TEST(Tokenizer, DecodesWholeAndAsTokensCome) {
  // The two bytes of an e with an acute accent, then one that is no UTF-8.
  Tokenizer tokenizer = Tokenizer::parse(file(
      R"({"decoder": {"type": "Sequence",
           "decoders": [{"type": "ByteFallback"}, {"type": "Fuse"}]},
          "model": {"byte_fallback": true, "unk_token": "c",
           "vocab": {"<0xC3>": 7, "<0xA9>": 8}},
          "added_tokens": [{"id": 9, "content": "<x>", "single_word": false,
           "lstrip": false, "rstrip": false, "normalized": false,
           "special": true}]})"));
  const Ids ids = {0, 7, 8, 9, 3, 99, 7};
  EXPECT_EQ(tokenizer.decode(ids, /*skipSpecials=*/false),
            "a\u00e9<x>ab\ufffd");
  EXPECT_EQ(tokenizer.decode(ids, /*skipSpecials=*/true), "a\u00e9ab\ufffd");

  Detokenizer detokenizer(tokenizer, /*skipSpecials=*/true);
  EXPECT_EQ(detokenizer.push(7), ""); // half a character
  EXPECT_EQ(detokenizer.push(8) + detokenizer.push(0) + detokenizer.finish(),
            "\u00e9a");
}

/// What `call` says, with its exit code in front.
template <class Call> static std::string failure(Call call) {
  try {
    call();
  } catch (const Failure &failure) {
    return std::to_string(static_cast<int>(failure.code)) + ": " +
           failure.what();
  }
  return "nothing";
}

TEST(Tokenizer, SaysWhatIsWrong) {
  const struct {
    const char *changes, *says;
  } cases[] = {
      {R"({"model": null})", "3: "},
      {R"({"model": {"vocab": null}})", "no object at key 'vocab'"},
      {R"({"model": {"merges": {"a": 1}}})", "no array at key 'merges'"},
      {R"({"model": {"merges": [["a", "q"]]}})", "no token 'q'"},
      {R"({"model": {"vocab": {"b": 0}}})", "gives id 0 to"},
      {R"({"model": {"type": "Unigram"}})", "4: "},
      {R"({"normalizer": {"type": "Nmt"}})", "is 'Nmt'"},
  };
  for (const auto &test : cases) {
    SCOPED_TRACE(test.changes);
    EXPECT_PRED_FORMAT2(testing::IsSubstring, test.says,
                        failure([&] { Tokenizer::parse(file(test.changes)); }));
  }
}

TEST(Tokenizer, RefusesBytesThatAreNoText) {
  Tokenizer tokenizer = Tokenizer::parse(file());
  EXPECT_PRED_FORMAT2(testing::IsSubstring,
                      "3: ", failure([&] { tokenizer.encode("a\xc3", {}); }));
}
