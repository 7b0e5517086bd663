//===- DriverState.h - all that the stand-in driver holds -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TEST_TARGETS_NVIDIA_STANDIN_DRIVERSTATE_H
#define TANDEM_TEST_TARGETS_NVIDIA_STANDIN_DRIVERSTATE_H

#include "DeviceMemory.h"
#include "Settings.h"
#include "Streams.h"

#include <map>
#include <memory>
#include <mutex>
#include <set>

namespace tandem::standin {

/// A kernel of a module.
struct FunctionState {
  nvidia::ptx::Program *program;
  const nvidia::ptx::Kernel *kernel;
  uint64_t mostSharedBytes = 48 << 10;
};

/// A module of PTX with its kernels by name.
struct ModuleState {
  explicit ModuleState(nvidia::ptx::Program loaded)
      : program(std::move(loaded)) {}
  nvidia::ptx::Program program;
  std::map<std::string, FunctionState> functions;
};

/// A library's state is its process's, so this one is global.
struct DriverState {
  static DriverState &get();

  /// Enters a call of a function, which is logged. A failure of the device
  /// stays, and so does the want of a context on this thread.
  Result enter(const char *function, bool needsContext = true);
  /// Writes a line into the log, of a call or of work that is done.
  void log(const std::string &line) const;
  /// What a failure of the device leaves.
  Result remember(Result result);
  /// All work that was put off.
  Result finishAll();
  /// Says what was not freed, and ends the process where something was not.
  void checkNothingIsLeft() const;

  Settings settings = Settings::ofEnvironment();
  DeviceMemory memory{settings.memoryBytes};
  std::recursive_mutex mutex;
  Result failure = Result::success;
  uint64_t launches = 0;
  int32_t contexts = 0; ///< times that the context was retained
  std::map<StreamState *, std::unique_ptr<StreamState>> streams;
  std::map<EventState *, std::unique_ptr<EventState>> events;
  std::map<ModuleState *, std::unique_ptr<ModuleState>> modules;
  std::map<Recording *, std::unique_ptr<Recording>> graphs, executables;
};

} // namespace tandem::standin

#endif // TANDEM_TEST_TARGETS_NVIDIA_STANDIN_DRIVERSTATE_H
