//===- Fibre.h - stacks to switch between -----------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_NVIDIA_EMULATOR_FIBRE_H
#define TANDEM_TARGETS_NVIDIA_EMULATOR_FIBRE_H

#include "llvm/Support/Error.h"

#include <cstddef>

namespace tandem::nvidia::ptx {

/// Saves the running fibre's callee-saved registers and its stack pointer in
/// `*from` and goes on where `to` was saved. Floating-point modes stay. In line
/// and left by a jump: a CPU predicts returns by the calls it saw last, which
/// are those of a lane that ran the same code, as long as a switch adds none.
[[gnu::always_inline]] inline void switchFibre(void **from, void *to) {
  // The code around may use 128 bytes below the stack pointer.
  asm volatile("subq $128, %%rsp\n\t"
               "pushq %%rbp\n\t"
               "leaq 1f(%%rip), %%rax\n\t"
               "pushq %%rax\n\t"
               "movq %%rsp, (%%rdi)\n\t"
               "movq %%rsi, %%rsp\n\t"
               "popq %%rax\n\t"
               "jmpq *%%rax\n"
               "1:\n\t"
               "popq %%rbp\n\t"
               "addq $128, %%rsp"
               : "+D"(from), "+S"(to)
               :
               : "rax", "rbx", "rcx", "rdx", "r8", "r9", "r10", "r11", "r12",
                 "r13", "r14", "r15", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4",
                 "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11",
                 "xmm12", "xmm13", "xmm14", "xmm15", "cc", "memory");
}

/// Stacks of equal size, each above a page that must not be touched; memory is
/// taken when it is used.
class FibreStacks {
public:
  FibreStacks() = default;
  FibreStacks(const FibreStacks &) = delete;
  FibreStacks &operator=(const FibreStacks &) = delete;
  ~FibreStacks();

  /// Makes room for `count` stacks of at least `bytes`; keeps what suffices.
  llvm::Error reserve(size_t count, size_t bytes);

  /// A saved stack pointer that, switched to, calls `entry(argument)` on stack
  /// `index`; `entry` must not return.
  void *prepare(size_t index, void (*entry)(void *), void *argument);

private:
  void release();

  char *memory = nullptr;
  size_t stackCount = 0, stackBytes = 0;
};

} // namespace tandem::nvidia::ptx

#endif // TANDEM_TARGETS_NVIDIA_EMULATOR_FIBRE_H
