//===- Diagnostics.cpp - errors in the user's words -------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#include "Diagnostics.h"

#include "mlir/IR/Location.h"
#include "mlir/IR/Remarks.h"

#include "tandem/targets/Bundle/BundleError.h"
#include "llvm/Support/WithColor.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;

namespace tandem {

std::string describeLocation(Location location) {
  std::string text;
  location->walk([&](Location inner) {
    if (auto name = dyn_cast<NameLoc>(inner)) {
      text = "node '" + name.getName().str() + "'";
    } else if (auto file = dyn_cast<FileLineColLoc>(inner)) {
      text = (file.getFilename().strref() + ":" + Twine(file.getLine())).str();
    }
    return text.empty() ? WalkResult::advance() : WalkResult::interrupt();
  });
  return text;
}

static void print(Diagnostic &diagnostic, llvm::raw_ostream &stream) {
  std::string where = describeLocation(diagnostic.getLocation());
  if (!where.empty()) {
    stream << where << ": ";
  }
  stream << diagnostic << "\n";
}

DiagnosticPrinter::DiagnosticPrinter(MLIRContext *context)
    : ScopedDiagnosticHandler(context) {
  setHandler([](Diagnostic &diagnostic) {
    switch (diagnostic.getSeverity()) {
    case DiagnosticSeverity::Error:
      print(diagnostic, llvm::WithColor::error());
      break;
    case DiagnosticSeverity::Warning:
      print(diagnostic, llvm::WithColor::warning());
      break;
    default:
      return success(); // remarks and notes of their own are for -v
    }
    for (Diagnostic &note : diagnostic.getNotes()) {
      print(note, llvm::WithColor::note());
    }
    return success();
  });
}

namespace {

/// Prints each remark as a line.
class RemarkPrinter : public remark::detail::MLIRRemarkStreamerBase {
public:
  void streamOptimizationRemark(const remark::detail::Remark &remark) override {
    llvm::raw_ostream &stream = llvm::WithColor::remark();
    stream << remark.getCategoryName() << ": "
           << remark.getRemarkTypeString().lower() << ": ";
    std::string where = describeLocation(remark.getLocation());
    stream << where << (where.empty() ? "" : ": ");
    for (const remark::detail::Remark::Arg &piece : remark.getArgs()) {
      stream << piece.val;
    }
    stream << "\n";
  }
};

} // namespace

void showRemarks(MLIRContext &context) {
  remark::RemarkCategories everything;
  everything.passed = everything.missed = ".*";
  everything.analysis = everything.failed = ".*";
  // Fails where the context has an engine already, which it has not.
  (void)remark::enableOptimizationRemarks(
      context, std::make_unique<RemarkPrinter>(),
      std::make_unique<remark::RemarkEmittingPolicyAll>(), everything);
}

ExitCode fail(ExitCode code, const llvm::Twine &message) {
  llvm::WithColor::error() << message << "\n";
  return code;
}

ExitCode fail(ExitCode fallback, llvm::Error error) {
  ExitCode code = fallback;
  llvm::handleAllErrors(
      std::move(error),
      [&](const bundle::BundleError &bundleError) {
        code = bundleError.exitCode();
        fail(code, bundleError.message());
      },
      [&](const llvm::ErrorInfoBase &other) { fail(code, other.message()); });
  return code;
}

} // namespace tandem
