//===- ReadRoof.cpp - how fast bytes can be read at all -------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/ReadRoof.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>

namespace tandem::runtime {

namespace {
/// A cache line, in as many registers as the CPU needs for it.
using Line = uint64_t __attribute__((vector_size(64)));
} // namespace

/// Nobody wants the sum, but without it nothing would be read.
static std::atomic<uint64_t> sink;

static void readPiece(std::span<const char> piece) {
  Line sums[2] = {};
  const char *next = piece.data();
  const char *end = next + piece.size() / (2 * sizeof(Line)) * 2 * sizeof(Line);
  for (; next != end; next += 2 * sizeof(Line)) {
    Line lines[2];
    std::memcpy(lines, next, sizeof(lines));
    sums[0] ^= lines[0];
    sums[1] ^= lines[1];
  }
  Line all = sums[0] ^ sums[1];
  sink.fetch_xor(all[0] ^ all[1] ^ all[2] ^ all[3] ^ all[4] ^ all[5] ^ all[6] ^
                     all[7],
                 std::memory_order_relaxed);
}

ReadRoof::ReadRoof(const std::vector<std::span<const char>> &ranges) {
  for (std::span<const char> range : ranges) {
    while (!range.empty()) {
      uint64_t bytes = std::min<uint64_t>(pieceBytes, range.size());
      pieces.push_back(range.first(bytes));
      range = range.subspan(bytes);
    }
  }
}

uint64_t ReadRoof::bytes() const {
  uint64_t sum = 0;
  for (std::span<const char> piece : pieces) {
    sum += piece.size();
  }
  return sum;
}

double ReadRoof::read(const TandemThreads *threads) const {
  auto task = [](void *context, uint64_t i) {
    readPiece((*static_cast<const decltype(pieces) *>(context))[i]);
  };
  auto start = std::chrono::steady_clock::now();
  threads->parallelFor(threads->pool, task,
                       const_cast<decltype(pieces) *>(&pieces), pieces.size());
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
      .count();
}

} // namespace tandem::runtime
