//===- Architecture.h - what chips of an architecture share -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Facts that the compiler and the part that runs both need; free of LLVM.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_NVIDIA_ARCHITECTURE_H
#define TANDEM_TARGETS_NVIDIA_ARCHITECTURE_H

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace tandem::nvidia {

/// What all chips of an architecture have in common.
struct Architecture {
  std::string_view name; ///< as PTX and ptxas call it
  std::string_view ptx;  ///< the version of PTX that is written for it
  /// The oldest driver that reads it and records programmatic launches, as
  /// cuDriverGetVersion counts: 1000 * major + 10 * minor.
  int32_t driver;
  int32_t major, minor; ///< compute capability
  /// Bytes of dynamic shared memory that a block of threads may ask for.
  int64_t sharedBytes;
  /// Registers of 32 bits that the warps of a block share.
  int64_t registers;
  /// Whether groups of warps multiply tiles of shared memory.
  bool hasWarpGroups;
};

/// All that there is code for; the first is the default.
std::span<const Architecture> allArchitectures();

/// The one called `name`, or null.
const Architecture *findArchitecture(std::string_view name);

/// "12.3" for 12030, a version of a driver.
std::string driverText(int32_t version);
/// The reverse; 0 where the text is no such version.
int32_t parseDriver(std::string_view text);

/// Limits of every chip, by the CUDA programming guide's table of technical
/// specifications.
inline constexpr int64_t mostBlocks[] = {2147483647, 65535, 65535};
inline constexpr int64_t mostThreads = 1024;

/// Of tensor maps of 16-bit elements, by the reference of
/// cuTensorMapEncodeTiled: rows are less apart, a box has no more rows, and as
/// many columns as its 16-byte pieces are exchanged in, 128 bytes.
inline constexpr int64_t mostRowBytes = int64_t(1) << 40;
inline constexpr int64_t mostBoxRows = 256, boxColumns = 64;

} // namespace tandem::nvidia

#endif // TANDEM_TARGETS_NVIDIA_ARCHITECTURE_H
