//===- StopTextsTest.cpp - texts that end a generation --------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tandem/targets/Runtime/Failure.h"
#include "tandem/targets/Runtime/TextStream.h"

using namespace tandem::runtime;

TEST(StopTexts, NothingIsHeldWithoutOne) {
  StopTexts stops({});
  EXPECT_EQ(stops.push("abc"), "abc");
  EXPECT_EQ(stops.finish(), "");
}

TEST(StopTexts, WhatMayBeginOneIsHeldBack) {
  StopTexts stops({"END", "\n\n"});
  EXPECT_EQ(stops.push("the E"), "the ");
  EXPECT_EQ(stops.push("N"), "");
  EXPECT_EQ(stops.push("emy\n"), "ENemy");
  EXPECT_EQ(stops.push("E"), "\n");
  EXPECT_EQ(stops.finish(), "E");
  EXPECT_FALSE(stops.hasStopped());
}

TEST(StopTexts, TheFirstOfTheTextEnds) {
  StopTexts stops({"later", "now"});
  EXPECT_EQ(stops.push("not no"), "not ");
  EXPECT_EQ(stops.push("w, later"), "");
  EXPECT_TRUE(stops.hasStopped());
  EXPECT_EQ(stops.push("more"), "");
  EXPECT_EQ(stops.finish(), "");
}

/// What stands before the first stop text to be complete, letter by letter; of
/// several that are complete together, before the longest.
static std::string before(const std::vector<std::string> &stops,
                          const std::string &text) {
  for (size_t end = 1; end <= text.size(); ++end) {
    size_t longest = 0;
    for (const std::string &stop : stops) {
      if (text.substr(0, end).ends_with(stop)) {
        longest = std::max(longest, stop.size());
      }
    }
    if (longest != 0) {
      return text.substr(0, end - longest);
    }
  }
  return text;
}

/// What `stops` make of `text`, cut after letter i where bit i of `cuts` is
/// set.
static std::string inPieces(const std::vector<std::string> &stops,
                            const std::string &text, unsigned cuts) {
  StopTexts stream(stops);
  std::string got;
  size_t from = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (i + 1 == text.size() || (cuts >> i & 1)) {
      got += stream.push(text.substr(from, i + 1 - from));
      from = i + 1;
    }
  }
  return got + stream.finish();
}

TEST(StopTexts, EveryCutGivesTheSame) {
  const std::vector<std::string> sets[] = {
      {},
      {"b"},
      {"bc", "cb"},
      {"aab", "ab"},
      {"cc", "c"},
      {"abab", "bbbbbbbbb"},
      {"abab", "b"},
      {"bcb", "c"},
      {"abc", "b"},
      {"bc", "abc"},
  };
  std::string text = "aaaaaa";
  for (int number = 0; number < 3 * 3 * 3 * 3 * 3 * 3; ++number) {
    for (int i = 0, rest = number; i < 6; ++i, rest /= 3) {
      text[i] = static_cast<char>('a' + rest % 3);
    }
    for (const std::vector<std::string> &stops : sets) {
      for (unsigned cuts = 0; cuts < 1u << 5; ++cuts) {
        ASSERT_EQ(inPieces(stops, text, cuts), before(stops, text))
            << text << " cut at bits " << cuts;
      }
    }
  }
}

TEST(StopTexts, AnEmptyOneIsRefused) {
  EXPECT_THROW(StopTexts({"a", ""}), Failure);
}
