//===- JsonTest.cpp - strict JSON and records -----------------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/Json.h"
#include "tandem/targets/Runtime/Failure.h"
#include "tandem/targets/Runtime/Records.h"

#include "gtest/gtest.h"

using namespace tandem::runtime;

namespace {
struct Sample {
  std::string name;
  std::vector<uint64_t> sizes;
  std::optional<uint64_t> extra;
  int32_t token = 0;
  std::optional<bool> isOpen;
};

template <class Visitor> void describe(Visitor &visit, Sample &record) {
  visit("name", record.name, "a name");
  visit("sizes", record.sizes, "some sizes");
  visit("extra", record.extra, "more");
  visit("token", record.token, "an id");
  visit("is_open", record.isOpen, "whether it is");
}
} // namespace

static std::string whyRejected(const std::string &text) {
  try {
    Sample sample;
    readValue(parseJson(text, "t"), sample, "t");
    return "";
  } catch (const Failure &failure) {
    EXPECT_EQ(failure.code, ExitCode::InputRejected);
    return failure.what();
  }
}

TEST(Json, DeepNestingIsRejected) {
  std::string deep(100000, '[');
  EXPECT_THROW(parseJson(deep, "t"), Failure);
  std::string allowed = std::string(60, '[') + std::string(60, ']');
  EXPECT_NO_THROW(parseJson(allowed, "t"));
}

TEST(Json, DuplicateKeysAreRejected) {
  EXPECT_THROW(parseJson(R"({"a": 1, "a": 1})", "t"), Failure);
  EXPECT_THROW(parseJson(R"({"b": {"a": 1, "a": 1}})", "t"), Failure);
  EXPECT_NO_THROW(parseJson(R"({"a": {"a": 1}, "b": {"a": 1}})", "t"));
}

TEST(Json, NumbersBeyondDoubleAndBadTextAreRejected) {
  for (const char *text : {"1e400", "NaN", "-Infinity", "{", "1 2", "\"\xff\"",
                           "", "[1,]", "{\"a\":}", "\"\n\""}) {
    EXPECT_THROW(parseJson(text, "t"), Failure) << text;
  }
}

TEST(Records, RoundTripIsTheIdentity) {
  Sample sample = {"x", {1, 2}, 7, -0, true};
  std::string text = writeJson(writeValue(sample));
  Sample copy;
  readValue(parseJson(text, "t"), copy, "t");
  EXPECT_EQ(writeJson(writeValue(copy)), text);
}

TEST(Records, UnknownKeysAreRejectedUnlessTheyAreOfOthers) {
  std::string good = R"("name": "x", "sizes": [], "token": 0)";
  EXPECT_EQ(whyRejected("{" + good + "}"), "");
  EXPECT_EQ(whyRejected("{" + good + R"(, "x-mine": {}})"), "");
  EXPECT_EQ(whyRejected("{" + good + R"(, "sise": 1})"),
            "t has unknown key 'sise'; keys of others start with 'x-'");
}

TEST(Records, MissingKeysAndWrongTypesAreNamed) {
  EXPECT_EQ(whyRejected(R"({"name": "x", "token": 0})"), "t lacks key 'sizes'");
  EXPECT_EQ(whyRejected(R"({"name": 3, "sizes": [], "token": 0})"),
            "t.name must be a string");
  EXPECT_EQ(whyRejected(R"({"name": "x", "sizes": [1, -1], "token": 0})"),
            "t.sizes[1] must be a whole number from 0 in range");
  EXPECT_EQ(whyRejected(R"({"name": "x", "sizes": [1.0], "token": 0})"),
            "t.sizes[0] must be a whole number from 0 in range");
  EXPECT_EQ(whyRejected(R"({"name": "x", "sizes": [], "token": 2147483648})"),
            "t.token must be a whole number from 0 in range");
  EXPECT_EQ(
      whyRejected(R"({"name": "x", "sizes": [], "token": 0, "is_open": 1})"),
      "t.is_open must be true or false");
  EXPECT_EQ(whyRejected("[]"), "t must be an object");
}
