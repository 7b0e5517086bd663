//===- Datum.cpp - values of a program under evaluation ----------*- C++
//-*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Rows and caches.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Primitives/Datum.h"

using namespace tandem::primitives;

int64_t Rows::countTokens() const {
  int64_t tokens = 0;
  for (const Row &row : rows) {
    tokens += row.count;
  }
  return tokens;
}

std::shared_ptr<Cache> Cache::make(int64_t layers, int64_t slots, int64_t heads,
                                   int64_t keyDim, int64_t valueDim) {
  auto cache = std::make_shared<Cache>();
  cache->heads = heads;
  cache->keyDim = keyDim;
  cache->valueDim = valueDim;
  cache->layers.resize(layers, std::vector<Slot>(slots));
  return cache;
}
