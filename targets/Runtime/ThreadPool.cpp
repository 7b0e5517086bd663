//===- ThreadPool.cpp - the runtime's own threads -------------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/ThreadPool.h"

#include <algorithm>
#include <chrono>
#include <sched.h>
#include <system_error>

#include "tandem/targets/Runtime/Failure.h"

namespace tandem::runtime {

/// Longer than the serial code between two loops of a layer, shorter than
/// anybody notices.
static constexpr std::chrono::microseconds spinTime(50);

static void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

/// Asks `isDone` for about `spinTime`; whether it became true. A pause takes 3
/// cycles on some CPUs and 140 on others, so the time is measured.
template <class Condition> static bool spinUntil(Condition &&isDone) {
  auto start = std::chrono::steady_clock::now();
  do {
    for (int i = 0; i < 32; ++i) {
      if (isDone()) {
        return true;
      }
      pause();
    }
  } while (std::chrono::steady_clock::now() - start < spinTime);
  return false;
}

unsigned allowedCpuCount() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof(set), &set) == 0) {
    return std::max(1, CPU_COUNT(&set));
  }
  return std::max(1u, std::thread::hardware_concurrency());
}

static void runOnPool(void *pool, TandemTask task, void *context,
                      uint64_t count) {
  static_cast<ThreadPool *>(pool)->parallelFor(task, context, count);
}

ThreadPool::ThreadPool(unsigned threadCount)
    : threads{sizeof(TandemThreads), this, runOnPool} {
  try {
    for (unsigned i = 1; i < threadCount; ++i) {
      workers.emplace_back([this] { work(); });
    }
  } catch (const std::system_error &error) {
    throw Failure(ExitCode::Environment, "cannot start " +
                                             std::to_string(threadCount) +
                                             " threads: " + error.what());
  }
}

ThreadPool::~ThreadPool() {
  stopping = true;
  loopNumber.fetch_add(1);
  loopNumber.notify_all();
  for (std::thread &worker : workers) {
    worker.join();
  }
}

void ThreadPool::parallelFor(TandemTask task, void *context, uint64_t count) {
  if (workers.empty() || count <= 1) {
    for (uint64_t i = 0; i < count; ++i) {
      task(context, i);
    }
    return;
  }
  if (count < UINT32_MAX) {
    runLoop(task, context, static_cast<uint32_t>(count));
    return;
  }
  for (uint64_t i = 0; i < count; ++i) { // more than anybody has asked for
    task(context, i);
  }
}

void ThreadPool::runLoop(TandemTask newTask, void *newContext,
                         uint32_t newCount) {
  uint32_t loop = loopNumber.load(std::memory_order_relaxed) + 1;
  // Close the previous loop for good: a late worker that sees one of the fields
  // written below also sees this store, and its compare-and-swap fails.
  ticket.store((uint64_t(loop - 1) << 32) | UINT32_MAX);
  task.store(newTask, std::memory_order_release);
  context.store(newContext, std::memory_order_release);
  count.store(newCount, std::memory_order_release);
  finished.store(0, std::memory_order_relaxed);
  ticket.store(uint64_t(loop) << 32, std::memory_order_release);
  // Sequentially consistent with `sleepers` in awaitLoop: either we see the
  // sleeper and wake it, or it sees the new number and does not sleep.
  loopNumber.store(loop);
  if (sleepers.load() != 0) {
    loopNumber.notify_all();
  }
  finished.fetch_add(takeTasks(loop), std::memory_order_acq_rel);
  auto isDone = [&] {
    return finished.load(std::memory_order_acquire) >= newCount;
  };
  if (!spinUntil(isDone)) {
    while (!isDone()) {
      std::this_thread::yield();
    }
  }
}

uint64_t ThreadPool::takeTasks(uint32_t loop) {
  uint64_t taken = 0;
  uint64_t seen = ticket.load(std::memory_order_acquire);
  for (;;) {
    TandemTask currentTask = task.load(std::memory_order_acquire);
    void *currentContext = context.load(std::memory_order_acquire);
    uint32_t currentCount = count.load(std::memory_order_acquire);
    uint32_t first = static_cast<uint32_t>(seen);
    if (seen >> 32 != loop || first >= currentCount) {
      return taken;
    }
    // Half of a fair share of what is left: the ticket's cache line changes
    // hands rarely, and the last tasks still even out the threads.
    uint32_t run = std::max(1u, (currentCount - first) / (2 * size()));
    // Success proves that the loop is still this one, hence that the fields
    // read above are its own.
    if (ticket.compare_exchange_weak(seen, seen + run,
                                     std::memory_order_acq_rel,
                                     std::memory_order_acquire)) {
      for (uint32_t i = first; i < first + run; ++i) {
        currentTask(currentContext, i);
      }
      taken += run;
      seen = ticket.load(std::memory_order_acquire);
    }
  }
}

uint32_t ThreadPool::awaitLoop(uint32_t lastLoop) {
  bool isNew = spinUntil(
      [&] { return loopNumber.load(std::memory_order_acquire) != lastLoop; });
  if (!isNew) {
    sleepers.fetch_add(1);
    loopNumber.wait(lastLoop);
    sleepers.fetch_sub(1);
  }
  return loopNumber.load(std::memory_order_acquire);
}

void ThreadPool::work() {
  for (uint32_t loop = 0;;) {
    loop = awaitLoop(loop);
    if (stopping) {
      return;
    }
    if (uint64_t taken = takeTasks(loop)) {
      finished.fetch_add(taken, std::memory_order_acq_rel);
    }
  }
}

} // namespace tandem::runtime
