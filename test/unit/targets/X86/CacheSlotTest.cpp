//===- CacheSlotTest.cpp - the contract's map against what append writes --===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelLibrary.h"

#include "tandem/targets/X86/CacheSlot.h"

#include <gtest/gtest.h>

#include <cmath>

using namespace mlir;
using namespace tandem;
using namespace tandem::x86;

using Append = void(const float *, const float *, void *const *,
                    const int32_t *, const int32_t *, int64_t, int64_t, int64_t,
                    int64_t, int64_t, int64_t, int64_t);

/// Where the map puts an element, in elements.
static int64_t offsetOf(AffineMap map, int64_t layer, int64_t head,
                        int64_t token, int64_t dim, int64_t capacity) {
  Builder b(map.getContext());
  SmallVector<Attribute> folded;
  SmallVector<Attribute> operands;
  for (int64_t value : {layer, head, token, dim, capacity}) {
    operands.push_back(b.getIndexAttr(value));
  }
  EXPECT_TRUE(succeeded(map.constantFold(operands, folded)));
  return cast<IntegerAttr>(folded[0]).getInt();
}

static void checkSlot(const KernelLibrary &library, const CacheShape &shape,
                      int64_t tokens, int64_t capacity) {
  int64_t blockKeys = library.machine.cacheBlockTokens;
  MLIRContext context;
  CacheLayout layout = describeSlot(shape, blockKeys, &context);
  size_t elements = slotBytes(shape, blockKeys, capacity) / sizeof(float);
  std::vector<float> slot(elements, NAN);
  std::vector<int32_t> rows(tokens), positions(tokens);
  for (int64_t t = 0; t < tokens; ++t) {
    positions[t] = t;
  }
  void *slots[] = {slot.data()};
  auto append = library.get<Append>("append");
  int64_t blocks = (capacity + blockKeys - 1) / blockKeys;
  size_t written = 0;
  for (int64_t layer = 0; layer < shape.layers; ++layer) {
    auto k = randomValues(tokens * shape.heads * shape.keyDim, 1, 2 * layer);
    auto v =
        randomValues(tokens * shape.heads * shape.valueDim, 1, 2 * layer + 1);
    append(k.data(), v.data(), slots, rows.data(), positions.data(),
           layer * shape.heads, blocks, shape.heads, shape.keyDim,
           shape.valueDim, 0, tokens);
    for (auto [map, width, values] :
         {std::tuple(layout.keys, shape.keyDim, k),
          std::tuple(layout.values, shape.valueDim, v)}) {
      for (int64_t i = 0; i < int64_t(values.size()); ++i) {
        int64_t row = i / width;
        int64_t place = offsetOf(map, layer, row % shape.heads,
                                 row / shape.heads, i % width, capacity);
        ASSERT_LT(size_t(place), elements);
        ASSERT_EQ(slot[place], values[i]) << layer << " " << i;
        ++written;
      }
    }
  }
  size_t found = 0;
  for (float value : slot) {
    found += !std::isnan(value);
  }
  EXPECT_EQ(found, written) << "append wrote what the map does not reach";
}

TEST(X86CacheSlot, MapIsWhatAppendWrites) {
  for (int64_t blockTokens : {64, 16}) {
    KernelLibrary library(KernelLibrary::best().variant, {blockTokens});
    checkSlot(library, {2, 3, 16, 32}, 130, 200);
    checkSlot(library, {2, 2, 20, 32}, 64, 64);
    checkSlot(library, {1, 1, 7, 16}, 1, 65);
  }
}

TEST(X86CacheSlot, TextNamesTheAxes) {
  MLIRContext context;
  EXPECT_EQ(cacheMapText(describeSlot({2, 3, 8, 8}, 64, &context).keys),
            "(layer, head, token, dim)[capacity] -> (((layer * 3 + head) * "
            "(capacity ceildiv 64) + token floordiv 64) * 1536 + (((token "
            "mod 64) floordiv 16) * 8 + dim) * 16 + token mod 16)");
  EXPECT_EQ(
      cacheMapText(
          rowMajorCache({2, 3, 8, 4}, Float32Type::get(&context)).values),
      "(layer, head, token, dim)[capacity] -> (((layer * 3 + head) * capacity "
      "+ token) * 4 + dim + capacity * 48)");
}
