//===- Verification.h - is this bundle what it claims -----------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Checks of `verify`, from digests to executed golden vectors. Each says in
// words what it established.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_VERIFICATION_H
#define TANDEM_TARGETS_RUNTIME_VERIFICATION_H

#include <string>
#include <vector>

#include "tandem/targets/Runtime/BundleFolder.h"
#include "tandem/targets/Runtime/Engine.h"

namespace tandem::runtime {

/// One check that passed, or that could not be made here.
struct CheckResult {
  std::string name;
  bool wasSkipped = false;
  std::string detail;
};

/// Makes all checks; the first that fails is thrown as a Failure. With a forced
/// variant only that one is executed, else all that this CPU can run.
std::vector<CheckResult> verifyBundle(BundleFolder &bundle,
                                      const LoadOptions &options);

/// The results as a page, a line for each.
std::string checksAsText(const std::vector<CheckResult> &results);

/// The results as {"checks": [{"name", "result", "detail"}]}.
std::string checksAsJson(const std::vector<CheckResult> &results);

} // namespace tandem::runtime

#endif // TANDEM_TARGETS_RUNTIME_VERIFICATION_H
