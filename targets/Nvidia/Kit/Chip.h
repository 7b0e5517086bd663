//===- Chip.h - what the kit's measurements share -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Files, memory filled with numbers that a power meter takes for real ones, and
// times of recorded launches. Relies on targets/Nvidia/Driver.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_NVIDIA_KIT_CHIP_H
#define TANDEM_TARGETS_NVIDIA_KIT_CHIP_H

#include "tandem/targets/Nvidia/Driver/LaunchGraph.h"
#include "tandem/targets/Runtime/PartDescription.h"

#include <functional>

namespace tandem::nvidia::kit {

using driver::Device;
using driver::DeviceMemory;
using driver::DevicePointer;
using driver::Stream;

/// The most that a chip did.
struct Roofs {
  double readBytesPerSecond = 0;
  double multiplyPerSecond = 0; ///< operations in bf16, two for a product
};

/// The bytes of a file. Fails with exit code 3.
std::string readWhole(const std::string &path);

/// The files of a part's folder, which fit together. Fails with exit code 6.
struct PartFiles {
  explicit PartFiles(const std::string &folder);
  PartFiles(const PartFiles &) = delete;

  std::string description, text, binary;
  TandemDevicePart files = {};
  runtime::PartDescription part;
};

/// Memory of the chip in which bf16 and fp32 numbers are finite, of either sign
/// and of the order of 0.01: constant data draws less power than real data.
DeviceMemory allocateFilled(const Device &device, Stream stream, uint64_t bytes,
                            const std::string &purpose);

/// Seconds that `launch`, which puts work on the stream, takes: of `rounds`
/// after one that is not counted.
double measureSeconds(const Device &device, Stream stream, int rounds,
                      const std::function<void()> &launch);

/// As many rounds as take about 50 ms, 1 to 200.
int chooseRounds(double secondsOfOne);

/// Measures the kernels of RoofKernels.h, in the text at `path`.
Roofs measureRoofs(const Device &device, const std::string &path);

/// Which programs are measured, and where.
struct Selection {
  std::string programs;       ///< all, those of a phase, or one by its name
  uint64_t contextTokens = 0; ///< in the cache where a program decodes
};

/// Measures each kernel of the programs of the part in `folder`, prints a line
/// for each and compares it with the roofs, where there are some.
void measurePart(const Device &device, const std::string &folder,
                 const Selection &selection, const Roofs &roofs);

/// Seconds of C [m][n] = A [m][k] B [n][k] in bf16 by cuBLASLt; 0 where it is
/// not installed or refuses, which is said once.
double measureVendor(const Device &device, Stream stream, uint64_t m,
                     uint64_t n, uint64_t k);

/// Compares two files of fp32 in npy form; the largest |a - b| / (1 + |b|).
double compareLogits(const std::string &a, const std::string &b);

} // namespace tandem::nvidia::kit

#endif // TANDEM_TARGETS_NVIDIA_KIT_CHIP_H
