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

// The System V ABI's callee-saved registers; `begin` is where a new fibre
// starts.
asm(R"(
  .text
  .globl tandem_nvidia_switch_fibre
  .hidden tandem_nvidia_switch_fibre
  .type tandem_nvidia_switch_fibre, @function
tandem_nvidia_switch_fibre:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  retq
  .size tandem_nvidia_switch_fibre, . - tandem_nvidia_switch_fibre

  .globl tandem_nvidia_begin_fibre
  .hidden tandem_nvidia_begin_fibre
  .type tandem_nvidia_begin_fibre, @function
tandem_nvidia_begin_fibre:
  movq %r13, %rdi
  callq *%r12
  ud2
  .size tandem_nvidia_begin_fibre, . - tandem_nvidia_begin_fibre
)");

extern "C" void tandem_nvidia_begin_fibre();

static constexpr size_t pageBytes = 4096;

FibreStacks::~FibreStacks() { release(); }

void FibreStacks::release() {
  if (memory) {
    munmap(memory, stackCount * stackBytes);
  }
  memory = nullptr;
  stackCount = stackBytes = 0;
}

llvm::Error FibreStacks::reserve(size_t count, size_t bytes) {
  bytes = llvm::alignTo(bytes, pageBytes) + pageBytes;
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
  auto *top = reinterpret_cast<uint64_t *>(memory + (index + 1) * stackBytes);
  // Popped in this order: r15, r14, r13, r12, rbx, rbp, then the return
  // address. `begin` runs with the stack pointer at a multiple of 16, as before
  // a call.
  uint64_t *stack = top - 9;
  stack[0] = stack[1] = stack[4] = stack[5] = 0;
  stack[2] = reinterpret_cast<uint64_t>(argument);
  stack[3] = reinterpret_cast<uint64_t>(entry);
  stack[6] = reinterpret_cast<uint64_t>(&tandem_nvidia_begin_fibre);
  stack[7] = 0;
  return stack;
}
