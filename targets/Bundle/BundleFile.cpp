//===- BundleFile.cpp - a file being written ------------------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Bundle/BundleFile.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include "tandem/targets/Bundle/BundleError.h"

namespace tandem::bundle {

/// A write of whole large pages (2 MiB) makes the page cache keep such pages,
/// which the first program that maps the file then gets.
static constexpr size_t bufferBytes = 4 << 20;

llvm::Expected<BundleFile> BundleFile::create(std::string path) {
  int fd = ::open(path.c_str(),
                  O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
  if (fd < 0) {
    return makeSystemError("create '" + path + "'");
  }
  fchmod(fd, 0644); // whatever the umask is, or bundles would differ
  return BundleFile(std::move(path), fd);
}

BundleFile::BundleFile(BundleFile &&other) noexcept
    : name(std::move(other.name)), fd(std::exchange(other.fd, -1)),
      error(other.error), bytes(other.bytes), buffer(std::move(other.buffer)),
      blake3Hasher(std::move(other.blake3Hasher)),
      sha256Hasher(std::move(other.sha256Hasher)) {}

BundleFile::~BundleFile() {
  if (fd >= 0) {
    ::close(fd);
  }
}

void BundleFile::append(llvm::ArrayRef<char> data) {
  bytes += data.size();
  while (!data.empty()) {
    size_t count = std::min(data.size(), bufferBytes - buffer.size());
    buffer.append(data.data(), count);
    data = data.drop_front(count);
    if (buffer.size() == bufferBytes) {
      flush();
    }
  }
}

uint64_t BundleFile::alignTo(uint64_t alignment) {
  static const char zeros[4096] = {};
  uint64_t padding = (alignment - bytes % alignment) % alignment;
  while (padding > 0) {
    size_t count = std::min<uint64_t>(padding, sizeof(zeros));
    append(llvm::ArrayRef<char>(zeros, count));
    padding -= count;
  }
  return bytes;
}

void BundleFile::flush() {
  blake3Hasher.update(buffer.data(), buffer.size());
  sha256Hasher.update(buffer.data(), buffer.size());
  size_t done = 0;
  while (done < buffer.size() && error == 0) {
    ssize_t put = ::write(fd, buffer.data() + done, buffer.size() - done);
    if (put >= 0) {
      done += static_cast<size_t>(put);
    } else if (errno != EINTR) {
      error = errno;
    }
  }
  buffer.clear();
}

llvm::Error BundleFile::close() {
  flush();
  if (error == 0 && fsync(fd) != 0) {
    error = errno;
  }
  if (::close(std::exchange(fd, -1)) != 0 && error == 0) {
    error = errno;
  }
  if (error != 0) {
    errno = error;
    return makeSystemError("write '" + name + "'");
  }
  return llvm::Error::success();
}

} // namespace tandem::bundle
