//===- WarpMatrix.h - asynchronous products of a warp -----------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_NVIDIA_EMULATOR_WARPMATRIX_H
#define TANDEM_TARGETS_NVIDIA_EMULATOR_WARPMATRIX_H

#include "tandem/targets/Nvidia/Emulator/Site.h"

#include <array>
#include <deque>
#include <memory>
#include <vector>

namespace tandem::nvidia::ptx {

/// The registers of a warp that collect products, and what is in them: the
/// registers themselves hold NaN while a product is under way.
struct Accumulator {
  unsigned columns;
  std::vector<uint32_t *> registers; ///< [lane][word], half as many as columns
  std::vector<float> values;         ///< [row of 16][column]
  unsigned pendingProducts = 0;
};

/// A `wgmma.mma_async` that is under way.
struct AsyncProduct {
  const Site *site;
  Accumulator *accumulator;
  bool accumulates; ///< D = A B + D, else D = A B
  uint64_t descriptorA, descriptorB;
  std::array<std::array<uint32_t *, 4>, 32> registersA; ///< [lane][word]
};

/// The products of a warp; the other warps of its warpgroup have other rows.
struct AsyncProducts {
  std::vector<std::unique_ptr<Accumulator>> accumulators;
  std::vector<AsyncProduct> open;
  std::deque<std::vector<AsyncProduct>> groups;
  bool isFenced = false; ///< since registers were last given back
};

//===----------------------------------------------------------------------===//
// What the last lane of a warp does for all (Site.h)
//===----------------------------------------------------------------------===//

/// Fails unless all 32 lanes take part.
void checkWholeWarp(Warp &warp, const Site &site, uint32_t lanes);

/// `mma.sync`. Words: A, B, C -> D.
void multiply(Warp &warp, const Site &site, uint32_t lanes);

/// `ldmatrix`, `stmatrix`. Words: shared address (and a word per tile) -> a
/// word per tile.
void loadTiles(Warp &warp, const Site &site, uint32_t lanes);
void storeTiles(Warp &warp, const Site &site, uint32_t lanes);

/// `wgmma.mma_async`. Words: descriptors of A and B (low, high), whether it
/// accumulates. ThreadRegisters::registers: the accumulator's, then A's.
void issueProduct(Warp &warp, const Site &site, uint32_t lanes);

/// `wgmma.fence`, `.commit_group` and `.wait_group` (word: groups that may
/// stay).
void fenceProducts(Warp &warp, const Site &site, uint32_t lanes);
void commitProducts(Warp &warp, const Site &site, uint32_t lanes);
void waitProducts(Warp &warp, const Site &site, uint32_t lanes);

} // namespace tandem::nvidia::ptx

#endif // TANDEM_TARGETS_NVIDIA_EMULATOR_WARPMATRIX_H
