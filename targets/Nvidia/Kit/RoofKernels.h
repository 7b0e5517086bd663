//===- RoofKernels.h - kernels that do nothing else -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What a chip can do at most: kernels that only read, or only multiply. Sizes
// are those of this header; RoofKernels.cpp writes the kernels, Roofs.cpp runs
// them. Free of LLVM.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_NVIDIA_KIT_ROOFKERNELS_H
#define TANDEM_TARGETS_NVIDIA_KIT_ROOFKERNELS_H

#include <cstdint>

namespace tandem::nvidia::kit {

inline constexpr int64_t roofThreads = 256; ///< of a block

/// `read_roof`: (from, sums): each thread reads 16 bytes `readRounds` times,
/// apart by what all threads read at once, and writes one number.
inline constexpr const char *readKernel = "read_roof";
inline constexpr int64_t readBlocks = 4096;
inline constexpr int64_t readRounds = 128;
inline constexpr int64_t readStride = readBlocks * roofThreads * 16;
inline constexpr int64_t readBytes = readStride * readRounds; ///< 2 GiB

/// `multiply_roof`: (from, sums): each warp multiplies tiles of bf16, 8
/// independent sums of 16x8, 16 deep, in each of `multiplyRounds` rounds.
inline constexpr const char *multiplyKernel = "multiply_roof";
inline constexpr int64_t multiplyBlocks = 1056; ///< 8 for each of 132 cores
inline constexpr int64_t multiplyRounds = 2048;
inline constexpr int64_t multiplySums = 8;
inline constexpr double multiplyOperations = 2.0 * 16 * 8 * 16 * multiplySums *
                                             multiplyRounds * multiplyBlocks *
                                             (roofThreads / 32);

/// `multiply_groups_roof`, where the chip has it: (from, sums): each group of
/// warps multiplies tiles of bf16 in shared memory, 64x256, 64 deep, in each of
/// `groupRounds` rounds.
inline constexpr const char *groupKernel = "multiply_groups_roof";
inline constexpr int64_t groupBlocks = 528; ///< 4 for each of 132 cores
inline constexpr int64_t groupRounds = 512;
inline constexpr int64_t groupColumns = 256;
inline constexpr int64_t groupTileBytes = (64 + groupColumns) * 128;
inline constexpr double groupOperations = 2.0 * 64 * groupColumns * 64 *
                                          groupRounds * groupBlocks *
                                          (roofThreads / 128);

/// Bytes of what each writes.
inline constexpr int64_t sumsBytes = readBlocks * roofThreads * 4;

} // namespace tandem::nvidia::kit

#endif // TANDEM_TARGETS_NVIDIA_KIT_ROOFKERNELS_H
