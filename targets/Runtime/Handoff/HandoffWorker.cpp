//===- HandoffWorker.cpp - converts while prefill goes on -----------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/Handoff/HandoffWorker.h"

namespace tandem::runtime {

HandoffWorker::HandoffWorker(const HandoffLibrary &library,
                             StepRunner &consumer)
    : library(library), consumer(consumer), thread([this] { work(); }) {}

HandoffWorker::~HandoffWorker() {
  {
    std::lock_guard lock(mutex);
    isStopping = true;
  }
  changed.notify_all();
  thread.join();
}

void HandoffWorker::push(const CacheRange &range, const char *source,
                         char *destination) {
  {
    std::lock_guard lock(mutex);
    jobs.push_back({range, source, destination});
    bytes += library.bytesOf(range);
  }
  changed.notify_all();
}

void HandoffWorker::wait() {
  std::unique_lock lock(mutex);
  changed.wait(lock, [this] { return jobs.empty(); });
  if (failure) {
    std::rethrow_exception(std::exchange(failure, nullptr));
  }
}

void HandoffWorker::work() {
  std::unique_lock lock(mutex);
  for (;;) {
    changed.wait(lock, [this] { return isStopping || !jobs.empty(); });
    if (jobs.empty()) {
      return;
    }
    Job job = jobs.front();
    lock.unlock();
    // The size of the request is this library's own: it is never refused.
    library.convert(job.range, job.source, job.destination, nullptr);
    std::exception_ptr thrown;
    try {
      consumer.slotWritten(job.destination, job.range);
    } catch (...) {
      thrown = std::current_exception();
    }
    lock.lock();
    failure = failure ? failure : thrown;
    jobs.pop_front();
    changed.notify_all();
  }
}

} // namespace tandem::runtime
