//===- FolderSwap.cpp - puts a finished folder in its place ---------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Bundle/FolderSwap.h"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <unistd.h>

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

#include "tandem/targets/Bundle/BundleError.h"

namespace fs = llvm::sys::fs;

namespace tandem::bundle {

static bool isEmptyFolder(const std::string &place) {
  std::error_code error;
  return fs::is_directory(place) &&
         fs::directory_iterator(place, error) == fs::directory_iterator() &&
         !error;
}

static bool isBundle(const std::string &place) {
  auto manifest = llvm::MemoryBuffer::getFile(place + "/manifest.json");
  return manifest &&
         (*manifest)->getBuffer().contains("\"schema\": \"tandem-bundle/");
}

std::string whyNotReplaceable(const std::string &place) {
  llvm::StringRef parent = llvm::sys::path::parent_path(place);
  if (!parent.empty() && !fs::is_directory(parent)) {
    return "the folder of the output, '" + parent.str() + "', does not exist";
  }
  if (!fs::exists(place) || isEmptyFolder(place) || isBundle(place)) {
    return "";
  }
  return "the output '" + place +
         "' exists and is no Tandem bundle; it is left alone: choose another "
         "name or remove it";
}

static llvm::Error syncFolder(const std::string &folder) {
  int fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0 || fsync(fd) != 0) {
    int error = errno;
    if (fd >= 0) {
      close(fd);
    }
    errno = error;
    return makeSystemError("sync '" + folder + "'");
  }
  close(fd);
  return llvm::Error::success();
}

llvm::Error syncFolders(llvm::StringRef folder) {
  std::error_code code;
  for (fs::recursive_directory_iterator entry(folder, code), end;
       entry != end && !code; entry.increment(code)) {
    if (fs::is_directory(entry->path())) {
      if (llvm::Error error = syncFolder(entry->path())) {
        return error;
      }
    }
  }
  return syncFolder(folder.str());
}

llvm::Error moveIntoPlace(const std::string &from, const std::string &place) {
  bool done = false;
  if (fs::exists(place)) {
    done = renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, place.c_str(),
                     RENAME_EXCHANGE) == 0;
    if (!done && errno == EINVAL) { // the file system cannot exchange
      std::string old = from + "-replaced";
      done = rename(place.c_str(), old.c_str()) == 0 &&
             rename(from.c_str(), place.c_str()) == 0 &&
             rename(old.c_str(), from.c_str()) == 0;
    }
  } else {
    done = rename(from.c_str(), place.c_str()) == 0;
  }
  if (!done) {
    return makeSystemError("move the bundle to '" + place + "'");
  }
  llvm::StringRef parent = llvm::sys::path::parent_path(place);
  return syncFolder(parent.empty() ? "." : parent.str());
}

} // namespace tandem::bundle
