//===- BundleError.h - an error with an exit code ---------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// llvm::Error of the bundle writer; tools turn it into their exit code.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_BUNDLE_BUNDLEERROR_H
#define TANDEM_TARGETS_BUNDLE_BUNDLEERROR_H

#include <string>

#include "llvm/Support/Error.h"

#include "tandem/targets/Runtime/Failure.h"

namespace tandem::bundle {

/// Why a bundle could not be written.
class BundleError : public llvm::ErrorInfo<BundleError> {
public:
  static char ID;

  BundleError(runtime::ExitCode code, std::string message)
      : code(code), text(std::move(message)) {}

  runtime::ExitCode exitCode() const { return code; }
  void log(llvm::raw_ostream &out) const override { out << text; }
  std::error_code convertToErrorCode() const override {
    return llvm::inconvertibleErrorCode();
  }

private:
  runtime::ExitCode code;
  std::string text;
};

/// A BundleError as llvm::Error.
llvm::Error makeError(runtime::ExitCode code, const llvm::Twine &message);

/// The same for a failed system call: `action` names it and the file.
llvm::Error makeSystemError(const llvm::Twine &action);

} // namespace tandem::bundle

#endif // TANDEM_TARGETS_BUNDLE_BUNDLEERROR_H
