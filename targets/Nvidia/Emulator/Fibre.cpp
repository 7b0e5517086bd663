//===- Fibre.cpp - stacks to switch between ---------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A switch of our own: ucontext enters the kernel to save the signal mask,
// which a warp-wide instruction would pay 64 times.
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Emulator/Fibre.h"

#include "llvm/Support/MathExtras.h"

#include <cerrno>
#include <cstdint>
#include <sys/mman.h>
#include <system_error>

using namespace tandem::nvidia::ptx;

#ifndef __x86_64__
#error "the emulator switches fibres on x86-64 only"
#endif

// Where a new fibre starts.
asm(R"(
  .text
  .globl tandem_nvidia_begin_fibre
  .hidden tandem_nvidia_begin_fibre
  .type tandem_nvidia_begin_fibre, @function
tandem_nvidia_begin_fibre:
  popq %rdi
  popq %rax
  callq *%rax
  ud2
  .size tandem_nvidia_begin_fibre, . - tandem_nvidia_begin_fibre
)");

extern "C" void tandem_nvidia_begin_fibre();

static constexpr size_t pageBytes = 4096;

// Stacks begin at different places of a page: tops that are pages apart share
// the lines of a cache, and the lanes of a warp would evict each other's at
// each warp-wide instruction.
static constexpr size_t staggerSteps = 32, staggerBytes = 320;

FibreStacks::~FibreStacks() { release(); }

void FibreStacks::release() {
  if (memory) {
    munmap(memory, stackCount * stackBytes);
  }
  memory = nullptr;
  stackCount = stackBytes = 0;
}

llvm::Error FibreStacks::reserve(size_t count, size_t bytes) {
  bytes =
      llvm::alignTo(bytes + staggerSteps * staggerBytes, pageBytes) + pageBytes;
  if (count <= stackCount && bytes <= stackBytes) {
    return llvm::Error::success();
  }
  release();
  void *result = mmap(nullptr, count * bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (result == MAP_FAILED) {
    return llvm::createStringError(
        std::error_code(errno, std::generic_category()),
        "no memory for the stacks of %zu threads", count);
  }
  memory = static_cast<char *>(result);
  stackCount = count;
  stackBytes = bytes;
  for (size_t i = 0; i < count; ++i) {
    mprotect(memory + i * bytes, pageBytes, PROT_NONE);
  }
  return llvm::Error::success();
}

void *FibreStacks::prepare(size_t index, void (*entry)(void *),
                           void *argument) {
  auto *top = reinterpret_cast<uint64_t *>(memory + (index + 1) * stackBytes -
                                           index % staggerSteps * staggerBytes);
  // Popped in this order; the call finds the stack pointer at a multiple of 16.
  uint64_t *stack = top - 5;
  stack[0] = reinterpret_cast<uint64_t>(&tandem_nvidia_begin_fibre);
  stack[1] = reinterpret_cast<uint64_t>(argument);
  stack[2] = reinterpret_cast<uint64_t>(entry);
  return stack;
}
