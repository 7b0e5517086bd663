//===- MappedFile.h - a file mapped into memory, read only ------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The mapping counts as page cache, not as private memory of the process.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_IMPORT_MAPPEDFILE_H
#define TANDEM_PASSES_IMPORT_MAPPEDFILE_H

#include <memory>
#include <string>

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"

namespace tandem::import {

/// A regular file, mapped as long as the object lives.
class MappedFile {
public:
  /// Maps `path`. Links are followed; pipes, devices and folders are errors.
  static llvm::Expected<std::unique_ptr<MappedFile>> open(llvm::StringRef path);
  ~MappedFile();
  MappedFile(const MappedFile &) = delete;
  MappedFile &operator=(const MappedFile &) = delete;

  llvm::ArrayRef<char> bytes() const { return mapping; }
  /// Where the opened file really lies, without links. It is asked of the open
  /// file, so a link that changes meanwhile does not matter.
  llvm::StringRef realPath() const { return path; }

private:
  MappedFile() = default;

  llvm::ArrayRef<char> mapping;
  std::string path;
};

} // namespace tandem::import

#endif // TANDEM_PASSES_IMPORT_MAPPEDFILE_H
