//===- DigestMemory.h - files whose digest was right before -----*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Kept in $XDG_CACHE_HOME/tandem/digests, else ~/.cache/tandem/digests, a file
// of mode 0600 for each bundle. Only a convenience: whatever goes wrong with it
// makes files unknown, never an error. A change of a file's contents changes
// its time of change, which no program can set; a file that was changed less
// than two seconds ago may change again within the clock's resolution, so it is
// not remembered.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_DIGESTMEMORY_H
#define TANDEM_TARGETS_RUNTIME_DIGESTMEMORY_H

#include <cstdint>
#include <string>
#include <vector>

namespace tandem::runtime {

/// What tells one state of a file from another, without its contents.
struct FileStamp {
  uint64_t device = 0, inode = 0, bytes = 0;
  int64_t modifiedNs = 0, changedNs = 0; ///< since 1970
  bool isSettled = false;                ///< changed two seconds ago or earlier

  /// The stamp of the file at `path`; all 0 where there is none.
  static FileStamp of(const std::string &path);
  /// The whole stamp but isSettled, as a line of text.
  std::string text() const;
};

/// The stamps that are remembered for a bundle.
class DigestMemory {
public:
  /// Of the bundle in `folder` whose manifest.json has this digest.
  DigestMemory(const std::string &folder, const std::string &manifestDigest);

  bool knows(const FileStamp &stamp) const;
  /// Remembers those of `stamps` that are settled and forgets all else.
  void replace(const std::vector<FileStamp> &stamps);

private:
  std::string manifest;
  std::string path; ///< empty: there is no cache folder
  std::vector<std::string> lines;
};

} // namespace tandem::runtime

#endif // TANDEM_TARGETS_RUNTIME_DIGESTMEMORY_H
