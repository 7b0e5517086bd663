//===- Access.cpp - check memory accesses -----------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Emulator/Execution.h"
#include "tandem/targets/Nvidia/Emulator/Helpers.h"

#include "llvm/ADT/StringExtras.h"

using namespace llvm;
using namespace tandem::nvidia::ptx;

static std::string hexadecimal(uint64_t value) {
  return "0x" + utohexstr(value, /*LowerCase=*/true);
}

static void checkAlignment(Thread &thread, const Site &site, uint64_t address,
                           uint64_t alignment) {
  if (address % alignment != 0) {
    fail(thread, site,
         "address " + hexadecimal(address) +
             " is misaligned, expected a "
             "multiple of " +
             Twine(alignment));
  }
}

char *tandem::nvidia::ptx::sharedMemory(Thread &thread, const Site &site,
                                        uint64_t address, uint64_t bytes,
                                        uint64_t alignment) {
  checkAlignment(thread, site, address, alignment);
  uint64_t offset = address - sharedOrigin;
  uint64_t available = thread.visible.sharedBytes;
  if (address < sharedOrigin || offset > available ||
      bytes > available - offset) {
    fail(thread, site,
         Twine(bytes) + " bytes at offset " +
             Twine(static_cast<int64_t>(offset)) +
             " are outside the block's shared memory of " + Twine(available) +
             " bytes");
  }
  return thread.visible.sharedBase + address;
}

static bool contains(const char *begin, uint64_t size, uint64_t address,
                     uint64_t bytes) {
  uint64_t offset = address - reinterpret_cast<uint64_t>(begin);
  return offset <= size && bytes <= size - offset;
}

/// The buffer of [address, +bytes) that every thread has, or null. Shared
/// memory counts as one.
static const Memory::Buffer *findBuffer(Thread &thread, uint64_t address,
                                        uint64_t bytes) {
  Launch &launch = *thread.launch;
  if (const Memory::Buffer *buffer = launch.memory->find(address, bytes)) {
    return buffer;
  }
  return launch.ownMemory->find(address, bytes);
}

/// What only this launch writes, and what none does, needs no wait.
static void checkHasWaited(Thread &thread, const Site &site,
                           const Memory::Buffer &buffer) {
  if (!thread.hasWaited && buffer.access != Access::readOnly &&
      thread.launch->memory->find(buffer.base, buffer.bytes)) {
    fail(thread, site,
         "touches buffer '" + buffer.name +
             "' before griddepcontrol.wait, and the launch before this "
             "programmatic one may still write it");
  }
}

void tandem::nvidia::ptx::waitForLaunch(Thread *thread, Site *) {
  thread->hasWaited = true;
}

void tandem::nvidia::ptx::checkWaitAtExit(Thread &thread) {
  if (!thread.hasWaited) {
    Site entry{thread.launch->kernel->line, ".entry"};
    fail(thread, entry,
         "ends without griddepcontrol.wait, and the launch is programmatic: "
         "the next one may start before the launch before has ended");
  }
}

/// The buffer, or null if it is the thread's local memory.
static const Memory::Buffer *resolve(Thread &thread, const Site &site,
                                     uint64_t address, uint64_t bytes,
                                     uint64_t alignment, bool isWritten) {
  checkAlignment(thread, site, address, alignment);
  const Memory::Buffer *buffer = findBuffer(thread, address, bytes);
  if (!buffer) {
    if (contains(thread.visible.localBegin, thread.visible.localBytes, address,
                 bytes)) {
      return nullptr;
    }
    fail(thread, site,
         Twine(bytes) + " bytes at address " + hexadecimal(address) +
             " are outside every buffer, " +
             thread.launch->memory->describe(address));
  }
  if (isWritten && buffer->access == Access::readOnly) {
    fail(thread, site,
         "writes to address " + hexadecimal(address) + " of buffer '" +
             buffer->name + "', which is read-only");
  }
  checkHasWaited(thread, site, *buffer);
  return buffer;
}

char *tandem::nvidia::ptx::genericMemory(Thread &thread, const Site &site,
                                         uint64_t address, uint64_t bytes,
                                         uint64_t alignment, bool isWritten) {
  resolve(thread, site, address, bytes, alignment, isWritten);
  return reinterpret_cast<char *>(address);
}

void tandem::nvidia::ptx::checkAccess(Thread *thread, Site *site,
                                      uint64_t address, uint32_t bytes) {
  const Memory::Buffer *buffer =
      resolve(*thread, *site, address, bytes, bytes, site->isStore);
  if (buffer) {
    site->cachedBase = buffer->base;
    site->cachedStarts = buffer->bytes - bytes + 1;
  }
}

void tandem::nvidia::ptx::checkShared(Thread *thread, Site *site,
                                      uint64_t address, uint32_t bytes) {
  sharedMemory(*thread, *site, address, bytes, bytes);
}

void tandem::nvidia::ptx::checkLocal(Thread *thread, Site *site,
                                     uint64_t address, uint32_t bytes) {
  checkAlignment(*thread, *site, address, bytes);
  if (!contains(thread->visible.localBegin, thread->visible.localBytes, address,
                bytes)) {
    fail(*thread, *site,
         Twine(bytes) + " bytes at address " + hexadecimal(address) +
             " are outside the thread's local memory of " +
             Twine(thread->visible.localBytes) + " bytes");
  }
}

void tandem::nvidia::ptx::spend(Thread *thread, Site *site) {
  Launch &launch = *thread->launch;
  if (launch.stepsLeft < stepsPerTurn) {
    fail(*thread, *site,
         "the launch takes more than " + Twine(launch.options.maxSteps) +
             " backward branches; an endless loop, or raise maxSteps");
  }
  launch.stepsLeft -= stepsPerTurn;
  thread->visible.steps = stepsPerTurn;
  yield(*thread);
}

void tandem::nvidia::ptx::trap(Thread *thread, Site *site) {
  fail(*thread, *site, "the program reports a fault");
}
