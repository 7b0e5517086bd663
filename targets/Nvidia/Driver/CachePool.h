//===- CachePool.h - the blocks of the cache on the chip -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Programs have the address of the cache and find a block by its number, so the
// pool never moves: it reserves addresses for all of the chip's memory, and
// takes memory as sequences grow.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_NVIDIA_DRIVER_CACHEPOOL_H
#define TANDEM_TARGETS_NVIDIA_DRIVER_CACHEPOOL_H

#include "tandem/targets/Nvidia/Driver/Device.h"

#include <map>
#include <vector>

namespace tandem::nvidia::driver {

/// Blocks of one size, and which of them a slot has.
class CachePool {
public:
  /// `slotBytes` of blocks are what one sequence takes at most.
  CachePool(const Device &device, uint64_t blockBytes, uint64_t blockTokens,
            uint64_t slotBytes);
  ~CachePool();
  CachePool(const CachePool &) = delete;

  /// Where block 0 lies.
  DevicePointer base() const { return address; }
  DevicePointer addressOf(int32_t block) const {
    return address + uint64_t(block) * blockBytes;
  }

  /// The blocks of a slot, for at least `tokens` tokens. Fails, with exit code
  /// 7, where the chip's memory is full.
  const std::vector<int32_t> &reserve(const void *slot, uint64_t tokens);
  /// Takes a slot's blocks back.
  void release(const void *slot);

private:
  void grow();

  const Device &device;
  uint64_t blockBytes, blockTokens;
  uint64_t pieceBytes = 0; ///< of memory that is taken at once
  uint64_t reservedBytes = 0, mappedBytes = 0;
  DevicePointer address = 0;
  std::vector<PhysicalMemory> pieces;
  int32_t blockCount = 0;
  std::vector<int32_t> freeBlocks;
  std::map<const void *, std::vector<int32_t>> slots;
};

} // namespace tandem::nvidia::driver

#endif // TANDEM_TARGETS_NVIDIA_DRIVER_CACHEPOOL_H
