//===- KernelText.h - entries of a text of kernels -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_NVIDIA_EXECUTE_KERNELTEXT_H
#define TANDEM_TARGETS_NVIDIA_EXECUTE_KERNELTEXT_H

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::nvidia {

/// What a text says of an entry.
struct KernelEntry {
  /// For each argument whether it is a tensor map, else an address.
  std::vector<bool> isMap;
  uint64_t threads = 0; ///< of `.maxntid` along x; 0 where it has none
  bool waits = false;   ///< for the launch before, by griddepcontrol.wait
};

/// The entries of a PTX module by name, found by their headers:
/// `.visible .entry NAME(.param ..., .param ...) .maxntid 128 { ... }`.
std::map<std::string, KernelEntry> listEntries(std::string_view ptx);

} // namespace tandem::nvidia

#endif // TANDEM_TARGETS_NVIDIA_EXECUTE_KERNELTEXT_H
