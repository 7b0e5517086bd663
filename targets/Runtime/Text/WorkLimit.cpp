//===- WorkLimit.cpp - an end to work that a file asks for -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/Text/WorkLimit.h"

#include <ctime>

#include "tandem/targets/Runtime/Failure.h"

namespace tandem::runtime {

static constexpr int64_t startNs = 1'000'000'000;
static constexpr int64_t perByteNs = 2'000;
static constexpr unsigned callsPerLook = 32;

int64_t WorkLimit::readClockNs() {
  timespec now = {};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return int64_t(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

WorkLimit::WorkLimit(size_t textBytes)
    : endNs(readClockNs() + startNs +
            static_cast<int64_t>(textBytes) * perByteNs) {}

void WorkLimit::check() {
  if (++calls % callsPerLook == 0 && readClockNs() > endNs) {
    throw Failure(ExitCode::InputRejected,
                  "tokenizer.json: its patterns take too long on this text");
  }
}

} // namespace tandem::runtime
