//===- Barriers.cpp - where threads wait for each other ---------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Emulator/Execution.h"
#include "tandem/targets/Nvidia/Emulator/Helpers.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;
using namespace tandem::nvidia::ptx;

//===----------------------------------------------------------------------===//
// Warps
//===----------------------------------------------------------------------===//

static std::string lanes(uint32_t mask) {
  return "0x" + utohexstr(mask, /*LowerCase=*/true);
}

void tandem::nvidia::ptx::meet(Thread *thread, Site *site, uint32_t members) {
  Warp &warp = *thread->warp;
  uint32_t self = 1u << thread->visible.lane;
  members &= warp.existing;
  if (!(members & self)) {
    fail(*thread, *site, "the lane is not in its own member mask");
  }
  size_t count = warp.rendezvous.size(), index = count;
  for (size_t i = 0; i < count; ++i) {
    const Rendezvous &other = warp.rendezvous[i];
    // Only bar.warp.sync, which performs nothing, may be met in two places.
    bool isSame =
        other.members == members &&
        (other.site == site || (!other.site->perform && !site->perform));
    if (isSame) {
      index = i;
    } else if (other.members & self && other.arrived & members) {
      fail(*thread, *site,
           "the warp diverges: lanes " + lanes(other.arrived) +
               " wait in PTX line " + Twine(other.site->line) + " ('" +
               other.site->opcode + "') for lanes " + lanes(other.members));
    }
  }
  if (index == count) {
    warp.rendezvous.push_back(Rendezvous{site, members, 0});
  }
  Rendezvous &meeting = warp.rendezvous[index];
  meeting.arrived |= self;
  if (meeting.arrived != members) {
    suspend(*thread, Wait{Wait::rendezvous, site, members});
    return;
  }
  warp.rendezvous.erase(warp.rendezvous.begin() + index);
  if (site->perform) {
    site->perform(warp, *site, members);
  }
  for (uint32_t rest = members & ~self; rest; rest &= rest - 1) {
    wake(*warp.threads[countr_zero(rest)]);
  }
}

std::string tandem::nvidia::ptx::describeRendezvous(const Thread &thread) {
  for (const Rendezvous &meeting : thread.warp->rendezvous) {
    if (meeting.arrived >> thread.visible.lane & 1) {
      return "for lanes " + lanes(meeting.members & ~meeting.arrived) +
             " of its warp";
    }
  }
  return "for its warp";
}

//===----------------------------------------------------------------------===//
// Blocks
//===----------------------------------------------------------------------===//

static Barrier &join(Thread &thread, const Site &site, uint32_t number,
                     uint32_t count) {
  Block &block = *thread.block;
  if (number >= std::size(block.barriers)) {
    fail(thread, site, "barrier is " + Twine(number) + ", expected 0 to 15");
  }
  uint32_t threads = block.threads.size();
  if (count == 0) {
    count = threads;
  } else if (count % warpLanes != 0 || count > alignTo(threads, warpLanes)) {
    fail(thread, site,
         "barrier " + Twine(number) + " is for " + Twine(count) +
             " threads, expected a multiple of 32 up to the block's " +
             Twine(threads));
  }
  count = std::min(count, threads); // the last warp need not be full
  Barrier &barrier = block.barriers[number];
  if (barrier.arrived == 0) {
    barrier.expected = count;
    barrier.votes = 0;
  } else if (barrier.expected != count) {
    fail(thread, site,
         "barrier " + Twine(number) + " is for " + Twine(count) +
             " threads here and for " + Twine(barrier.expected) +
             " where others wait");
  }
  ++barrier.arrived;
  return barrier;
}

/// Lets everybody go on if nobody is missing.
static bool completeBarrier(Barrier &barrier) {
  if (barrier.arrived < barrier.expected) {
    return false;
  }
  barrier.lastVotes = barrier.votes;
  barrier.lastCount = barrier.expected;
  barrier.arrived = 0;
  for (Thread *waiting : barrier.waiting) {
    wake(*waiting);
  }
  barrier.waiting.clear();
  return true;
}

void tandem::nvidia::ptx::syncBarrier(Thread *thread, Site *site,
                                      uint32_t number, uint32_t count) {
  Barrier &barrier = join(*thread, *site, number, count);
  if (!completeBarrier(barrier)) {
    barrier.waiting.push_back(thread);
    suspend(*thread, Wait{Wait::barrier, site, number});
  }
}

void tandem::nvidia::ptx::arriveAtBarrier(Thread *thread, Site *site,
                                          uint32_t number, uint32_t count) {
  completeBarrier(join(*thread, *site, number, count));
}

uint32_t tandem::nvidia::ptx::voteAtBarrier(Thread *thread, Site *site,
                                            uint32_t number, uint32_t count,
                                            bool vote) {
  Barrier &barrier = join(*thread, *site, number, count);
  barrier.votes += vote;
  if (!completeBarrier(barrier)) {
    barrier.waiting.push_back(thread);
    suspend(*thread, Wait{Wait::barrier, site, number});
  }
  // Nobody can complete the next round before this thread has come again.
  return barrier.lastVotes;
}

std::string tandem::nvidia::ptx::describeBarrier(const Thread &thread) {
  const Barrier &barrier = thread.block->barriers[thread.wait.number];
  return ("at barrier " + Twine(thread.wait.number) + ", to which " +
          Twine(barrier.arrived) + " of " + Twine(barrier.expected) +
          " threads came")
      .str();
}

//===----------------------------------------------------------------------===//
// mbarrier objects
//===----------------------------------------------------------------------===//

static std::string name(uint64_t address) {
  return "mbarrier at shared offset " + utostr(address - sharedOrigin);
}

static MemoryBarrier &findBarrier(Thread &thread, const Site &site,
                                  uint64_t address) {
  sharedMemory(thread, site, address, 8, 8);
  auto found = thread.block->memoryBarriers.find(address);
  if (found == thread.block->memoryBarriers.end()) {
    fail(thread, site, name(address) + " is used before mbarrier.init");
  }
  return found->second;
}

static void completePhase(MemoryBarrier &barrier) {
  if (barrier.pending > 0 || barrier.pendingBytes != 0) {
    return;
  }
  ++barrier.phase;
  barrier.pending = barrier.expected;
  for (Thread *waiting : barrier.waiting) {
    wake(*waiting);
  }
  barrier.waiting.clear();
}

void tandem::nvidia::ptx::initMemoryBarrier(Thread *thread, Site *site,
                                            uint64_t address, uint32_t count) {
  sharedMemory(*thread, *site, address, 8, 8);
  if (count == 0 || count >= 1 << 20) {
    fail(*thread, *site,
         name(address) + " is for " + Twine(count) +
             " arrivals, expected 1 to 2^20 - 1");
  }
  if (!thread->block->memoryBarriers
           .try_emplace(address, MemoryBarrier{count, count, 0, 0, {}})
           .second) {
    fail(*thread, *site,
         name(address) + " is initialised again without mbarrier.inval");
  }
}

void tandem::nvidia::ptx::invalidateMemoryBarrier(Thread *thread, Site *site,
                                                  uint64_t address) {
  if (!findBarrier(*thread, *site, address).waiting.empty()) {
    fail(*thread, *site, name(address) + " is ended while threads wait at it");
  }
  thread->block->memoryBarriers.erase(address);
}

uint64_t tandem::nvidia::ptx::arriveAtMemoryBarrier(Thread *thread, Site *site,
                                                    uint64_t address,
                                                    uint32_t count,
                                                    uint32_t dropped) {
  MemoryBarrier &barrier = findBarrier(*thread, *site, address);
  uint64_t phase = barrier.phase;
  if (count > barrier.pending) {
    fail(*thread, *site,
         name(address) + " gets " + Twine(count) + " arrivals, of its " +
             Twine(barrier.expected) + " this phase lacks only " +
             Twine(barrier.pending));
  }
  barrier.expected -= std::min(dropped, barrier.expected);
  barrier.pending -= count;
  thread->launch->hasProgressed = true;
  completePhase(barrier);
  return phase;
}

void tandem::nvidia::ptx::expectBytes(Thread *thread, Site *site,
                                      uint64_t address, uint32_t bytes) {
  MemoryBarrier &barrier = findBarrier(*thread, *site, address);
  barrier.pendingBytes += bytes;
  if (barrier.pendingBytes >= 1 << 20) {
    fail(*thread, *site,
         name(address) + " expects " + Twine(barrier.pendingBytes) +
             " bytes, expected fewer than 2^20");
  }
}

void tandem::nvidia::ptx::completeBytes(Thread *thread, Site *site,
                                        uint64_t address, uint32_t bytes) {
  MemoryBarrier &barrier = findBarrier(*thread, *site, address);
  barrier.pendingBytes -= bytes;
  completePhase(barrier);
}

static bool waitFor(Thread &thread, Site &site, uint64_t address,
                    function_ref<bool(const MemoryBarrier &)> isOver) {
  MemoryBarrier &barrier = findBarrier(thread, site, address);
  if (isOver(barrier)) {
    return true;
  }
  barrier.waiting.push_back(&thread);
  suspend(thread, Wait{Wait::memoryBarrier, &site, address});
  // The barrier may be gone, if it is ended right after its phase.
  auto found = thread.block->memoryBarriers.find(address);
  return found == thread.block->memoryBarriers.end() || isOver(found->second);
}

bool tandem::nvidia::ptx::waitForParity(Thread *thread, Site *site,
                                        uint64_t address, uint32_t parity) {
  return waitFor(*thread, *site, address, [&](const MemoryBarrier &barrier) {
    return (barrier.phase & 1) != (parity & 1);
  });
}

bool tandem::nvidia::ptx::waitForPhase(Thread *thread, Site *site,
                                       uint64_t address, uint64_t phase) {
  return waitFor(*thread, *site, address, [&](const MemoryBarrier &barrier) {
    return barrier.phase != phase;
  });
}

bool tandem::nvidia::ptx::giveUpMemoryWaits(Block &block) {
  bool any = false;
  for (auto &[address, barrier] : block.memoryBarriers) {
    for (Thread *waiting : barrier.waiting) {
      wake(*waiting);
      any = true;
    }
    barrier.waiting.clear();
  }
  return any;
}

std::string tandem::nvidia::ptx::describeMemoryBarrier(const Thread &thread) {
  uint64_t address = thread.wait.number;
  auto found = thread.block->memoryBarriers.find(address);
  if (found == thread.block->memoryBarriers.end()) {
    return "at an mbarrier that was ended";
  }
  const MemoryBarrier &barrier = found->second;
  return ("at the " + name(address) + ", whose phase " + Twine(barrier.phase) +
          " lacks " + Twine(barrier.pending) + " of " +
          Twine(barrier.expected) + " arrivals and " +
          Twine(barrier.pendingBytes) + " bytes")
      .str();
}
