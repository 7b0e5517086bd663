//===- Execution.h - a running launch ---------------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The state that translated code and its helpers (Helpers.h) share: a launch
// has one block at a time, a block warps, a warp lanes, each a fibre. A helper
// that finds a fault calls `fail`, which leaves the fibre for good; what its
// stack owns is never freed, which only a launch that ends with an error pays.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_NVIDIA_EMULATOR_EXECUTION_H
#define TANDEM_TARGETS_NVIDIA_EMULATOR_EXECUTION_H

#include "tandem/targets/Nvidia/Emulator/AsyncCopy.h"
#include "tandem/targets/Nvidia/Emulator/Barriers.h"
#include "tandem/targets/Nvidia/Emulator/Emulator.h"
#include "tandem/targets/Nvidia/Emulator/Fibre.h"
#include "tandem/targets/Nvidia/Emulator/Site.h"
#include "tandem/targets/Nvidia/Emulator/WarpMatrix.h"

#include <bit>
#include <deque>

namespace tandem::nvidia::ptx {

struct Block;
struct Launch;
struct Warp;

/// The first address of shared memory: 0 is none, and dynamic memory that asks
/// for 1024-byte alignment (swizzled tiles) gets it.
inline constexpr uint64_t sharedOrigin = 1024;

inline constexpr unsigned warpLanes = 32;

/// Words that a lane gives to a warp-wide instruction, or gets.
inline constexpr unsigned exchangeWords = 16;

/// What translated code reads and writes of its thread.
struct ThreadRegisters {
  uint32_t tid[3], ctaid[3], ntid[3], nctaid[3];
  uint32_t lane, warp;
  char *sharedBase;     ///< host address of shared address 0
  uint64_t sharedBytes; ///< behind sharedOrigin
  char *local;          ///< the free part of the thread's local memory
  char *localBegin;     ///< all of it
  uint64_t localBytes;
  const char *parameters;
  const uint64_t *sharedAddresses; ///< of the kernel's shared variables
  uint64_t steps;                  ///< backward branches before `spend`
  uint32_t exchange[exchangeWords];
  uint32_t **registers;       ///< what an asynchronous matrix product names
  const struct WarpStep *run; ///< of a warp run (WarpRun.cpp)
  char *runFrame;             ///< the registers that it uses
};

/// A piece of a warp run: what each lane does, then a warp-wide instruction;
/// none ends the run.
struct WarpStep {
  void (*code)(ThreadRegisters *, char *frame);
  const Site *then;
};

/// A GPU thread.
struct Thread {
  ThreadRegisters visible; // first: translated code has its address
  Launch *launch;
  Block *block;
  Warp *warp;
  void *stack; ///< saved, while it does not run
  bool isDone = false;
  bool hasWaited = false; ///< for the launch before
  Wait wait;              ///< what it waits for, while it cannot run
  std::vector<AsyncCopy> openCopies;
  std::vector<std::vector<AsyncCopy>> copyGroups; ///< the oldest first
  std::vector<BulkCopy> openBulkStores;
  std::vector<std::vector<BulkCopy>> bulkStoreGroups;
};

/// Lanes that wait at one warp-wide instruction.
struct Rendezvous {
  const Site *site;
  uint32_t members; ///< lanes that must come
  uint32_t arrived;
};

/// 32 threads, the last warp of a block perhaps fewer.
struct Warp {
  Block *block;
  Thread *threads[warpLanes] = {};
  uint32_t existing = 0; ///< lanes, as bits
  uint32_t ready = 0;    ///< lanes that can run
  uint32_t yielded = 0;  ///< ready, but others come first
  std::vector<Rendezvous> rendezvous;
  AsyncProducts products;
};

/// A thread block.
struct Block {
  Launch *launch;
  uint32_t index[3];
  std::vector<Thread> threads;
  std::vector<Warp> warps;
  unsigned liveThreads = 0;
  Barrier barriers[16];
  std::map<uint64_t, MemoryBarrier> memoryBarriers; ///< by shared address
  std::deque<BulkCopy> bulkLoads; ///< issued and not performed (late)
};

/// One launch.
struct Launch {
  const Kernel *kernel;
  void (*code)(ThreadRegisters *);
  LaunchShape shape;
  LaunchOptions options;
  const Memory *memory;
  const Memory *ownMemory; ///< the module's variables and the parameters
  std::string error;
  bool hasFailed = false;
  uint64_t stepsLeft;
  /// Something happened since every thread was last found waiting.
  bool hasProgressed = false;
  void *schedulerStack = nullptr;
  FibreStacks *stacks;

  bool isLate() const { return options.asynchrony == Asynchrony::late; }
};

/// Backward branches between two calls of `spend`.
inline constexpr uint64_t stepsPerTurn = 1 << 14;

/// Ends the launch with `message`, which `thread` is to blame for at `site`.
[[noreturn]] void fail(Thread &thread, const Site &site,
                       const llvm::Twine &message);

/// Leaves the running thread until `wake`; `wait` says why.
void suspend(Thread &thread, const Wait &wait);

/// Lets a suspended thread run again.
void wake(Thread &thread);

/// Lets other threads run first.
void yield(Thread &thread);

/// Runs every block of the launch. Errors are in `launch`.
void runBlocks(Launch &launch, llvm::MutableArrayRef<char> shared,
               llvm::MutableArrayRef<char> local, const char *parameters,
               const uint64_t *sharedAddresses);

/// The host memory of `bytes` at a shared address that `thread` uses; fails
/// outside the block's memory or if it is not a multiple of `alignment`.
char *sharedMemory(Thread &thread, const Site &site, uint64_t address,
                   uint64_t bytes, uint64_t alignment);

/// The same for an address of any space; may be written if `isWritten`.
char *genericMemory(Thread &thread, const Site &site, uint64_t address,
                    uint64_t bytes, uint64_t alignment, bool isWritten);

} // namespace tandem::nvidia::ptx

#endif // TANDEM_TARGETS_NVIDIA_EMULATOR_EXECUTION_H
