//===- write-test-bundle.cpp - a bundle for lit tests ---------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//   write-test-bundle OUTPUT PART.so [capacity=N] [max-tokens=N] [fault=NAME]
//                     [assets=FOLDER] [pause]
//
// `pause` stops with half a bundle written until a signal comes.
//
//===----------------------------------------------------------------------===//

#include <unistd.h>

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

#include "TestBundle.h"
#include "tandem/targets/Bundle/BundleError.h"

static void pauseForSignal() {
  llvm::outs() << "paused\n";
  llvm::outs().flush();
  pause();
}

/// The files of `folder` in the order of their names.
static std::vector<std::pair<std::string, std::string>>
readAssets(llvm::StringRef folder) {
  std::vector<std::pair<std::string, std::string>> assets;
  std::error_code error;
  for (llvm::sys::fs::directory_iterator file(folder, error), end;
       file != end && !error; file.increment(error)) {
    auto contents = llvm::MemoryBuffer::getFile(file->path());
    if (contents) {
      assets.emplace_back(llvm::sys::path::filename(file->path()).str(),
                          (*contents)->getBuffer().str());
    }
  }
  llvm::sort(assets);
  return assets;
}

int main(int argc, char **argv) {
  tandem::test::TestBundle bundle;
  for (int i = 3; i < argc; ++i) {
    auto [key, value] = llvm::StringRef(argv[i]).split('=');
    if (key == "pause") {
      bundle.onHalf = pauseForSignal;
    } else if (key == "fault") {
      bundle.fault = value.str();
    } else if (key == "assets") {
      bundle.assets = readAssets(value);
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
