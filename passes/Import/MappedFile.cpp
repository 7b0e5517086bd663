//===- MappedFile.cpp - a file mapped into memory, read only ----*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// POSIX calls, checked.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Import/MappedFile.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "llvm/ADT/ScopeExit.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/FileSystem.h"

using namespace llvm;
using namespace tandem::import;

static Error fileError(StringRef path, const Twine &message) {
  return createStringError(inconvertibleErrorCode(),
                           "file '" + path + "' " + message);
}

static Error systemError(StringRef path, const Twine &verb) {
  return fileError(path, "cannot be " + verb + ": " +
                             std::generic_category().message(errno));
}

Expected<std::unique_ptr<MappedFile>> MappedFile::open(StringRef path) {
  std::string name = path.str();
  // O_NONBLOCK: a pipe without a writer must not hang the compiler.
  int descriptor = ::open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) {
    return systemError(path, "opened");
  }
  llvm::scope_exit closeLater([&] { ::close(descriptor); });
  struct stat status;
  if (::fstat(descriptor, &status) != 0) {
    return systemError(path, "read");
  }
  if (!S_ISREG(status.st_mode)) {
    return fileError(path, "is not a regular file");
  }

  std::unique_ptr<MappedFile> file(new MappedFile());
  SmallString<256> real;
  if (std::error_code code =
          sys::fs::real_path("/proc/self/fd/" + Twine(descriptor), real)) {
    return fileError(path, "cannot be resolved: " + code.message());
  }
  file->path = real.str().str();
  if (status.st_size == 0) {
    return file;
  }
  void *data = ::mmap(nullptr, status.st_size, PROT_READ, MAP_PRIVATE,
                      descriptor, /*offset=*/0);
  if (data == MAP_FAILED) {
    return systemError(path, "mapped");
  }
  file->mapping = ArrayRef<char>(static_cast<const char *>(data),
                                 static_cast<size_t>(status.st_size));
  return file;
}

MappedFile::~MappedFile() {
  if (!mapping.empty()) {
    ::munmap(const_cast<char *>(mapping.data()), mapping.size());
  }
}
