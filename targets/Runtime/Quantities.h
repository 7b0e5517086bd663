//===- Quantities.h - numbers for people ------------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// How the runtime prints sizes and small numbers.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_QUANTITIES_H
#define TANDEM_TARGETS_RUNTIME_QUANTITIES_H

#include <cstdint>
#include <cstdio>
#include <string>

namespace tandem::runtime {

/// "512 bytes", "1.5 KiB", "2.0 GiB".
inline std::string formatBytes(uint64_t bytes) {
  if (bytes < 1024) {
    return std::to_string(bytes) + " bytes";
  }
  const char *units[] = {"KiB", "MiB", "GiB", "TiB"};
  double value = static_cast<double>(bytes) / 1024;
  size_t unit = 0;
  while (value >= 1024 && unit < 3) {
    value /= 1024, ++unit;
  }
  char text[32];
  std::snprintf(text, sizeof(text), "%.1f %s", value, units[unit]);
  return text;
}

/// "1.3e-06".
inline std::string formatScientific(double value) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.1e", value);
  return text;
}

} // namespace tandem::runtime

#endif // TANDEM_TARGETS_RUNTIME_QUANTITIES_H
