//===- DigestMemory.cpp - files whose digest was right before -------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/DigestMemory.h"

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <fcntl.h>
#include <filesystem>
#include <sstream>
#include <sys/stat.h>
#include <unistd.h>

#include "tandem/targets/Runtime/Digest.h"

namespace fs = std::filesystem;

namespace tandem::runtime {

static constexpr int64_t nanosecond = 1'000'000'000; // in a second
static constexpr int64_t settlingNs = 2 * nanosecond;
static constexpr size_t maximumBytes = 1 << 20;

static int64_t toNs(const timespec &time) {
  return time.tv_sec * nanosecond + time.tv_nsec;
}

FileStamp FileStamp::of(const std::string &path) {
  struct stat status = {};
  timespec now = {};
  clock_gettime(CLOCK_REALTIME, &now);
  if (stat(path.c_str(), &status) != 0) {
    return {};
  }
  FileStamp stamp;
  stamp.device = status.st_dev;
  stamp.inode = status.st_ino;
  stamp.bytes = static_cast<uint64_t>(status.st_size);
  stamp.modifiedNs = toNs(status.st_mtim);
  stamp.changedNs = toNs(status.st_ctim);
  stamp.isSettled = // not so where a time lies in the future
      std::max(stamp.modifiedNs, stamp.changedNs) <= toNs(now) - settlingNs;
  return stamp;
}

std::string FileStamp::text() const {
  return std::to_string(device) + " " + std::to_string(inode) + " " +
         std::to_string(bytes) + " " + std::to_string(modifiedNs) + " " +
         std::to_string(changedNs);
}

/// The folder for what can be made again, or empty.
static std::string cacheFolder() {
  const char *given = secure_getenv("XDG_CACHE_HOME");
  if (given && *given == '/') { // the standard says to ignore relative ones
    return std::string(given) + "/tandem/digests";
  }
  const char *home = secure_getenv("HOME");
  return home && *home == '/' ? std::string(home) + "/.cache/tandem/digests"
                              : "";
}

/// Text of the file at `path`, if it is ours and nobody else may write it.
static std::string readOwn(const std::string &path) {
  int file = open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (file < 0) {
    return "";
  }
  struct stat status = {};
  std::string text;
  if (fstat(file, &status) == 0 && S_ISREG(status.st_mode) &&
      status.st_uid == geteuid() && (status.st_mode & 077) == 0) {
    text.resize(maximumBytes);
    ssize_t got = read(file, text.data(), text.size());
    text.resize(static_cast<size_t>(std::max<ssize_t>(got, 0)));
  }
  close(file);
  return text;
}

DigestMemory::DigestMemory(const std::string &folder,
                           const std::string &manifestDigest)
    : manifest(manifestDigest) {
  std::string cache = cacheFolder();
  if (cache.empty()) {
    return;
  }
  // A copy of a bundle has other files: it gets a memory of its own.
  FileStamp place = FileStamp::of(folder);
  std::string key = manifest + " " + std::to_string(place.device) + " " +
                    std::to_string(place.inode);
  path = cache + "/" + Blake3::of(key).substr(0, 32);
  std::istringstream text(readOwn(path));
  std::string line;
  while (std::getline(text, line)) {
    lines.push_back(line);
  }
  if (lines.empty() || lines.front() != manifest) {
    lines.clear();
  }
}

bool DigestMemory::knows(const FileStamp &stamp) const {
  return stamp.isSettled &&
         std::find(lines.begin(), lines.end(), stamp.text()) != lines.end();
}

/// Writes `text` to a new file that takes the place of `path`.
static void writeOwn(const std::string &path, const std::string &text) {
  std::string temporary = path + "." + std::to_string(getpid());
  int file = open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                  S_IRUSR | S_IWUSR);
  if (file < 0) {
    return;
  }
  bool isWritten = write(file, text.data(), text.size()) ==
                   static_cast<ssize_t>(text.size());
  isWritten &= close(file) == 0;
  if (!isWritten || rename(temporary.c_str(), path.c_str()) != 0) {
    unlink(temporary.c_str());
  }
}

void DigestMemory::replace(const std::vector<FileStamp> &stamps) {
  if (path.empty()) {
    return;
  }
  std::string text = manifest + "\n";
  for (const FileStamp &stamp : stamps) {
    text += stamp.isSettled ? stamp.text() + "\n" : "";
  }
  std::error_code error;
  fs::path folder = fs::path(path).parent_path();
  if (fs::create_directories(folder, error)) {
    fs::permissions(folder, fs::perms::owner_all, error);
  }
  writeOwn(path, text); // if not, the next start reads all bytes again
}

} // namespace tandem::runtime
