//===- Streams.h - work that is put off -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A stream does its work when the program waits for it and no earlier, so that
// a wait that is missing shows: what was to be there is poison or old.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TEST_TARGETS_NVIDIA_STANDIN_STREAMS_H
#define TANDEM_TEST_TARGETS_NVIDIA_STANDIN_STREAMS_H

#include "tandem/targets/Nvidia/Driver/DriverTypes.h"

#include <chrono>
#include <deque>
#include <functional>
#include <vector>

namespace tandem::standin {

using nvidia::driver::Result;

/// Something to do, which may fail.
using Work = std::function<Result()>;

/// What a capture collects.
using Recording = std::vector<Work>;

/// One queue of work.
class StreamState {
public:
  /// Puts work off, or records it where a capture is going on.
  void push(Work work);
  /// Does the work up to the `count`-th that was ever pushed.
  Result advance(uint64_t count);
  Result finish() { return advance(pushed); }
  /// How much work was ever pushed.
  uint64_t position() const { return pushed; }

  bool isCapturing = false;
  Recording recording;

private:
  std::deque<Work> pending;
  uint64_t pushed = 0, done = 0;
};

/// A place in a stream.
struct EventState {
  StreamState *stream = nullptr; ///< null: never recorded
  uint64_t position = 0;
  bool takesTime = false, isDone = false;
  std::chrono::steady_clock::time_point time;

  Result wait() { return stream ? stream->advance(position) : Result::success; }
};

} // namespace tandem::standin

#endif // TANDEM_TEST_TARGETS_NVIDIA_STANDIN_STREAMS_H
