//===- HandoffLibrary.h - a conversion in memory ----------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The generated conversion between the slots of two parts (HandoffAbi.h).
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_HANDOFF_HANDOFFLIBRARY_H
#define TANDEM_TARGETS_RUNTIME_HANDOFF_HANDOFFLIBRARY_H

#include <cstdint>
#include <string>

#include "tandem/targets/Runtime/HandoffAbi.h"
#include "tandem/targets/Runtime/ModuleLibrary.h"
#include "tandem/targets/Runtime/StepRunner.h"

namespace tandem::runtime {

/// The record of the conversion between two parts; a Failure where the bundle
/// has none.
const HandoffRecord &findHandoff(const Manifest &manifest,
                                 const std::string &producer,
                                 const std::string &consumer);

/// A loaded conversion; thread-safe.
class HandoffLibrary {
public:
  HandoffLibrary(const BundleFolder &bundle, const HandoffRecord &record);

  /// Converts a range, which is within layers and capacity; all on this thread
  /// where `threads` is null.
  void convert(const CacheRange &range, const char *source, char *destination,
               const TandemThreads *threads) const;
  /// The checksum of a range of a slot in the producer's layout.
  uint64_t checksum(const CacheRange &range, const char *source) const;

  uint64_t layers() const { return code->layers; }
  /// Bytes of cache that a range reads.
  uint64_t bytesOf(const CacheRange &range) const {
    return range.layerCount * range.tokenCount * code->tokenBytes;
  }
  /// Bytes of a slot in the producer's layout.
  uint64_t sourceBytes() const { return slotBytes; }

private:
  TandemHandoffRange describe(const CacheRange &range) const;

  ModuleLibrary library;
  const TandemHandoff *code = nullptr;
  uint64_t capacity;
  uint64_t slotBytes = 0;
};

} // namespace tandem::runtime

#endif // TANDEM_TARGETS_RUNTIME_HANDOFF_HANDOFFLIBRARY_H
