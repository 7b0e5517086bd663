//===- DriverState.cpp - all that the stand-in driver holds -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "DriverState.h"

#include <cstdio>
#include <cstdlib>

namespace tandem::standin {

thread_local bool hasContext = false;

DriverState &DriverState::get() {
  static DriverState state;
  return state;
}

void DriverState::log(const std::string &line) const {
  if (settings.log.empty()) {
    return;
  }
  if (std::FILE *file = std::fopen(settings.log.c_str(), "a")) {
    std::fprintf(file, "%s\n", line.c_str());
    std::fclose(file);
  }
}

Result DriverState::enter(const char *function, bool needsContext) {
  log(function);
  if (needsContext && !hasContext) {
    std::fprintf(stderr, "stand-in driver: %s without a context\n", function);
    return Result::invalidContext;
  }
  return failure;
}

Result DriverState::remember(Result result) {
  if (result == Result::launchFailed) {
    failure = result;
  }
  return result;
}

Result DriverState::finishAll() {
  for (auto &[key, stream] : streams) {
    if (Result result = stream->finish(); result != Result::success) {
      return remember(result);
    }
  }
  return Result::success;
}

void DriverState::checkNothingIsLeft() const {
  uint64_t left = memory.left() + streams.size() + events.size() +
                  modules.size() + graphs.size() + executables.size();
  if (left > 0) {
    std::fprintf(stderr,
                 "stand-in driver: not freed: %llu of memory, %zu streams, %zu "
                 "events, %zu modules, %zu graphs, %zu executable ones\n",
                 static_cast<unsigned long long>(memory.left()), streams.size(),
                 events.size(), modules.size(), graphs.size(),
                 executables.size());
    std::_Exit(99);
  }
}

} // namespace tandem::standin
