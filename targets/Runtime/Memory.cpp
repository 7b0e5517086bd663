//===- Memory.cpp - mapped files and lazily touched memory ----------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/Memory.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tandem/targets/Runtime/Failure.h"
#include "tandem/targets/Runtime/FileDescriptor.h"

namespace tandem::runtime {

Mapping::~Mapping() {
  if (base) {
    munmap(base, bytes);
  }
}

Mapping Mapping::lazy(uint64_t bytes, const std::string &purpose) {
  Mapping mapping;
  mapping.bytes = bytes ? bytes : 1;
  void *base = mmap(nullptr, mapping.bytes, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (base == MAP_FAILED) {
    throw Failure(ExitCode::Environment,
                  "no address space for " + std::to_string(bytes) +
                      " bytes of " + purpose + ": " + std::strerror(errno));
  }
  mapping.base = static_cast<char *>(base);
  return mapping;
}

static void *mapShared(int descriptor, uint64_t bytes) {
  void *base = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                    MAP_SHARED | MAP_NORESERVE, descriptor, 0);
  if (base == MAP_FAILED) {
    throw Failure(ExitCode::Environment,
                  "cannot map " + std::to_string(bytes) +
                      " bytes of shared memory: " + std::strerror(errno));
  }
  return base;
}

Mapping Mapping::shared(uint64_t bytes, int &descriptor) {
  descriptor = memfd_create("tandem-cache", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (descriptor < 0 || ftruncate(descriptor, static_cast<off_t>(bytes)) != 0 ||
      fcntl(descriptor, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW) != 0) {
    throw Failure(ExitCode::Environment, "no shared memory of " +
                                             std::to_string(bytes) +
                                             " bytes: " + std::strerror(errno));
  }
  Mapping mapping;
  mapping.bytes = bytes;
  mapping.base = static_cast<char *>(mapShared(descriptor, bytes));
  return mapping;
}

Mapping Mapping::borrowed(int descriptor, uint64_t bytes) {
  struct stat status = {};
  int seals = fcntl(descriptor, F_GET_SEALS);
  if (fstat(descriptor, &status) != 0 || seals < 0 ||
      !(seals & F_SEAL_SHRINK) ||
      static_cast<uint64_t>(status.st_size) != bytes) {
    throw Failure(ExitCode::RuntimeFailure,
                  "the peer lent memory of " + std::to_string(status.st_size) +
                      " bytes, expected " + std::to_string(bytes) +
                      " that cannot shrink");
  }
  Mapping mapping;
  mapping.bytes = bytes;
  mapping.base = static_cast<char *>(mapShared(descriptor, bytes));
  return mapping;
}

void Mapping::touch(uint64_t offset, uint64_t length) const {
#ifdef MADV_POPULATE_READ
  if (madvise(base + offset, length, MADV_POPULATE_READ) == 0) {
    return;
  }
#endif
  for (uint64_t i = 0; i < length; i += 4096) { // a kernel before 5.14
    static_cast<void>(*static_cast<const volatile char *>(base + offset + i));
  }
}

void Mapping::preferLargePages() { madvise(base, bytes, MADV_HUGEPAGE); }

Mapping Mapping::file(const std::string &path) {
  FileDescriptor file = FileDescriptor::open(path, O_RDONLY);
  Mapping mapping;
  mapping.bytes = file.size();
  if (mapping.bytes == 0) {
    return mapping;
  }
  void *base =
      mmap(nullptr, mapping.bytes, PROT_READ, MAP_SHARED, file.number(), 0);
  if (base == MAP_FAILED) {
    throw Failure(ExitCode::Environment,
                  "cannot map '" + path + "': " + std::strerror(errno));
  }
  mapping.base = static_cast<char *>(base);
  // Before anything is read: the page cache keeps the pages that it begins with
  // (MADV_WILLNEED would begin with small ones).
  mapping.preferLargePages();
  return mapping;
}

std::string readFile(const std::string &path, uint64_t limit) {
  FileDescriptor file = FileDescriptor::open(path, O_RDONLY);
  if (file.size() > limit) {
    throw Failure(ExitCode::InputRejected,
                  "'" + path + "' has " + std::to_string(file.size()) +
                      " bytes, expected at most " + std::to_string(limit));
  }
  std::string text(file.size(), '\0');
  size_t done = 0;
  while (done < text.size()) {
    size_t got = file.read(text.data() + done, text.size() - done);
    if (got == 0) {
      break;
    }
    done += got;
  }
  text.resize(done);
  return text;
}

} // namespace tandem::runtime
