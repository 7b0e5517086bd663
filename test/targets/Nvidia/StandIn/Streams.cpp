//===- Streams.cpp - work that is put off -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Streams.h"

namespace tandem::standin {

void StreamState::push(Work work) {
  if (isCapturing) {
    recording.push_back(std::move(work));
    return;
  }
  pending.push_back(std::move(work));
  ++pushed;
}

Result StreamState::advance(uint64_t count) {
  while (done < count) {
    Work work = std::move(pending.front());
    pending.pop_front();
    ++done;
    if (Result result = work(); result != Result::success) {
      return result;
    }
  }
  return Result::success;
}

} // namespace tandem::standin
