//===- ReadRoof.h - how fast bytes can be read at all -----------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A decode step reads every weight once; it can be no faster than a loop that
// does nothing else with the same bytes, threads and pieces. What disturbs one
// of them, caches or neighbours, disturbs both when they alternate.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_READROOF_H
#define TANDEM_TARGETS_RUNTIME_READROOF_H

#include <cstdint>
#include <span>
#include <vector>

#include "tandem/targets/Runtime/PartAbi.h"

namespace tandem::runtime {

/// Bytes to read, cut into tasks.
class ReadRoof {
public:
  /// Bytes of a task: what a task of a linear layer streams.
  static constexpr uint64_t pieceBytes = 128 << 10;

  explicit ReadRoof(const std::vector<std::span<const char>> &ranges);

  uint64_t bytes() const;
  /// Reads everything once on all threads and returns the seconds it took.
  double read(const TandemThreads *threads) const;

private:
  std::vector<std::span<const char>> pieces;
};

} // namespace tandem::runtime

#endif // TANDEM_TARGETS_RUNTIME_READROOF_H
