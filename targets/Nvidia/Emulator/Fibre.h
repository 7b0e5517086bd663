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
/// `*from` and goes on where `to` was saved. Floating-point modes stay.
extern "C" void tandem_nvidia_switch_fibre(void **from, void *to);

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
