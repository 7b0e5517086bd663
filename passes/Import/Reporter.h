//===- Reporter.h - errors of import ----------------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Import goes on after an error, so that one run shows them all; the first ones
// are printed, the rest counted.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_IMPORT_REPORTER_H
#define TANDEM_PASSES_IMPORT_REPORTER_H

#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Location.h"
#include "llvm/Support/Error.h"

namespace tandem::import {

/// Emits the errors of one model at a location that holds its file name.
class Reporter {
public:
  explicit Reporter(mlir::Location loc) : loc(loc) {}

  /// Emits an error, unless there were many.
  void error(const llvm::Twine &message) {
    if (count++ < kShown) {
      mlir::emitError(loc) << message.str();
    }
  }
  /// Emits `cause`, an error, after "`where`: ".
  void error(const llvm::Twine &where, llvm::Error cause) {
    error(where + ": " + llvm::toString(std::move(cause)));
  }

  bool hasErrors() const { return count > 0; }
  /// Says how many errors were not shown.
  void finish() {
    if (count > kShown) {
      mlir::emitError(loc) << "and " << count - kShown << " more errors";
    }
  }

private:
  static constexpr unsigned kShown = 50;

  mlir::Location loc;
  unsigned count = 0;
};

} // namespace tandem::import

#endif // TANDEM_PASSES_IMPORT_REPORTER_H
