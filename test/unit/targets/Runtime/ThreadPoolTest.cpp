//===- ThreadPoolTest.cpp - parallel loops --------------------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/ThreadPool.h"

#include <chrono>
#include <numeric>

#include "gtest/gtest.h"

using namespace tandem::runtime;

TEST(ThreadPool, EachIndexRunsOnce) {
  for (unsigned threads : {1u, 2u, 3u, 8u}) {
    ThreadPool pool(threads);
    for (uint64_t count : {0, 1, 2, 7, 1000}) {
      std::vector<std::atomic<int>> runs(count);
      pool.forEach(count, [&](uint64_t i) { runs[i].fetch_add(1); });
      for (auto &run : runs) {
        EXPECT_EQ(run.load(), 1);
      }
    }
  }
}

/// Loops of changing length in quick succession: a worker that is late for one
/// must not take an index of the next with the task of the last.
TEST(ThreadPool, LateWorkersDoNoHarm) {
  ThreadPool pool(4);
  for (uint64_t round = 0; round < 20000; ++round) {
    uint64_t count = round % 5 + 2;
    std::atomic<uint64_t> sum{0};
    pool.forEach(count, [&, round](uint64_t i) { sum += round + i; });
    ASSERT_EQ(sum.load(), count * round + count * (count - 1) / 2);
  }
}

TEST(ThreadPool, WorkersSleepAndWakeUp) {
  ThreadPool pool(3);
  for (int round = 0; round < 5; ++round) {
    std::this_thread::sleep_for(std::chrono::milliseconds(3));
    std::atomic<int> runs{0};
    pool.forEach(10, [&](uint64_t) { ++runs; });
    EXPECT_EQ(runs.load(), 10);
  }
}

TEST(ThreadPool, TheTableReachesThePool) {
  ThreadPool pool(2);
  std::atomic<uint64_t> sum{0};
  const TandemThreads *table = pool.table();
  EXPECT_EQ(table->size, sizeof(TandemThreads));
  table->parallelFor(
      table->pool,
      [](void *context, uint64_t i) {
        *static_cast<std::atomic<uint64_t> *>(context) += i;
      },
      &sum, 100);
  EXPECT_EQ(sum.load(), 4950u);
}
