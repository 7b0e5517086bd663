//===- BundleFolder.h - a bundle's files, checked ---------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Opens a bundle: manifest, SHA256SUMS and the names of all files are checked
// against each other at once, contents on request or when they are read.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_BUNDLEFOLDER_H
#define TANDEM_TARGETS_RUNTIME_BUNDLEFOLDER_H

#include <string>
#include <string_view>
#include <vector>

#include "tandem/targets/Runtime/Manifest.h"

namespace tandem::runtime {

class ThreadPool;

/// A bundle whose manifest is trusted; see checkFiles for the rest.
class BundleFolder {
public:
  /// Reads manifest.json and SHA256SUMS of the bundle at `path` and checks
  /// them, the contract and the digest of the weight set, and that the folder
  /// holds exactly the files of the manifest, none through a link that leaves
  /// it.
  explicit BundleFolder(const std::string &path);

  /// Checks that each file has its size and BLAKE3 digest, all threads on the
  /// same file in its order; a second call does nothing. Weights that have not
  /// changed since they were last checked (see DigestMemory) are not read again
  /// unless `readsAll`.
  void checkFiles(ThreadPool &pool, bool readsAll);
  /// Checks the SHA-256 digests of all files as well, for those who use
  /// SHA256SUMS without us.
  void checkSha256(ThreadPool &pool) const;

  const Manifest &manifest() const { return contents; }
  const std::string &path() const { return root; }
  /// Where the file at `path` of the bundle is.
  std::string locate(std::string_view path) const;
  /// Text of a listed file, which has its digest and at most `limit` bytes.
  std::string read(const std::string &path, uint64_t limit) const;

private:
  void checkNames() const;
  std::vector<const FileRecord *> filesBySize() const;

  std::string root;
  std::string manifestDigest;
  Manifest contents;
  bool filesAreChecked = false;
};

} // namespace tandem::runtime

#endif // TANDEM_TARGETS_RUNTIME_BUNDLEFOLDER_H
