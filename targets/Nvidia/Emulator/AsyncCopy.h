//===- AsyncCopy.h - copies that are under way ------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_NVIDIA_EMULATOR_ASYNCCOPY_H
#define TANDEM_TARGETS_NVIDIA_EMULATOR_ASYNCCOPY_H

#include "tandem/targets/Nvidia/Emulator/Site.h"
#include "tandem/targets/Nvidia/Emulator/TensorMap.h"

#include <array>

namespace tandem::nvidia::ptx {

struct Thread;

/// `cp.async`: `bytes` into shared memory, of which only the first `validBytes`
/// are read and the rest becomes zero.
struct AsyncCopy {
  Site *site;
  uint64_t shared, global; ///< addresses
  uint32_t bytes, validBytes;
};

/// `cp.async.bulk[.tensor]`, or an arrival that waits for a thread's cp.async.
struct BulkCopy {
  enum Kind : uint8_t { load, store, arrival };

  Kind kind;
  Thread *thread;
  Site *site;
  uint64_t shared;  ///< address
  uint64_t barrier; ///< shared address of the mbarrier, of loads and arrivals
  /// Of a copy without a tensor map (its rank is 0); otherwise `map` and
  /// `coordinates` count.
  uint64_t global = 0;
  uint32_t bytes = 0;
  EncodedTensorMap map = {};
  std::array<int32_t, 5> coordinates = {};
};

} // namespace tandem::nvidia::ptx

#endif // TANDEM_TARGETS_NVIDIA_EMULATOR_ASYNCCOPY_H
