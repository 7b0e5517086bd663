//===- HandoffWorker.h - converts while prefill goes on ---------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A thread that hands layers over in the order of their production, so that the
// later layers' computation hides it.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_HANDOFF_HANDOFFWORKER_H
#define TANDEM_TARGETS_RUNTIME_HANDOFF_HANDOFFWORKER_H

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>

#include "tandem/targets/Runtime/Handoff/HandoffLibrary.h"

namespace tandem::runtime {

/// Converts ranges one after the other on a thread of its own.
class HandoffWorker {
public:
  /// `consumer` is told of what was written into its slots.
  HandoffWorker(const HandoffLibrary &library, StepRunner &consumer);
  ~HandoffWorker();

  /// Converts `range` soon; both slots stay in place until `wait` returns.
  void push(const CacheRange &range, const char *source, char *destination);
  /// Returns when everything pushed is converted; fails where the consumer did
  /// not take it.
  void wait();

  /// Bytes of cache read since the beginning.
  uint64_t convertedBytes() const { return bytes; }

private:
  struct Job {
    CacheRange range;
    const char *source;
    char *destination;
  };

  void work();

  const HandoffLibrary &library;
  StepRunner &consumer;
  std::exception_ptr failure; ///< the first of the consumer since `wait`
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<Job> jobs; ///< the first one is being converted
  bool isStopping = false;
  uint64_t bytes = 0;
  std::thread thread;
};

} // namespace tandem::runtime

#endif // TANDEM_TARGETS_RUNTIME_HANDOFF_HANDOFFWORKER_H
