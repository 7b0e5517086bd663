//===- Architecture.cpp - what chips of an architecture share -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Architecture.h"

namespace tandem::nvidia {

/// CUDA programming guide, technical specifications per compute capability:
/// shared memory per block and registers per multiprocessor. PTX ISA, release
/// notes: the toolkit, and so the driver, that has a version of PTX; wgmma: the
/// only chips that have it.
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

} // namespace tandem::nvidia
