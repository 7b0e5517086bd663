//===- Barriers.h - what threads wait for -----------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_NVIDIA_EMULATOR_BARRIERS_H
#define TANDEM_TARGETS_NVIDIA_EMULATOR_BARRIERS_H

#include "tandem/targets/Nvidia/Emulator/Site.h"

#include <vector>

namespace tandem::nvidia::ptx {

struct Thread;

/// Why a thread does not run.
struct Wait {
  enum Kind : uint8_t { nothing, rendezvous, barrier, memoryBarrier };

  Kind kind = nothing;
  const Site *site = nullptr;
  uint64_t number = 0; ///< barrier, or shared address of the mbarrier
};

/// One of the 16 barriers of a block (`bar.sync 3`).
struct Barrier {
  uint32_t expected = 0; ///< threads, set by who comes first
  uint32_t arrived = 0;
  uint32_t votes = 0; ///< of `bar.red`: threads whose predicate holds
  uint32_t lastVotes = 0, lastCount = 0; ///< of the completed round
  std::vector<Thread *> waiting;
};

/// An mbarrier object in shared memory.
struct MemoryBarrier {
  uint32_t expected;        ///< arrivals of a phase
  uint32_t pending;         ///< arrivals that this phase lacks
  int64_t pendingBytes = 0; ///< of asynchronous copies
  uint64_t phase = 0;
  std::vector<Thread *> waiting;
};

} // namespace tandem::nvidia::ptx

#endif // TANDEM_TARGETS_NVIDIA_EMULATOR_BARRIERS_H
