//===- ReportVerbs.cpp - verify and inspect -------------------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/tools/tandem-runtime/Client.h"
#include "tandem/tools/tandem-runtime/Verbs.h"

namespace tandem::cli {

int verifyVerb(const Arguments &arguments) {
  TandemLoadOptions options = loadOptions(arguments);
  Bundle bundle(arguments.bundle());
  check(tandem_bundle_verify(bundle.get(), &options, arguments.has("--json"),
                             printText, nullptr));
  return 0;
}

int inspectVerb(const Arguments &arguments) {
  Bundle bundle(arguments.bundle());
  check(tandem_bundle_inspect(bundle.get(), arguments.has("--json"), printText,
                              nullptr));
  return 0;
}

} // namespace tandem::cli
