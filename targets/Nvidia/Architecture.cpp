//===- Architecture.cpp - what chips of an architecture share -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Architecture.h"

#include <charconv>

namespace tandem::nvidia {

/// CUDA programming guide, technical specifications per compute capability:
/// shared memory per block and registers per multiprocessor. PTX ISA, release
/// notes: the toolkit, and so the driver, that has a version of PTX; graphs
/// have programmatic launches since 12.3, which is no later; wgmma: the only
/// chips that have it.
static constexpr Architecture architectures[] = {
    {"sm_90a", "ptx83", 12030, 9, 0, 232448, 65536, true},
    {"sm_100a", "ptx88", 12090, 10, 0, 232448, 65536, false},
    {"sm_103a", "ptx88", 12090, 10, 3, 232448, 65536, false},
    {"sm_120a", "ptx88", 12090, 12, 0, 101376, 65536, false},
};

std::span<const Architecture> allArchitectures() { return architectures; }

const Architecture *findArchitecture(std::string_view name) {
  for (const Architecture &architecture : architectures) {
    if (architecture.name == name) {
      return &architecture;
    }
  }
  return nullptr;
}

std::string driverText(int32_t version) {
  return std::to_string(version / 1000) + "." +
         std::to_string(version % 1000 / 10);
}

int32_t parseDriver(std::string_view text) {
  int32_t major = 0, minor = 0;
  const char *end = text.data() + text.size();
  auto [point, error] = std::from_chars(text.data(), end, major);
  if (error != std::errc() || point == end || *point != '.') {
    return 0;
  }
  auto [rest, problem] = std::from_chars(point + 1, end, minor);
  bool isVersion = problem == std::errc() && rest == end && major > 0 &&
                   major <= 1000 && minor >= 0 && minor < 100;
  return isVersion ? 1000 * major + 10 * minor : 0;
}

} // namespace tandem::nvidia
