//===- NpyFile.h - rows of numbers in NumPy's format ------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Written as rows arrive, so that logits of long prompts need no memory; the
// file takes its name only when it is complete.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TOOLS_TANDEM_RUNTIME_NPYFILE_H
#define TANDEM_TOOLS_TANDEM_RUNTIME_NPYFILE_H

#include <cstdint>
#include <cstdio>
#include <string>

namespace tandem::cli {

/// An fp32 array [rows, width].
class NpyFile {
public:
  NpyFile(std::string path, uint64_t width);
  ~NpyFile();
  NpyFile(const NpyFile &) = delete;

  void append(const float *values, uint64_t rowCount);
  /// Writes the number of rows into the header and puts the file in place.
  void finish();

private:
  void writeHeader();
  [[noreturn]] void fail() const;

  std::string path;
  std::string temporary;
  std::FILE *file;
  uint64_t width;
  uint64_t rows = 0;
};

} // namespace tandem::cli

#endif // TANDEM_TOOLS_TANDEM_RUNTIME_NPYFILE_H
