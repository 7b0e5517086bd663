//===- FileDescriptor.h - an open file that closes itself -------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Thin layer over POSIX; errors name the path.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_FILEDESCRIPTOR_H
#define TANDEM_TARGETS_RUNTIME_FILEDESCRIPTOR_H

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

namespace tandem::runtime {

/// Owns a file descriptor.
class FileDescriptor {
public:
  FileDescriptor(FileDescriptor &&other) noexcept
      : path(std::move(other.path)), fd(std::exchange(other.fd, -1)) {}
  FileDescriptor &operator=(FileDescriptor &&) = delete;
  ~FileDescriptor();

  /// Opens a regular file; anything else is rejected before it can block.
  static FileDescriptor open(const std::string &path, int flags,
                             unsigned mode = 0);

  int number() const { return fd; }
  /// Size in bytes.
  uint64_t size() const;
  /// Reads up to `bytes` at the current offset; 0 at the end.
  size_t read(void *buffer, size_t bytes);
  /// Reads up to `bytes` from `offset` on; fewer at the end.
  size_t readAt(uint64_t offset, void *buffer, size_t bytes);
  /// Writes all of `bytes`.
  void write(const void *buffer, size_t bytes);

private:
  FileDescriptor(std::string path, int fd) : path(std::move(path)), fd(fd) {}

  std::string path;
  int fd;
};

} // namespace tandem::runtime

#endif // TANDEM_TARGETS_RUNTIME_FILEDESCRIPTOR_H
