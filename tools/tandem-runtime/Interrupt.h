//===- Interrupt.h - Ctrl-C as a flag ---------------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Until a generation starts there is nothing to put in order, and SIGINT ends
// the program with its exit code. Then the first SIGINT asks the generation to
// end between two steps, and the second one ends the program as it always did.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TOOLS_TANDEM_RUNTIME_INTERRUPT_H
#define TANDEM_TOOLS_TANDEM_RUNTIME_INTERRUPT_H

#include <csignal>
#include <cstdint>
#include <unistd.h>

#include "tandem/targets/Runtime/Failure.h"

namespace tandem::cli {

/// Set to 1 by SIGINT or SIGTERM.
inline volatile int32_t interrupted = 0;

/// Makes SIGINT and SIGTERM end the program with code 130, files being read or
/// not. What runs here is safe in a signal handler.
inline void exitOnInterrupts() {
  struct sigaction action = {};
  action.sa_handler = [](int) {
    constexpr char message[] = "error: interrupted\n";
    [[maybe_unused]] ssize_t written =
        write(STDERR_FILENO, message, sizeof(message) - 1);
    _exit(static_cast<int>(runtime::ExitCode::Interrupted));
  };
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

/// Sets the flag at the first signal. What is being written then is written on,
/// or it would be lost: nobody asks stdio to try again.
inline struct sigaction flagInterrupts() {
  struct sigaction action = {};
  action.sa_handler = [](int) { interrupted = 1; };
  action.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);
  return action;
}

/// Starts to watch for SIGINT and SIGTERM.
inline void watchInterrupts() {
  struct sigaction action = flagInterrupts();
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

/// Makes SIGINT end an answer alone, until exitOnInterrupts is called again;
/// the second one ends the program.
inline void watchAnswer() {
  interrupted = 0;
  struct sigaction action = flagInterrupts();
  sigaction(SIGINT, &action, nullptr);
}

} // namespace tandem::cli

#endif // TANDEM_TOOLS_TANDEM_RUNTIME_INTERRUPT_H
