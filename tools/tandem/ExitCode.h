//===- ExitCode.h - how tandem ends -----------------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TOOLS_TANDEM_EXITCODE_H
#define TANDEM_TOOLS_TANDEM_EXITCODE_H

namespace tandem {

/// Exit codes by kind of failure, the same for every verb.
enum ExitCode : int {
  exitOk = 0,
  exitInternalError = 1,
  exitUsage = 2,
  exitInputRejected = 3,
  exitUnsupported = 4,
  exitInfeasible = 5,
  exitVerificationFailed = 6,
  exitEnvironment = 7,
  exitRuntimeFailure = 8
};

} // namespace tandem

#endif // TANDEM_TOOLS_TANDEM_EXITCODE_H
