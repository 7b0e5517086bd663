//===- Execution.cpp - run the threads of a launch --------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A warp runs until none of its lanes can, then the next one does: warps drift
// as far apart as the barriers let them, which shows missing ones. `late` takes
// blocks, warps and lanes in the opposite order.
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Emulator/Execution.h"

#include "tandem/targets/Nvidia/Emulator/Helpers.h"

#include "llvm/ADT/StringExtras.h"

using namespace llvm;
using namespace tandem::nvidia::ptx;

static std::string point(const uint32_t (&at)[3]) {
  return ("(" + Twine(at[0]) + "," + Twine(at[1]) + "," + Twine(at[2]) + ")")
      .str();
}

static std::string place(const Site &site) {
  return ("PTX line " + Twine(site.line) + " ('" + site.opcode + "')").str();
}

static void leaveForScheduler(Thread &thread) {
  switchFibre(&thread.stack, thread.launch->schedulerStack);
}

/// Apart, so that its strings are gone before the fibre is left.
static void record(Thread &thread, const Site &site, const Twine &message) {
  Launch &launch = *thread.launch;
  launch.hasFailed = true;
  launch.error = ("kernel '" + launch.kernel->name + "', " + place(site) +
                  ", block " + point(thread.visible.ctaid) + ", thread " +
                  point(thread.visible.tid) + ": " + message)
                     .str();
}

void tandem::nvidia::ptx::fail(Thread &thread, const Site &site,
                               const Twine &message) {
  record(thread, site, message);
  while (true) { // the scheduler does not come back
    leaveForScheduler(thread);
  }
}

/// The lane that runs next, or null if none can.
static Thread *nextReady(Warp &warp) {
  if (warp.ready == 0) {
    return nullptr;
  }
  bool isLate = warp.block->launch->isLate();
  unsigned lane = isLate ? warpLanes - 1 - countl_zero(warp.ready)
                         : countr_zero(warp.ready);
  return warp.threads[lane];
}

/// Goes on with another lane of the warp, or with the scheduler.
static void switchAway(Thread &thread) {
  Thread *next = nextReady(*thread.warp);
  if (!next) {
    leaveForScheduler(thread);
  } else if (next != &thread) {
    switchFibre(&thread.stack, next->stack);
  }
}

void tandem::nvidia::ptx::suspend(Thread &thread, const Wait &wait) {
  // Field by field: `wait` was just written so, and a wider load of it would
  // wait for the writes.
  thread.wait.kind = wait.kind;
  thread.wait.site = wait.site;
  thread.wait.number = wait.number;
  thread.warp->ready &= ~(1u << thread.visible.lane);
  switchAway(thread);
}

void tandem::nvidia::ptx::wake(Thread &thread) {
  thread.wait = Wait();
  thread.warp->ready |= 1u << thread.visible.lane;
  thread.launch->hasProgressed = true;
}

void tandem::nvidia::ptx::yield(Thread &thread) {
  thread.warp->ready &= ~(1u << thread.visible.lane);
  thread.warp->yielded |= 1u << thread.visible.lane;
  switchAway(thread);
}

/// The body of every fibre.
static void runThread(void *argument) {
  Thread &thread = *static_cast<Thread *>(argument);
  thread.launch->code(&thread.visible);
  checkCopiesAtExit(thread);
  checkWaitAtExit(thread);
  thread.isDone = true;
  --thread.block->liveThreads;
  thread.launch->hasProgressed = true;
  suspend(thread, Wait());
}

static std::string describeWait(const Thread &thread) {
  switch (thread.wait.kind) {
  case Wait::rendezvous:
    return describeRendezvous(thread);
  case Wait::barrier:
    return describeBarrier(thread);
  case Wait::memoryBarrier:
    return describeMemoryBarrier(thread);
  case Wait::nothing:
    break;
  }
  return "";
}

/// Names who waits where: threads that wait in the same way are one entry.
static void reportDeadlock(Block &block) {
  Launch &launch = *block.launch;
  struct Group {
    std::string text;
    const Thread *first;
    unsigned count;
  };
  std::vector<Group> groups;
  for (const Thread &thread : block.threads) {
    if (thread.isDone) {
      continue;
    }
    std::string text = place(*thread.wait.site) + " " + describeWait(thread);
    auto same = find_if(groups, [&](Group &g) { return g.text == text; });
    if (same != groups.end()) {
      ++same->count;
    } else {
      groups.push_back(Group{std::move(text), &thread, 1});
    }
  }
  std::string message = "kernel '" + launch.kernel->name + "', block " +
                        point(block.index) +
                        ": deadlock: every thread that is left waits";
  for (const Group &group : groups) {
    message += "; thread " + point(group.first->visible.tid);
    if (group.count > 1) {
      message += " and " + utostr(group.count - 1) + " more";
    }
    message += " in " + group.text;
  }
  if (size_t done = block.threads.size() - block.liveThreads) {
    message += "; " + utostr(done) + " threads have ended";
  }
  launch.hasFailed = true;
  launch.error = std::move(message);
}

/// Runs every lane that can; false if there was none.
static bool runWarp(Warp &warp) {
  Launch &launch = *warp.block->launch;
  warp.ready |= warp.yielded;
  warp.yielded = 0;
  bool hasRun = false;
  while (Thread *thread = nextReady(warp)) {
    hasRun = true;
    switchFibre(&launch.schedulerStack, thread->stack);
    if (launch.hasFailed) {
      break;
    }
  }
  return hasRun;
}

namespace {
/// Work of a block that no thread does.
struct Aside {
  Block &block;
  bool (*body)(Block &);
  bool result = false;
};
} // namespace

static void runAsideBody(void *argument) {
  Aside &aside = *static_cast<Aside *>(argument);
  aside.result = aside.body(aside.block);
  void *unused;
  switchFibre(&unused, aside.block.launch->schedulerStack);
}

/// Runs `body` on the stack behind the threads': it may `fail`.
static bool runAside(Block &block, bool (*body)(Block &)) {
  Launch &launch = *block.launch;
  Aside aside{block, body};
  void *stack =
      launch.stacks->prepare(block.threads.size(), runAsideBody, &aside);
  switchFibre(&launch.schedulerStack, stack);
  return aside.result;
}

static void runBlock(Block &block) {
  Launch &launch = *block.launch;
  while (block.liveThreads > 0 && !launch.hasFailed) {
    bool hasRun = false;
    size_t count = block.warps.size();
    for (size_t i = 0; i < count && !launch.hasFailed; ++i) {
      hasRun |= runWarp(block.warps[launch.isLate() ? count - 1 - i : i]);
    }
    if (hasRun || launch.hasFailed) {
      continue;
    }
    // Nobody can go on: now asynchronous work must take effect, and then waits
    // that may give up do. If that leads nowhere, nothing will.
    if (runAside(block, performNextBulkLoad) || launch.hasFailed) {
      continue;
    }
    if (!launch.hasProgressed || !giveUpMemoryWaits(block)) {
      reportDeadlock(block);
    }
    launch.hasProgressed = false;
  }
  if (!launch.hasFailed) {
    runAside(block, checkCopiesAtEnd);
  }
}

static void setUpThread(Thread &thread, Block &block, unsigned number,
                        MutableArrayRef<char> shared,
                        MutableArrayRef<char> local, const char *parameters,
                        const uint64_t *sharedAddresses) {
  Launch &launch = *block.launch;
  const Dimensions &extent = launch.shape.block;
  const Dimensions &grid = launch.shape.grid;
  thread.launch = &launch;
  thread.hasWaited = !launch.shape.isProgrammatic;
  thread.block = &block;
  thread.warp = &block.warps[number / warpLanes];
  ThreadRegisters &visible = thread.visible;
  visible.tid[0] = number % extent.x;
  visible.tid[1] = number / extent.x % extent.y;
  visible.tid[2] = number / extent.x / extent.y;
  copy(block.index, visible.ctaid);
  copy(ArrayRef<uint32_t>{extent.x, extent.y, extent.z}, visible.ntid);
  copy(ArrayRef<uint32_t>{grid.x, grid.y, grid.z}, visible.nctaid);
  visible.lane = number % warpLanes;
  visible.warp = number / warpLanes;
  visible.sharedBase = shared.data() - sharedOrigin;
  visible.sharedBytes = shared.size();
  visible.localBytes = local.size() / launch.shape.block.count();
  visible.localBegin = local.data() + number * visible.localBytes;
  visible.local = visible.localBegin;
  visible.parameters = parameters;
  visible.sharedAddresses = sharedAddresses;
  visible.steps = stepsPerTurn;
  visible.registers = nullptr;
  thread.stack = launch.stacks->prepare(number, runThread, &thread);
  thread.warp->block = &block;
  thread.warp->threads[visible.lane] = &thread;
  thread.warp->existing |= 1u << visible.lane;
  thread.warp->ready |= 1u << visible.lane;
}

void tandem::nvidia::ptx::runBlocks(Launch &launch,
                                    MutableArrayRef<char> shared,
                                    MutableArrayRef<char> local,
                                    const char *parameters,
                                    const uint64_t *sharedAddresses) {
  const Dimensions &grid = launch.shape.grid;
  unsigned count = launch.shape.block.count();
  for (uint64_t i = 0; i < grid.count() && !launch.hasFailed; ++i) {
    fill(shared, '\xff'); // NaN as a float of any width
    Block block;
    block.launch = &launch;
    uint64_t number = launch.isLate() ? grid.count() - 1 - i : i;
    block.index[0] = number % grid.x;
    block.index[1] = number / grid.x % grid.y;
    block.index[2] = number / grid.x / grid.y;
    block.liveThreads = count;
    block.threads = std::vector<Thread>(count);
    block.warps = std::vector<Warp>(divideCeil(count, warpLanes));
    for (unsigned number = 0; number < count; ++number) {
      setUpThread(block.threads[number], block, number, shared, local,
                  parameters, sharedAddresses);
    }
    launch.hasProgressed = true;
    runBlock(block);
  }
}
