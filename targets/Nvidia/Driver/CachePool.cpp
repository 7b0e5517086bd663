//===- CachePool.cpp - the blocks of the cache on the chip -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Driver/CachePool.h"

#include <algorithm>

namespace tandem::nvidia::driver {

/// Enough for some blocks of a large model, little beside a chip's memory.
static constexpr uint64_t largePieceBytes = uint64_t(64) << 20;

static uint64_t roundUp(uint64_t bytes, uint64_t unit) {
  return (bytes + unit - 1) / unit * unit;
}

static PhysicalMemoryKind kindOn(const Device &device) {
  PhysicalMemoryKind kind;
  kind.location.device = device.number();
  return kind;
}

CachePool::CachePool(const Device &device, uint64_t blockBytes,
                     uint64_t blockTokens, uint64_t slotBytes)
    : device(device), blockBytes(blockBytes), blockTokens(blockTokens) {
  const DriverApi &api = device.api();
  int32_t hasVirtualMemory = 0;
  api.require(api.deviceGetAttribute(&hasVirtualMemory,
                                     DeviceAttribute::hasVirtualMemory,
                                     device.number()),
              "describe a GPU");
  if (!hasVirtualMemory) {
    lack("this GPU, as its driver shows it, has no virtual memory management, "
         "which the cache needs");
  }
  PhysicalMemoryKind kind = kindOn(device);
  size_t granularity = 0, total = 0;
  api.require(api.memoryGetGranularity(&granularity, &kind, /*least=*/0),
              "tell the granularity of memory");
  api.require(api.deviceTotalMemory(&total, device.number()),
              "tell the size of memory");
  uint64_t wanted = std::min(largePieceBytes, slotBytes);
  pieceBytes = roundUp(std::max(blockBytes, wanted), granularity);
  reservedBytes = roundUp(total, pieceBytes);
  api.require(api.memoryAddressReserve(&address, reservedBytes, 0, 0, 0),
              "reserve addresses for the cache");
}

CachePool::~CachePool() {
  const DriverApi &api = device.api();
  // The driver unmaps what was mapped at once, no more and no less.
  for (size_t i = 0; i < pieces.size(); ++i) {
    api.memoryUnmap(address + i * pieceBytes, pieceBytes);
    api.memoryRelease(pieces[i]);
  }
  api.memoryAddressFree(address, reservedBytes);
}

void CachePool::grow() {
  const DriverApi &api = device.api();
  PhysicalMemoryKind kind = kindOn(device);
  PhysicalMemory piece = 0;
  Result result = mappedBytes + pieceBytes > reservedBytes
                      ? Result::outOfMemory
                      : api.memoryCreate(&piece, pieceBytes, &kind, 0);
  if (result == Result::outOfMemory) {
    device.lackMemory(pieceBytes, "the cache, beside " +
                                      std::to_string(blockCount) +
                                      " blocks that are in use");
  }
  api.require(result, "allocate memory for the cache");
  DevicePointer end = address + mappedBytes;
  result = api.memoryMap(end, pieceBytes, 0, piece, 0);
  if (result != Result::success) {
    api.memoryRelease(piece);
    api.require(result, "map memory for the cache");
  }
  pieces.push_back(piece);
  mappedBytes += pieceBytes;
  MemoryAccess access;
  access.location = kind.location;
  api.require(api.memorySetAccess(end, pieceBytes, &access, 1),
              "open memory for the cache");
  // A block may lie across two pieces.
  for (; uint64_t(blockCount + 1) * blockBytes <= mappedBytes; ++blockCount) {
    freeBlocks.push_back(blockCount);
  }
}

const std::vector<int32_t> &CachePool::reserve(const void *slot,
                                               uint64_t tokens) {
  std::vector<int32_t> &blocks = slots[slot];
  while (blocks.size() * blockTokens < tokens) {
    if (freeBlocks.empty()) {
      grow();
    }
    blocks.push_back(freeBlocks.back());
    freeBlocks.pop_back();
  }
  return blocks;
}

void CachePool::release(const void *slot) {
  auto found = slots.find(slot);
  if (found != slots.end()) {
    freeBlocks.insert(freeBlocks.end(), found->second.begin(),
                      found->second.end());
    slots.erase(found);
  }
}

} // namespace tandem::nvidia::driver
