//===- PartSink.h - a folder of the bundle for a target ---------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TOOLS_TANDEM_PARTSINK_H
#define TANDEM_TOOLS_TANDEM_PARTSINK_H

#include <string>

#include "tandem/targets/Bundle/BundleWriter.h"
#include "tandem/targets/Interface/Target.h"

namespace tandem {

/// Adds a target's files under parts/<id>/.
class PartSink : public ArtifactSink {
public:
  PartSink(bundle::BundleWriter &writer, std::string directory)
      : writer(writer), directory(std::move(directory)) {}

  mlir::LogicalResult addFile(llvm::StringRef path,
                              llvm::StringRef contents) override {
    llvm::Error added = writer.addBytes(directory + "/" + path.str(), contents);
    if (added && !error) {
      error = std::move(added);
    } else {
      llvm::consumeError(std::move(added));
    }
    return mlir::success(!error);
  }

  llvm::Error takeError() { return std::move(error); }

private:
  bundle::BundleWriter &writer;
  std::string directory;
  llvm::Error error = llvm::Error::success();
};

} // namespace tandem

#endif // TANDEM_TOOLS_TANDEM_PARTSINK_H
