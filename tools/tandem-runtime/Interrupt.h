//===- Interrupt.h - Ctrl-C as a flag ---------------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The first SIGINT asks the generation to end between two steps, the second one
// ends the program as it always did.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TOOLS_TANDEM_RUNTIME_INTERRUPT_H
#define TANDEM_TOOLS_TANDEM_RUNTIME_INTERRUPT_H

#include <csignal>
#include <cstdint>

namespace tandem::cli {

/// Set to 1 by SIGINT or SIGTERM.
inline volatile int32_t interrupted = 0;

/// Starts to watch for SIGINT and SIGTERM.
inline void watchInterrupts() {
  struct sigaction action = {};
  action.sa_handler = [](int) { interrupted = 1; };
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

} // namespace tandem::cli

#endif // TANDEM_TOOLS_TANDEM_RUNTIME_INTERRUPT_H
