//===- Diagnostics.h - errors in the user's words ---------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Prints MLIR diagnostics with the ONNX node they are about.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TOOLS_TANDEM_DIAGNOSTICS_H
#define TANDEM_TOOLS_TANDEM_DIAGNOSTICS_H

#include <string>

#include "mlir/IR/Diagnostics.h"

#include "Commands.h"

namespace tandem {

/// The ONNX node (or input file and line) that a location names, or nothing.
std::string describeLocation(mlir::Location location);

/// Prints each error as `error: node 'NAME': message` while it lives.
class DiagnosticPrinter : public mlir::ScopedDiagnosticHandler {
public:
  explicit DiagnosticPrinter(mlir::MLIRContext *context);
};

/// Prints what passes decide from now on, a line each:
/// `remark: place: passed: TEXT`.
void showRemarks(mlir::MLIRContext &context);

/// Prints `error: message` and returns `code`.
ExitCode fail(ExitCode code, const llvm::Twine &message);

/// Prints the error and returns the exit code it carries, or `fallback`.
ExitCode fail(ExitCode fallback, llvm::Error error);

} // namespace tandem

#endif // TANDEM_TOOLS_TANDEM_DIAGNOSTICS_H
