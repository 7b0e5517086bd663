//===- SeededWeightsTest.cpp - weights made of a number -------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/SeededWeights.h"

#include <cstring>
#include <set>

#include "tandem/targets/Runtime/Failure.h"
#include "tandem/targets/Runtime/ThreadPool.h"

#include <gtest/gtest.h>

using namespace tandem::runtime;

/// 3 rows of 5 fp32 numbers.
static SeededField smallField() {
  return {
      "w", "f32", {-1, 0.5, 2}, 3, 5, 5, 0, {{3, 160, 1, 0}, {5, 32, 0, 1}}};
}

static std::vector<char> fill(const SeededField &field, uint64_t bytes,
                              unsigned threads = 1, uint64_t seed = 7) {
  ThreadPool pool(threads);
  checkSeededField(field, bytes, "part.json");
  std::vector<char> memory(bytes);
  fillSeeded(field, seed, memory.data(), pool.table());
  return memory;
}

TEST(SeededWeights, NumbersAreThoseOfTheHeader) {
  // By hand: splitmix64's finaliser and FNV-1a in another language.
  SeededValues bytes = {0, 1, 8};
  EXPECT_EQ(seededValue(7, "w", bytes, 0), 68);
  EXPECT_EQ(seededValue(7, "w", bytes, 1), 13);
  EXPECT_EQ(seededValue(7, "v", bytes, 0), 131);
  EXPECT_EQ(seededValue(8, "w", bytes, 0), 139);
  EXPECT_EQ(seededValue(8, "w", {3, 1, 0}, 5), 3);
}

TEST(SeededWeights, AllNumbersOccurAboutEquallyOften) {
  int counts[16] = {};
  for (uint64_t i = 0; i < 16000; ++i) {
    ++counts[int(seededValue(1, "w", {0, 1, 4}, i))];
  }
  for (int count : counts) {
    EXPECT_GT(count, 850);
    EXPECT_LT(count, 1150);
  }
}

TEST(SeededWeights, ThreadsChangeNothing) {
  SeededField field = {
      "w", "u8", {0, 1, 8}, 1000,
      512, 512,  0,         {{1000, 4096, 1, 0}, {512, 8, 0, 1}}};
  std::vector<char> one = fill(field, 512000);
  EXPECT_EQ(fill(field, 512000, 4), one);
  EXPECT_NE(fill(field, 512000, 4, /*seed=*/8), one);
}

TEST(SeededWeights, EveryTypeHoldsTheNumber) {
  SeededField field = smallField();
  auto at = [&](uint64_t i) {
    return seededValue(7, field.tensor, field.values, i);
  };
  std::vector<char> wide = fill(field, 60);
  field.type = "bf16", field.loops = {{3, 80, 1, 0}, {5, 16, 0, 1}};
  std::vector<char> brain = fill(field, 30);
  field.type = "f16";
  std::vector<char> half = fill(field, 30);
  for (uint64_t i = 0; i < 15; ++i) {
    float value;
    std::memcpy(&value, wide.data() + 4 * i, 4);
    EXPECT_EQ(value, at(i));
    uint16_t bits;
    std::memcpy(&bits, brain.data() + 2 * i, 2);
    uint32_t extended = uint32_t(bits) << 16;
    std::memcpy(&value, &extended, 4);
    EXPECT_EQ(value, at(i));
    std::memcpy(&bits, half.data() + 2 * i, 2);
    _Float16 number;
    std::memcpy(&number, &bits, 2);
    EXPECT_EQ(float(number), at(i));
  }
}

TEST(SeededWeights, SmallHalvesAreExact) {
  SeededField field = {
      "w", "f16", {-127 * 0x1p-20, 0x1p-19, 7}, 1, 64, 64, 0, {{64, 16, 0, 1}}};
  std::vector<char> bytes = fill(field, 128);
  for (uint64_t i = 0; i < 64; ++i) {
    _Float16 number;
    std::memcpy(&number, bytes.data() + 2 * i, 2);
    EXPECT_EQ(float(number), seededValue(7, "w", field.values, i));
  }
}

TEST(SeededWeights, PlacesBeyondTheSourceStayZero) {
  SeededField field = smallField();
  field.values = {1, 0, 0};
  field.rows = 2, field.columns = 4;
  std::vector<char> bytes = fill(field, 60);
  int set = 0;
  for (uint64_t i = 0; i < 15; ++i) {
    float value;
    std::memcpy(&value, bytes.data() + 4 * i, 4);
    EXPECT_EQ(value, i / 5 < 2 && i % 5 < 4 ? 1 : 0);
    set += value == 1;
  }
  EXPECT_EQ(set, 8);
}

TEST(SeededWeights, BadFieldsAreNamed) {
  auto whyNot = [](void (*change)(SeededField &)) -> std::string {
    SeededField field = smallField();
    change(field);
    try {
      checkSeededField(field, 60, "part.json");
    } catch (const Failure &failure) {
      EXPECT_EQ(failure.code, ExitCode::InputRejected);
      return failure.what();
    }
    return "";
  };
  EXPECT_EQ(whyNot([](SeededField &) {}), "");
  EXPECT_EQ(whyNot([](SeededField &field) { field.type = "i4"; }),
            "part.json field of 'w' has type 'i4', expected f32, f16, bf16, u8 "
            "or u4");
  EXPECT_EQ(whyNot([](SeededField &field) { field.values.bits = 9; }),
            "part.json field of 'w' draws 9 bits, expected 0 to 8");
  EXPECT_EQ(whyNot([](SeededField &field) { field.type = "u8"; }),
            "part.json field of 'w' has values that u8 does not hold");
  EXPECT_EQ(whyNot([](SeededField &field) { field.values.step = 1e308 * 10; }),
            "part.json field of 'w' has values that are not finite");
  EXPECT_EQ(whyNot([](SeededField &field) { field.loops.clear(); }),
            "part.json field of 'w' has 0 loops, expected 1 to 8");
  EXPECT_EQ(
      whyNot([](SeededField &field) { field.loops[1].count = 6; }),
      "part.json field of 'w' has no places, or more than its bytes hold");
  EXPECT_EQ(
      whyNot([](SeededField &field) {
        field.loops[0].count = field.loops[1].count = UINT64_MAX;
      }),
      "part.json field of 'w' has no places, or more than its bytes hold");
  EXPECT_EQ(
      whyNot([](SeededField &field) { field.loops[0].count = 0; }),
      "part.json field of 'w' has no places, or more than its bytes hold");
  EXPECT_EQ(whyNot([](SeededField &field) { field.offset = 32; }),
            "part.json field of 'w' ends behind its 60 bytes");
  EXPECT_EQ(
      whyNot([](SeededField &field) { field.loops[0].bits = UINT64_MAX; }),
      "part.json field of 'w' ends behind its 60 bytes");
  EXPECT_EQ(whyNot([](SeededField &field) { field.loops[0].bits = 156; }),
            "part.json field of 'w' has places that are not on whole bytes");
}
