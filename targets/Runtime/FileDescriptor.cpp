//===- FileDescriptor.cpp - an open file that closes itself ---------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/FileDescriptor.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tandem/targets/Runtime/Failure.h"

namespace tandem::runtime {

[[noreturn]] static void fail(const char *action, const std::string &path) {
  int error = errno;
  ExitCode code = error == ENOENT || error == ENOTDIR || error == ELOOP
                      ? ExitCode::InputRejected
                      : ExitCode::Environment;
  throw Failure(code, std::string("cannot ") + action + " '" + path +
                          "': " + std::strerror(error));
}

FileDescriptor::~FileDescriptor() {
  if (fd >= 0) {
    ::close(fd);
  }
}

FileDescriptor FileDescriptor::open(const std::string &path, int flags,
                                    unsigned mode) {
  FileDescriptor file(
      path, ::open(path.c_str(), flags | O_CLOEXEC | O_NONBLOCK, mode));
  if (file.fd < 0) {
    fail("open", path);
  }
  struct stat status;
  if (fstat(file.fd, &status) != 0) {
    fail("look at", path);
  }
  if (!S_ISREG(status.st_mode)) {
    throw Failure(ExitCode::InputRejected,
                  "'" + path + "' is not a regular file");
  }
  return file;
}

uint64_t FileDescriptor::size() const {
  struct stat status;
  if (fstat(fd, &status) != 0) {
    fail("look at", path);
  }
  return static_cast<uint64_t>(status.st_size);
}

size_t FileDescriptor::read(void *buffer, size_t bytes) {
  for (;;) {
    ssize_t got = ::read(fd, buffer, bytes);
    if (got >= 0) {
      return static_cast<size_t>(got);
    }
    if (errno != EINTR) {
      fail("read", path);
    }
  }
}

size_t FileDescriptor::readAt(uint64_t offset, void *buffer, size_t bytes) {
  size_t done = 0;
  while (done < bytes) {
    ssize_t got = pread(fd, static_cast<char *>(buffer) + done, bytes - done,
                        static_cast<off_t>(offset + done));
    if (got == 0) {
      break;
    }
    if (got < 0 && errno != EINTR) {
      fail("read", path);
    }
    done += static_cast<size_t>(std::max<ssize_t>(got, 0));
  }
  return done;
}

void FileDescriptor::write(const void *buffer, size_t bytes) {
  const char *next = static_cast<const char *>(buffer);
  while (bytes > 0) {
    ssize_t put = ::write(fd, next, bytes);
    if (put < 0 && errno != EINTR) {
      fail("write", path);
    }
    if (put > 0) {
      next += put;
      bytes -= static_cast<size_t>(put);
    }
  }
}

} // namespace tandem::runtime
