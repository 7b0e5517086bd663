//===- AsyncCopy.cpp - copies that are under way ----------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Emulator/Execution.h"
#include "tandem/targets/Nvidia/Emulator/Helpers.h"

#include <algorithm>
#include <cstring>

using namespace llvm;
using namespace tandem::nvidia::ptx;

/// What a copy will write holds nothing that may be read.
static constexpr int unknownByte = 0xff;

//===----------------------------------------------------------------------===//
// cp.async
//===----------------------------------------------------------------------===//

static void perform(Thread &thread, const AsyncCopy &copy) {
  char *to =
      sharedMemory(thread, *copy.site, copy.shared, copy.bytes, copy.bytes);
  if (copy.validBytes) {
    std::memcpy(to,
                genericMemory(thread, *copy.site, copy.global, copy.validBytes,
                              copy.bytes, /*isWritten=*/false),
                copy.validBytes);
  }
  std::memset(to + copy.validBytes, 0, copy.bytes - copy.validBytes);
}

void tandem::nvidia::ptx::copyAsync(Thread *thread, Site *site, uint64_t shared,
                                    uint64_t global, uint32_t bytes,
                                    uint32_t validBytes) {
  if (validBytes > bytes) {
    fail(*thread, *site,
         "reads " + Twine(validBytes) + " bytes, expected at most " +
             Twine(bytes));
  }
  AsyncCopy copy{site, shared, global, bytes, validBytes};
  if (!thread->launch->isLate()) {
    return perform(*thread, copy);
  }
  std::memset(sharedMemory(*thread, *site, shared, bytes, bytes), unknownByte,
              bytes);
  thread->openCopies.push_back(copy);
}

void tandem::nvidia::ptx::commitCopies(Thread *thread, Site *site) {
  thread->copyGroups.push_back(std::move(thread->openCopies));
  thread->openCopies.clear();
}

void tandem::nvidia::ptx::waitCopies(Thread *thread, Site *site,
                                     uint32_t groups) {
  while (thread->copyGroups.size() > groups) {
    for (const AsyncCopy &copy : thread->copyGroups.front()) {
      perform(*thread, copy);
    }
    thread->copyGroups.erase(thread->copyGroups.begin());
  }
}

void tandem::nvidia::ptx::arriveAfterCopies(Thread *thread, Site *site,
                                            uint64_t barrier,
                                            bool countsExtra) {
  if (countsExtra) {
    auto found = thread->block->memoryBarriers.find(barrier);
    if (found != thread->block->memoryBarriers.end()) {
      ++found->second.pending;
    }
  }
  BulkCopy arrival{BulkCopy::arrival, thread, site, 0, barrier};
  if (!thread->launch->isLate()) {
    arriveAtMemoryBarrier(thread, site, barrier, 1, 0);
  } else {
    thread->block->bulkLoads.push_back(arrival);
  }
}

static void performAllCopies(Thread &thread) {
  waitCopies(&thread, nullptr, 0);
  for (const AsyncCopy &copy : thread.openCopies) {
    perform(thread, copy);
  }
  thread.openCopies.clear();
}

//===----------------------------------------------------------------------===//
// cp.async.bulk
//===----------------------------------------------------------------------===//

/// The bytes that a copy moves, those outside the tensor included.
static uint64_t sizeOf(const BulkCopy &copy) {
  if (copy.map.rank == 0) {
    return copy.bytes;
  }
  uint64_t bytes = copy.map.elementBytes;
  for (unsigned i = 0; i < copy.map.rank; ++i) {
    bytes *= copy.map.box[i];
  }
  return bytes;
}

namespace {
/// 16 bytes of a box as they lie in shared memory; those of elements that are
/// in the tensor have an address in global memory.
struct Chunk {
  static constexpr uint32_t bytes = 16; ///< swizzles keep these together

  uint64_t shared;
  uint64_t global; ///< of the first valid byte
  uint32_t firstValid, validBytes;
};
} // namespace

/// Calls `body(chunk)` for each chunk of the box, in the order of shared
/// memory.
template <typename Body>
static void forEachChunk(const BulkCopy &copy, Body body) {
  const EncodedTensorMap &map = copy.map;
  uint32_t element = map.elementBytes;
  uint64_t count = sizeOf(copy) / Chunk::bytes;
  for (uint64_t number = 0; number < count; ++number) {
    uint64_t rest = number * Chunk::bytes / element;
    int64_t column = copy.coordinates[0] + int64_t(rest % map.box[0]);
    rest /= map.box[0];
    uint64_t row = map.base;
    bool isInside = true;
    for (unsigned i = 1; i < map.rank; ++i) {
      int64_t at = copy.coordinates[i] + int64_t(rest % map.box[i]);
      rest /= map.box[i];
      isInside &= at >= 0 && uint64_t(at) < map.sizes[i];
      row += uint64_t(at) * map.strides[i];
    }
    int64_t end =
        std::min<int64_t>(column + Chunk::bytes / element, map.sizes[0]);
    int64_t begin = std::max<int64_t>(column, 0);
    Chunk chunk = {};
    chunk.shared =
        swizzle(copy.shared + number * Chunk::bytes, map.swizzleBytes);
    if (isInside && begin < end) {
      chunk.global = row + begin * element;
      chunk.firstValid = (begin - column) * element;
      chunk.validBytes = (end - begin) * element;
    }
    body(chunk);
  }
}

static void performLoad(const BulkCopy &copy) {
  Thread &thread = *copy.thread;
  if (copy.map.rank == 0) {
    std::memcpy(sharedMemory(thread, *copy.site, copy.shared, copy.bytes, 16),
                genericMemory(thread, *copy.site, copy.global, copy.bytes, 16,
                              /*isWritten=*/false),
                copy.bytes);
  } else {
    forEachChunk(copy, [&](const Chunk &chunk) {
      char *to = sharedMemory(thread, *copy.site, chunk.shared, Chunk::bytes,
                              Chunk::bytes);
      std::memset(to, 0, Chunk::bytes);
      if (chunk.validBytes) {
        std::memcpy(to + chunk.firstValid,
                    genericMemory(thread, *copy.site, chunk.global,
                                  chunk.validBytes, copy.map.elementBytes,
                                  /*isWritten=*/false),
                    chunk.validBytes);
      }
    });
  }
  completeBytes(&thread, copy.site, copy.barrier, sizeOf(copy));
}

static void performStore(const BulkCopy &copy) {
  Thread &thread = *copy.thread;
  if (copy.map.rank == 0) {
    std::memcpy(genericMemory(thread, *copy.site, copy.global, copy.bytes, 16,
                              /*isWritten=*/true),
                sharedMemory(thread, *copy.site, copy.shared, copy.bytes, 16),
                copy.bytes);
    return;
  }
  forEachChunk(copy, [&](const Chunk &chunk) {
    if (chunk.validBytes) {
      std::memcpy(genericMemory(thread, *copy.site, chunk.global,
                                chunk.validBytes, copy.map.elementBytes,
                                /*isWritten=*/true),
                  sharedMemory(thread, *copy.site, chunk.shared, Chunk::bytes,
                               Chunk::bytes) +
                      chunk.firstValid,
                  chunk.validBytes);
    }
  });
}

/// Checks what a copy may not have wrong when it is issued.
static void checkTensorCopy(Thread &thread, Site &site, uint64_t address,
                            uint32_t rank, BulkCopy &copy,
                            const int32_t *coordinates) {
  std::memcpy(&copy.map,
              genericMemory(thread, site, address, sizeof(EncodedTensorMap), 64,
                            /*isWritten=*/false),
              sizeof(EncodedTensorMap));
  // A program may have written these bytes: zeros would be divided by.
  if (copy.map.mark != EncodedTensorMap::expectedMark ||
      copy.map.elementBytes == 0 ||
      std::count(copy.map.box, copy.map.box + rank, 0) != 0) {
    fail(thread, site, "names memory that holds no tensor map");
  }
  if (copy.map.rank != rank) {
    fail(thread, site,
         "gives " + Twine(rank) + " coordinates, the tensor map has " +
             Twine(unsigned(copy.map.rank)) + " dimensions");
  }
  // The pattern repeats every 8 rows; a tile may begin only where it begins.
  uint64_t alignment = std::max<uint64_t>(128, 8 * copy.map.swizzleBytes);
  sharedMemory(thread, site, copy.shared, sizeOf(copy), alignment);
  std::copy(coordinates, coordinates + rank, copy.coordinates.begin());
}

static void checkPlainCopy(Thread &thread, Site &site, const BulkCopy &copy) {
  if (copy.bytes == 0 || copy.bytes % 16 != 0) {
    fail(thread, site,
         "copies " + Twine(copy.bytes) +
             " bytes, expected a multiple of 16 above 0");
  }
  sharedMemory(thread, site, copy.shared, copy.bytes, 16);
}

static void issueLoad(Thread &thread, const BulkCopy &copy) {
  if (!thread.launch->isLate()) {
    return performLoad(copy);
  }
  std::memset(thread.visible.sharedBase + copy.shared, unknownByte,
              sizeOf(copy));
  thread.block->bulkLoads.push_back(copy);
}

void tandem::nvidia::ptx::loadBulk(Thread *thread, Site *site, uint64_t shared,
                                   uint64_t global, uint32_t bytes,
                                   uint64_t barrier) {
  BulkCopy copy{BulkCopy::load, thread, site, shared, barrier, global, bytes};
  checkPlainCopy(*thread, *site, copy);
  issueLoad(*thread, copy);
}

void tandem::nvidia::ptx::loadTensor(Thread *thread, Site *site,
                                     uint64_t shared, uint64_t map,
                                     uint64_t barrier, uint32_t rank,
                                     const int32_t *coordinates) {
  BulkCopy copy{BulkCopy::load, thread, site, shared, barrier};
  checkTensorCopy(*thread, *site, map, rank, copy, coordinates);
  issueLoad(*thread, copy);
}

static void issueStore(Thread &thread, const BulkCopy &copy) {
  if (!thread.launch->isLate()) {
    return performStore(copy);
  }
  thread.openBulkStores.push_back(copy);
}

void tandem::nvidia::ptx::storeBulk(Thread *thread, Site *site, uint64_t global,
                                    uint64_t shared, uint32_t bytes) {
  BulkCopy copy{BulkCopy::store, thread, site, shared, 0, global, bytes};
  checkPlainCopy(*thread, *site, copy);
  issueStore(*thread, copy);
}

void tandem::nvidia::ptx::storeTensor(Thread *thread, Site *site, uint64_t map,
                                      uint64_t shared, uint32_t rank,
                                      const int32_t *coordinates) {
  BulkCopy copy{BulkCopy::store, thread, site, shared, 0};
  checkTensorCopy(*thread, *site, map, rank, copy, coordinates);
  issueStore(*thread, copy);
}

void tandem::nvidia::ptx::commitBulkStores(Thread *thread, Site *site) {
  thread->bulkStoreGroups.push_back(std::move(thread->openBulkStores));
  thread->openBulkStores.clear();
}

void tandem::nvidia::ptx::waitBulkStores(Thread *thread, Site *site,
                                         uint32_t groups) {
  while (thread->bulkStoreGroups.size() > groups) {
    for (const BulkCopy &copy : thread->bulkStoreGroups.front()) {
      performStore(copy);
    }
    thread->bulkStoreGroups.erase(thread->bulkStoreGroups.begin());
  }
}

//===----------------------------------------------------------------------===//
// The latest moment
//===----------------------------------------------------------------------===//

bool tandem::nvidia::ptx::performNextBulkLoad(Block &block) {
  if (block.bulkLoads.empty()) {
    return false;
  }
  BulkCopy copy = block.bulkLoads.front();
  block.bulkLoads.pop_front();
  if (copy.kind == BulkCopy::arrival) {
    performAllCopies(*copy.thread);
    arriveAtMemoryBarrier(copy.thread, copy.site, copy.barrier, 1, 0);
  } else {
    performLoad(copy);
  }
  return true;
}

void tandem::nvidia::ptx::checkCopiesAtExit(Thread &thread) {
  for (const auto &group : thread.copyGroups) {
    if (!group.empty()) {
      fail(thread, *group.front().site, "is not waited for by its thread");
    }
  }
  if (!thread.openCopies.empty()) {
    fail(thread, *thread.openCopies.front().site,
         "is neither committed nor waited for by its thread");
  }
  for (const auto &group : thread.bulkStoreGroups) {
    if (!group.empty()) {
      fail(thread, *group.front().site, "is not waited for by its thread");
    }
  }
  if (!thread.openBulkStores.empty()) {
    fail(thread, *thread.openBulkStores.front().site,
         "is neither committed nor waited for by its thread");
  }
}

bool tandem::nvidia::ptx::checkCopiesAtEnd(Block &block) {
  if (!block.bulkLoads.empty()) {
    const BulkCopy &copy = block.bulkLoads.front();
    fail(*copy.thread, *copy.site,
         "is still under way when its block ends; nobody waits for it");
  }
  return true;
}
