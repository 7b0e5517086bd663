//===- Settings.h - how the stand-in driver behaves -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TEST_TARGETS_NVIDIA_STANDIN_SETTINGS_H
#define TANDEM_TEST_TARGETS_NVIDIA_STANDIN_SETTINGS_H

#include "tandem/targets/Nvidia/Emulator/Emulator.h"

#include <cstdint>
#include <string>

namespace tandem::standin {

/// Read from TANDEM_STANDIN: words with commas between, such as
/// "capability=8.0,memory=1000000".
struct Settings {
  static Settings ofEnvironment();

  bool hasDevice = true;                    ///< no-device
  int32_t version = 13000;                  ///< driver=12020: of CUDA 12.2
  int32_t major = 9, minor = 0;             ///< capability=9.0
  int32_t devices = 1;                      ///< devices=N: alike
  uint64_t memoryBytes = uint64_t(4) << 30; ///< memory=N: of the devices
  uint64_t failingLaunch = 0;  ///< failing-launch=N: the N-th kernel fails
  uint64_t mostThreads = 1024; ///< threads=N: that registers are enough for
  std::string log;             ///< log=FILE: a line for each call and work
  /// eager: asynchronous copies of kernels when they are issued.
  nvidia::ptx::Asynchrony asynchrony = nvidia::ptx::Asynchrony::late;
};

} // namespace tandem::standin

#endif // TANDEM_TEST_TARGETS_NVIDIA_STANDIN_SETTINGS_H
