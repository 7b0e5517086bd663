//===- CacheTest.cpp - what is written to the cache -------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelModule.h"

#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace tandem::nvidia;

namespace {

/// Tokens 15 to 17 of row 1 go to the second layer of two blocks, each element
/// rounded to the nearest; all else stays as it was.
void checkAppend(KernelModule &module, Type element) {
  CacheBlocks blocks;
  blocks.layers = 2;
  blocks.heads = 2;
  blocks.keyDim = 7;
  blocks.valueDim = 8;
  blocks.tokens = 16;
  blocks.blocksPerRow = 2;
  blocks.element = element;
  EXPECT_EQ(blocks.keyStride(), 8);
  std::vector<int32_t> count = {3}, positions = {15, 16, 17}, rows = {1, 1, 1},
                       lists = {0, 1, 3, 2};
  std::vector<float> keys = randomFloats(3 * 14, 1),
                     values = randomFloats(3 * 16, 2);
  for (float &key : keys) {
    key *= 1.2345f;
  }
  auto expected = poisoned<uint16_t>(4 * blocks.blockElements());
  for (int64_t i = 0; i < 3 * 2 * 15; ++i) {
    int64_t token = i / 30, head = i / 15 % 2, dim = i % 15;
    int64_t place = head * 16 + positions[token] % 16;
    bool isKey = dim < 7;
    int64_t at = lists[2 + positions[token] / 16] * blocks.blockElements() +
                 blocks.layerElements();
    at += isKey ? place * 8 + dim : blocks.valuesOffset() + place * 8 + dim - 7;
    expected[at] = toBits(isKey ? keys[token * 14 + head * 7 + dim]
                                : values[token * 16 + head * 8 + dim - 7],
                          element);
  }
  auto cache = poisoned<uint16_t>(4 * blocks.blockElements());
  ptx::Memory memory;
  addTo(memory, "count", count);
  addTo(memory, "keys", keys);
  addTo(memory, "values", values);
  addTo(memory, "positions", positions);
  addTo(memory, "rows", rows);
  addTo(memory, "lists", lists);
  addTo(memory, "cache", cache);
  ASSERT_EQ(module.launch(module.kernels.append(blocks), /*tokens=*/8,
                          {count.data(), keys.data(), values.data(),
                           positions.data(), rows.data(), lists.data(),
                           cache.data() + blocks.layerElements()},
                          memory, ptx::Asynchrony::late),
            "");
  EXPECT_EQ(cache, expected);
}

/// Queries and keys are rotated by angles that are no place of theirs, 6 of 8
/// elements, and keys and values go to token 17 of row 1.
void checkRotaryAppend(KernelModule &module, bool isInterleaved) {
  CacheBlocks blocks;
  blocks.layers = 1;
  blocks.heads = 2;
  blocks.keyDim = blocks.valueDim = 8;
  blocks.tokens = 16;
  blocks.blocksPerRow = 2;
  blocks.element = BFloat16Type::get(&module.context);
  RotaryShape queryShape{4, 8, 3, isInterleaved},
      keyShape{2, 8, 3, isInterleaved};
  std::vector<int32_t> count = {1}, angles = {2}, positions = {17}, rows = {1},
                       lists = {0, 1, 3, 2};
  auto queries = randomFloats(32, 1), keys = randomFloats(16, 2),
       values = randomFloats(16, 3), cos = randomFloats(9, 4),
       sin = randomFloats(9, 5);
  auto rotated = [&](const std::vector<float> &x, int64_t i) -> double {
    int64_t d = i % 8;
    if (d >= 6) {
      return x[i];
    }
    int64_t pair = isInterleaved ? d / 2 : d % 3;
    bool isFirst = isInterleaved ? d % 2 == 0 : d < 3;
    int64_t distance = isInterleaved ? 1 : 3;
    double c = cos[6 + pair], s = sin[6 + pair];
    return isFirst ? x[i] * c - x[i + distance] * s
                   : x[i] * c + x[i - distance] * s;
  };
  auto result = poisoned<float>(32);
  auto cache = poisoned<uint16_t>(4 * blocks.blockElements());
  ptx::Memory memory;
  addTo(memory, "count", count);
  addTo(memory, "queries", queries);
  addTo(memory, "keys", keys);
  addTo(memory, "values", values);
  addTo(memory, "angles", angles);
  addTo(memory, "cos", cos);
  addTo(memory, "sin", sin);
  addTo(memory, "positions", positions);
  addTo(memory, "rows", rows);
  addTo(memory, "lists", lists);
  addTo(memory, "result", result);
  addTo(memory, "cache", cache);
  ASSERT_EQ(
      module.launch(module.kernels.rotaryAppend(queryShape, keyShape, blocks),
                    /*tokens=*/1,
                    {count.data(), queries.data(), keys.data(), values.data(),
                     angles.data(), cos.data(), sin.data(), positions.data(),
                     rows.data(), lists.data(), result.data(), cache.data()},
                    memory, ptx::Asynchrony::late),
      "");
  for (int64_t i = 0; i < 32; ++i) {
    EXPECT_NEAR(result[i], rotated(queries, i), 1e-6);
  }
  int64_t written = 0;
  for (uint16_t bits : cache) {
    written += bits != 0xffff;
  }
  EXPECT_EQ(written, 32);
  for (int64_t i = 0; i < 16; ++i) {
    int64_t at = 2 * blocks.blockElements() + (i / 8 * 16 + 1) * 8 + i % 8;
    auto read = [&](int64_t place) {
      return llvm::bit_cast<float>(uint32_t(cache[place]) << 16);
    };
    EXPECT_NEAR(read(at), rotated(keys, i), 4e-3);
    EXPECT_EQ(cache[at + blocks.valuesOffset()],
              toBits(values[i], blocks.element));
  }
}

TEST(CacheTest, RotaryAppendDoesAllThreeThings) {
  KernelModule module;
  checkRotaryAppend(module, /*isInterleaved=*/false);
  checkRotaryAppend(module, /*isInterleaved=*/true);
}

TEST(CacheTest, AppendRoundsToTheElement) {
  KernelModule module;
  checkAppend(module, BFloat16Type::get(&module.context));
  checkAppend(module, Float16Type::get(&module.context));
}

} // namespace
