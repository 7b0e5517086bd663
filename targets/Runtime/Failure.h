//===- Failure.h - how the runtime reports errors ---------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The one exception type of the runtime. It crosses no library border: the C
// interface turns it into an error object, the bundle writer into llvm::Error.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_FAILURE_H
#define TANDEM_TARGETS_RUNTIME_FAILURE_H

#include <stdexcept>
#include <string>

namespace tandem::runtime {

/// Exit codes of every Tandem program.
enum class ExitCode : int {
  Success = 0,
  InternalError = 1,
  Usage = 2,              ///< the command line or the call is wrong
  InputRejected = 3,      ///< malformed or unsafe input
  Unsupported = 4,        ///< the model needs what Tandem lacks
  Infeasible = 5,         ///< does not fit the fleet
  VerificationFailed = 6, ///< digests, contract or golden vectors differ
  Environment = 7,        ///< this machine lacks what the bundle needs
  RuntimeFailure = 8,     ///< a part or a peer failed
  Interrupted = 130
};

/// An error with its exit code. Messages are lower case, name the file, field
/// or argument at fault, and say what to do where that is not obvious.
class Failure : public std::runtime_error {
public:
  Failure(ExitCode code, const std::string &message)
      : std::runtime_error(message), code(code) {}

  const ExitCode code;
};

/// What a peer computed arrived damaged: it may be asked for once more.
class DamagedTransfer : public Failure {
public:
  explicit DamagedTransfer(const std::string &message)
      : Failure(ExitCode::RuntimeFailure, message) {}
};

} // namespace tandem::runtime

#endif // TANDEM_TARGETS_RUNTIME_FAILURE_H
