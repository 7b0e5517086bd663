//===- StopTextsTest.cpp - texts that end a generation --------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include <gtest/gtest.h>

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

TEST(StopTexts, EveryCutGivesTheSame) {
  const std::string text = "aabaabaaaabaac", stop = "aabaac";
  for (size_t first = 0; first <= text.size(); ++first) {
    for (size_t second = first; second <= text.size(); ++second) {
      StopTexts stops({stop});
      std::string got = stops.push(text.substr(0, first));
      got += stops.push(text.substr(first, second - first));
      got += stops.push(text.substr(second));
      EXPECT_TRUE(stops.hasStopped());
      EXPECT_EQ(got + stops.finish(), "aabaabaa");
    }
  }
}

TEST(StopTexts, TheOneThatIsCompleteFirstCounts) {
  for (size_t cut = 0; cut <= 5; ++cut) {
    const std::string text = "xabcd";
    StopTexts inside({"abcd", "bc"}), together({"bc", "abc"});
    for (auto [stops, expected] :
         {std::pair(&inside, "xa"), std::pair(&together, "x")}) {
      std::string got = stops->push(text.substr(0, cut));
      got += stops->push(text.substr(cut));
      EXPECT_TRUE(stops->hasStopped());
      EXPECT_EQ(got, expected) << cut;
    }
  }
}

TEST(StopTexts, AnEmptyOneIsRefused) {
  EXPECT_THROW(StopTexts({"a", ""}), Failure);
}
