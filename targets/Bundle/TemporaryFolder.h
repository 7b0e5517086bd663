//===- TemporaryFolder.h - a folder that does not outlive its process -*- C++
//-*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// At most one temporary folder at a time. It goes away on removal, on exit, on
// SIGINT, SIGTERM and SIGHUP (exit 130) and when LLVM reports a crash.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_BUNDLE_TEMPORARYFOLDER_H
#define TANDEM_TARGETS_BUNDLE_TEMPORARYFOLDER_H

#include <string>

#include "llvm/Support/Error.h"

namespace tandem::bundle {

/// Makes `.NAME.tmp-PID` beside `place`, and watches over it.
llvm::Expected<std::string> createTemporaryFolder(const std::string &place);

/// Removes the temporary folder, if there still is one.
void removeTemporaryFolder();

} // namespace tandem::bundle

#endif // TANDEM_TARGETS_BUNDLE_TEMPORARYFOLDER_H
