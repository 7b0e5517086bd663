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

TEST(CacheTest, AppendRoundsToTheElement) {
  KernelModule module;
  checkAppend(module, BFloat16Type::get(&module.context));
  checkAppend(module, Float16Type::get(&module.context));
}

} // namespace
