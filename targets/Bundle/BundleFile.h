//===- BundleFile.h - a file being written ----------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A file of a bundle that knows its digests as soon as it is complete.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_BUNDLE_BUNDLEFILE_H
#define TANDEM_TARGETS_BUNDLE_BUNDLEFILE_H

#include <cstdint>
#include <string>

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include "tandem/targets/Runtime/Digest.h"

namespace tandem::bundle {

/// Appends to one file. Errors are kept and come out of close(), so that
/// writing code stays free of them.
class BundleFile {
public:
  /// Creates the file at `path`, which must not exist.
  static llvm::Expected<BundleFile> create(std::string path);
  BundleFile(BundleFile &&other) noexcept;
  ~BundleFile();

  void append(llvm::ArrayRef<char> bytes);
  void append(llvm::StringRef text) {
    append(llvm::ArrayRef<char>(text.data(), text.size()));
  }
  /// Appends zeros up to the next multiple of `alignment` and returns the
  /// offset that the next byte gets.
  uint64_t alignTo(uint64_t alignment);

  /// Syncs and closes the file; fails with the first error since creation.
  llvm::Error close();

  uint64_t size() const { return bytes; }
  const std::string &path() const { return name; }
  std::string blake3() const { return blake3Hasher.finish(); }
  std::string sha256() const { return sha256Hasher.finish(); }

private:
  BundleFile(std::string name, int fd) : name(std::move(name)), fd(fd) {}
  void flush();

  std::string name;
  int fd;
  int error = 0; ///< errno of the first failed write
  uint64_t bytes = 0;
  std::string buffer;
  runtime::Blake3 blake3Hasher;
  runtime::Sha256 sha256Hasher;
};

} // namespace tandem::bundle

#endif // TANDEM_TARGETS_BUNDLE_BUNDLEFILE_H
