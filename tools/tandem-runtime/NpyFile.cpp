//===- NpyFile.cpp - rows of numbers in NumPy's format --------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/tools/tandem-runtime/NpyFile.h"

#include <cerrno>
#include <cstring>
#include <unistd.h>
#include <utility>

#include "tandem/targets/Runtime/Failure.h"

namespace tandem::cli {

/// Header of fixed size: room for any number of rows.
static constexpr size_t headerBytes = 128;

NpyFile::NpyFile(std::string path, uint64_t width)
    : path(std::move(path)),
      temporary(this->path + ".tmp-" + std::to_string(getpid())),
      file(std::fopen(temporary.c_str(), "wbx")), width(width) {
  if (!file) {
    fail();
  }
  writeHeader();
}

NpyFile::~NpyFile() {
  if (file) {
    std::fclose(file);
    std::remove(temporary.c_str());
  }
}

void NpyFile::fail() const {
  throw runtime::Failure(runtime::ExitCode::Environment,
                         "cannot write '" + path +
                             "': " + std::strerror(errno));
}

void NpyFile::writeHeader() {
  std::string header("\x93NUMPY\x01\x00", 8);
  header += static_cast<char>(headerBytes - 10);
  header += '\0';
  header += "{'descr': '<f4', 'fortran_order': False, 'shape': (" +
            std::to_string(rows) + ", " + std::to_string(width) + "), }";
  header.resize(headerBytes - 1, ' ');
  header += '\n';
  if (std::fwrite(header.data(), 1, header.size(), file) != header.size()) {
    fail();
  }
}

void NpyFile::append(const float *values, uint64_t rowCount) {
  if (std::fwrite(values, width * sizeof(float), rowCount, file) != rowCount) {
    fail();
  }
  rows += rowCount;
}

void NpyFile::finish() {
  if (std::fseek(file, 0, SEEK_SET) != 0) {
    fail();
  }
  writeHeader();
  if (std::fclose(std::exchange(file, nullptr)) != 0 ||
      std::rename(temporary.c_str(), path.c_str()) != 0) {
    int error = errno;
    std::remove(temporary.c_str());
    errno = error;
    fail();
  }
}

} // namespace tandem::cli
