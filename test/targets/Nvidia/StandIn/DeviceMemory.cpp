//===- DeviceMemory.cpp - the memory of the stand-in's device -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "DeviceMemory.h"

#include <cstdlib>
#include <cstring>
#include <sys/mman.h>

namespace tandem::standin {

static constexpr int poison = 0xff;
static constexpr uint64_t alignment = 256;

static void *asPointer(uint64_t address) {
  return reinterpret_cast<void *>(address);
}

static uint64_t poisoned(uint64_t bytes) {
  uint64_t whole = (bytes + alignment - 1) / alignment * alignment;
  void *memory = std::aligned_alloc(alignment, whole);
  std::memset(memory, poison, whole);
  return reinterpret_cast<uint64_t>(memory);
}

Result DeviceMemory::allocate(uint64_t *address, uint64_t bytes) {
  if (bytes == 0) {
    return Result::invalidValue;
  }
  if (bytes > freeBytes()) {
    return Result::outOfMemory;
  }
  *address = poisoned(bytes);
  allocations[*address] = bytes;
  used += bytes;
  llvm::cantFail(memory.add("allocation", asPointer(*address), bytes));
  return Result::success;
}

Result DeviceMemory::free(uint64_t address) {
  auto found = allocations.find(address);
  if (found == allocations.end()) {
    return Result::invalidValue;
  }
  memory.remove(asPointer(address));
  used -= found->second;
  allocations.erase(found);
  std::free(asPointer(address));
  return Result::success;
}

Result DeviceMemory::allocatePinned(void **address, uint64_t bytes) {
  if (bytes == 0) {
    return Result::invalidValue;
  }
  uint64_t place = poisoned(bytes);
  pinned[place] = bytes;
  *address = asPointer(place);
  return Result::success;
}

Result DeviceMemory::freePinned(void *address) {
  if (!pinned.erase(reinterpret_cast<uint64_t>(address))) {
    return Result::invalidValue;
  }
  std::free(address);
  return Result::success;
}

bool DeviceMemory::isPinned(const void *address, uint64_t bytes) const {
  auto place = reinterpret_cast<uint64_t>(address);
  auto found = pinned.upper_bound(place);
  if (found == pinned.begin()) {
    return false;
  }
  --found;
  return place - found->first <= found->second &&
         bytes <= found->second - (place - found->first);
}

Result DeviceMemory::reserve(uint64_t *address, uint64_t bytes) {
  void *place = mmap(nullptr, bytes, PROT_NONE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (place == MAP_FAILED) {
    return Result::outOfMemory;
  }
  *address = reinterpret_cast<uint64_t>(place);
  reserved[*address] = bytes;
  return Result::success;
}

Result DeviceMemory::freeReserved(uint64_t address, uint64_t bytes) {
  auto found = reserved.find(address);
  auto inside = mapped.lower_bound(address);
  bool isMapped = inside != mapped.end() && inside->first < address + bytes;
  if (found == reserved.end() || found->second != bytes || isMapped) {
    return Result::invalidValue;
  }
  munmap(asPointer(address), bytes);
  reserved.erase(found);
  return Result::success;
}

Result DeviceMemory::create(unsigned long long *piece, uint64_t bytes) {
  if (bytes > freeBytes()) {
    return Result::outOfMemory;
  }
  *piece = ++lastPiece;
  created[*piece] = bytes;
  used += bytes;
  return Result::success;
}

Result DeviceMemory::release(unsigned long long piece) {
  auto found = created.find(piece);
  if (found == created.end()) {
    return Result::invalidValue;
  }
  used -= found->second;
  created.erase(found);
  return Result::success;
}

Result DeviceMemory::map(uint64_t address, uint64_t bytes,
                         unsigned long long piece) {
  auto found = created.find(piece);
  auto range = reserved.upper_bound(address);
  bool isReserved = range != reserved.begin() &&
                    (--range, address + bytes <= range->first + range->second);
  if (found == created.end() || found->second != bytes || !isReserved ||
      !mapped.try_emplace(address, bytes).second) {
    return Result::invalidValue;
  }
  mprotect(asPointer(address), bytes, PROT_READ | PROT_WRITE);
  std::memset(asPointer(address), poison, bytes);
  return Result::success;
}

Result DeviceMemory::unmap(uint64_t address, uint64_t bytes) {
  auto found = mapped.find(address);
  if (found == mapped.end() || found->second != bytes) {
    return Result::invalidValue;
  }
  mapped.erase(found);
  auto range = opened.upper_bound(address);
  if (range != opened.begin() && (--range)->second > address - range->first) {
    uint64_t begin = range->first, end = begin + range->second;
    memory.remove(asPointer(begin));
    opened.erase(range);
    keepOpen(begin, address);
    keepOpen(address + bytes, end);
  }
  mprotect(asPointer(address), bytes, PROT_NONE);
  return Result::success;
}

void DeviceMemory::keepOpen(uint64_t begin, uint64_t end) {
  if (begin < end) {
    opened[begin] = end - begin;
    llvm::cantFail(memory.add("mapped memory", asPointer(begin), end - begin));
  }
}

/// A buffer may lie across pieces: neighbours become one.
Result DeviceMemory::open(uint64_t address, uint64_t bytes) {
  auto found = mapped.find(address);
  if (found == mapped.end() || found->second != bytes) {
    return Result::invalidValue;
  }
  auto before = opened.lower_bound(address);
  if (before != opened.begin()) {
    --before;
    if (before->first + before->second == address) {
      uint64_t begin = before->first;
      memory.remove(asPointer(begin));
      opened.erase(before);
      keepOpen(begin, address + bytes);
      return Result::success;
    }
  }
  keepOpen(address, address + bytes);
  return Result::success;
}

} // namespace tandem::standin
