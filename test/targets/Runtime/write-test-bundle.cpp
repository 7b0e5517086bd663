//===- write-test-bundle.cpp - a bundle for lit tests ---------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//   write-test-bundle OUTPUT PART.so [capacity=N] [max-tokens=N] [fault=NAME]
//                     [pause]
//
// `pause` stops with half a bundle written until a signal comes.
//
//===----------------------------------------------------------------------===//

#include <unistd.h>

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/raw_ostream.h"

#include "TestBundle.h"
#include "tandem/targets/Bundle/BundleError.h"

static void pauseForSignal() {
  llvm::outs() << "paused\n";
  llvm::outs().flush();
  pause();
}

int main(int argc, char **argv) {
  tandem::test::TestBundle bundle;
  for (int i = 3; i < argc; ++i) {
    auto [key, value] = llvm::StringRef(argv[i]).split('=');
    if (key == "pause") {
      bundle.onHalf = pauseForSignal;
    } else if (key == "fault") {
      bundle.fault = value.str();
    } else if (key == "decode") {
      bundle.decodeCode = value.str();
    } else if (key == "handoff") {
      bundle.handoffCode = value.str();
    } else if (value.getAsInteger(10, key == "capacity" ? bundle.capacity
                                                        : bundle.maxTokens)) {
      llvm::errs() << "error: bad argument " << argv[i] << "\n";
      return 2;
    }
  }
  int status = 0;
  llvm::handleAllErrors(tandem::test::writeTestBundle(argv[1], argv[2], bundle),
                        [&](const tandem::bundle::BundleError &error) {
                          llvm::errs() << "error: " << error.message() << "\n";
                          status = static_cast<int>(error.exitCode());
                        });
  return status;
}
