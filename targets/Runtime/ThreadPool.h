//===- ThreadPool.h - the runtime's own threads -----------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Runs the parallel loops of a part. A loop starts and ends in about a
// microsecond while its workers still spin; after a short pause they sleep.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_THREADPOOL_H
#define TANDEM_TARGETS_RUNTIME_THREADPOOL_H

#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

#include "tandem/targets/Runtime/PartAbi.h"

namespace tandem::runtime {

/// CPUs that this process may use.
unsigned allowedCpuCount();

/// A pool of `threadCount` threads, the caller's included. One loop at a time;
/// tasks may not start loops.
class ThreadPool {
public:
  explicit ThreadPool(unsigned threadCount);
  ~ThreadPool();

  /// Runs `task(context, i)` for each i below `count`, in any order.
  void parallelFor(TandemTask task, void *context, uint64_t count);

  /// Runs `function(i)` for each i below `count`; it must not throw.
  template <class Function> void forEach(uint64_t count, Function &&function) {
    parallelFor([](void *context,
                   uint64_t i) { (*static_cast<Function *>(context))(i); },
                &function, count);
  }

  unsigned size() const { return static_cast<unsigned>(workers.size()) + 1; }

  /// The function table that parts get.
  const TandemThreads *table() const { return &threads; }

private:
  void work();
  void runLoop(TandemTask task, void *context, uint32_t count);
  uint64_t takeTasks(uint32_t loop);
  uint32_t awaitLoop(uint32_t lastLoop);

  // The loop in progress. `ticket` holds its number in the upper half and the
  // next free index in the lower; indices are taken by compare-and-swap, so a
  // late worker cannot take some of a loop that it has not read.
  alignas(64) std::atomic<uint64_t> ticket{0};
  alignas(64) std::atomic<uint64_t> finished{0};
  // Idle workers read the number all the time: what is written before it lies
  // in another cache line.
  alignas(64) std::atomic<uint32_t> loopNumber{0};
  std::atomic<uint32_t> sleepers{0};
  alignas(64) std::atomic<TandemTask> task{nullptr};
  std::atomic<void *> context{nullptr};
  std::atomic<uint32_t> count{0};
  std::atomic<bool> stopping{false};

  TandemThreads threads;
  std::vector<std::thread> workers;
};

} // namespace tandem::runtime

#endif // TANDEM_TARGETS_RUNTIME_THREADPOOL_H
