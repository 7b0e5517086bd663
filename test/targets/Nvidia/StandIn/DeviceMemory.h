//===- DeviceMemory.h - the memory of the stand-in's device -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TEST_TARGETS_NVIDIA_STANDIN_DEVICEMEMORY_H
#define TANDEM_TEST_TARGETS_NVIDIA_STANDIN_DEVICEMEMORY_H

#include "tandem/targets/Nvidia/Driver/DriverTypes.h"
#include "tandem/targets/Nvidia/Emulator/Memory.h"

#include <map>

namespace tandem::standin {

using nvidia::driver::Result;

/// Allocations, whose addresses are the host's. Fresh memory is all ones.
class DeviceMemory {
public:
  explicit DeviceMemory(uint64_t bytes) : total(bytes) {}

  Result allocate(uint64_t *address, uint64_t bytes);
  Result free(uint64_t address);
  Result allocatePinned(void **address, uint64_t bytes);
  Result freePinned(void *address);
  bool isPinned(const void *address, uint64_t bytes) const;

  Result reserve(uint64_t *address, uint64_t bytes);
  Result freeReserved(uint64_t address, uint64_t bytes);
  Result create(unsigned long long *piece, uint64_t bytes);
  Result release(unsigned long long piece);
  Result map(uint64_t address, uint64_t bytes, unsigned long long piece);
  Result unmap(uint64_t address, uint64_t bytes);
  /// What is mapped can be used from now on.
  Result open(uint64_t address, uint64_t bytes);

  uint64_t freeBytes() const { return total - used; }
  uint64_t totalBytes() const { return total; }
  const nvidia::ptx::Memory &usable() const { return memory; }
  /// Things that are not freed.
  uint64_t left() const {
    return allocations.size() + pinned.size() + reserved.size() +
           created.size();
  }

private:
  /// Makes [begin, end) usable, where it is something.
  void keepOpen(uint64_t begin, uint64_t end);

  uint64_t total, used = 0;
  nvidia::ptx::Memory memory;
  std::map<uint64_t, uint64_t> allocations; ///< bytes by address
  std::map<uint64_t, uint64_t> pinned, reserved, mapped, opened;
  std::map<unsigned long long, uint64_t> created;
  unsigned long long lastPiece = 0;
};

} // namespace tandem::standin

#endif // TANDEM_TEST_TARGETS_NVIDIA_STANDIN_DEVICEMEMORY_H
