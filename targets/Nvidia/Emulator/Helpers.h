//===- Helpers.h - what translated code calls -------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Plain functions whose addresses the translator puts into the code: the
// running thread and the instruction come first. Addresses of shared memory are
// offsets from sharedOrigin (Execution.h), others are host addresses.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_NVIDIA_EMULATOR_HELPERS_H
#define TANDEM_TARGETS_NVIDIA_EMULATOR_HELPERS_H

#include <cstdint>
#include <string>

namespace tandem::nvidia::ptx {

struct Block;
struct Site;
struct Thread;

//===----------------------------------------------------------------------===//
// Access.cpp
//===----------------------------------------------------------------------===//

/// Fails unless [address, +bytes) may be accessed; remembers the buffer in
/// `site`, which the code looks at first.
void checkAccess(Thread *, Site *, uint64_t address, uint32_t bytes);
void checkShared(Thread *, Site *, uint64_t address, uint32_t bytes);
void checkLocal(Thread *, Site *, uint64_t address, uint32_t bytes);

/// Takes `stepsPerTurn` from the launch's bound and lets other threads run.
void spend(Thread *, Site *);

/// `griddepcontrol.wait`: until the launch before has ended.
void waitForLaunch(Thread *, Site *);
/// Fails if a thread has ended without it: the next launch would take the end
/// of this one for that of the launch before.
void checkWaitAtExit(Thread &thread);

/// `trap`.
void trap(Thread *, Site *);

//===----------------------------------------------------------------------===//
// Barriers.cpp
//===----------------------------------------------------------------------===//

/// Waits for the lanes of `members` at this instruction; who comes last does
/// what `site` says for all.
void meet(Thread *, Site *, uint32_t members);

/// `bar.sync number, count`, `bar.arrive`, `bar.red`: a count of 0 is the
/// block. The last returns how many threads voted true.
void syncBarrier(Thread *, Site *, uint32_t number, uint32_t count);
void arriveAtBarrier(Thread *, Site *, uint32_t number, uint32_t count);
uint32_t voteAtBarrier(Thread *, Site *, uint32_t number, uint32_t count,
                       bool vote);

/// The mbarrier at a shared address; an arrival returns the phase it was in.
void initMemoryBarrier(Thread *, Site *, uint64_t address, uint32_t count);
void invalidateMemoryBarrier(Thread *, Site *, uint64_t address);
uint64_t arriveAtMemoryBarrier(Thread *, Site *, uint64_t address,
                               uint32_t count, uint32_t dropped);
void expectBytes(Thread *, Site *, uint64_t address, uint32_t bytes);
void completeBytes(Thread *, Site *, uint64_t address, uint32_t bytes);

/// Whether the phase is over. Waits for it; false when otherwise every thread
/// would wait.
bool waitForParity(Thread *, Site *, uint64_t address, uint32_t parity);
bool waitForPhase(Thread *, Site *, uint64_t address, uint64_t phase);

/// Lets waits at mbarriers return false; whether there were any.
bool giveUpMemoryWaits(Block &block);

/// What a thread waits for, in words.
std::string describeRendezvous(const Thread &thread);
std::string describeBarrier(const Thread &thread);
std::string describeMemoryBarrier(const Thread &thread);

//===----------------------------------------------------------------------===//
// AsyncCopy.cpp
//===----------------------------------------------------------------------===//

/// `cp.async` of `bytes`, of which `validBytes` are read. Performed at once
/// (eager) or by waitCopies (late).
void copyAsync(Thread *, Site *, uint64_t shared, uint64_t global,
               uint32_t bytes, uint32_t validBytes);
void commitCopies(Thread *, Site *);
/// Until at most `groups` of the thread's groups are under way.
void waitCopies(Thread *, Site *, uint32_t groups);
/// Arrives at an mbarrier once the thread's copies so far are performed;
/// `countsExtra` says that the arrival is not one of those it expects.
void arriveAfterCopies(Thread *, Site *, uint64_t barrier, bool countsExtra);

/// `cp.async.bulk`: into shared memory with the bytes counted by an mbarrier,
/// or out of it in a group of the thread's.
void loadBulk(Thread *, Site *, uint64_t shared, uint64_t global,
              uint32_t bytes, uint64_t barrier);
void storeBulk(Thread *, Site *, uint64_t global, uint64_t shared,
               uint32_t bytes);
/// The same by a tensor map (generic address) at `rank` coordinates.
void loadTensor(Thread *, Site *, uint64_t shared, uint64_t map,
                uint64_t barrier, uint32_t rank, const int32_t *coordinates);
void storeTensor(Thread *, Site *, uint64_t map, uint64_t shared, uint32_t rank,
                 const int32_t *coordinates);
void commitBulkStores(Thread *, Site *);
void waitBulkStores(Thread *, Site *, uint32_t groups);

/// Performs the oldest bulk load that is under way; false if there is none.
bool performNextBulkLoad(Block &block);

/// Fails if copies are still under way at the end of a thread or a block.
void checkCopiesAtExit(Thread &thread);
bool checkCopiesAtEnd(Block &block);

} // namespace tandem::nvidia::ptx

#endif // TANDEM_TARGETS_NVIDIA_EMULATOR_HELPERS_H
