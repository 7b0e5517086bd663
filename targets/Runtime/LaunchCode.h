//===- LaunchCode.h - kernels and the launches of a step -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The code of a part whose chip is driven by launches: kernels in one text, and
// for each phase and number of tokens a program, a list of launches over
// buffers. Kernels take the addresses of what they read, then of what they
// write. All else of a step is in the values of the step, i32 each, which the
// caller writes into one buffer: `step` of a program says what lies where.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_LAUNCHCODE_H
#define TANDEM_TARGETS_RUNTIME_LAUNCHCODE_H

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tandem::runtime {

/// A buffer as a matrix of 16-bit elements, of which kernels copy boxes to the
/// memory that a block of threads shares.
struct MatrixMap {
  uint64_t rows = 0;
  uint64_t columns = 0;
  uint64_t rowBytes = 0;
  uint64_t boxRows = 0;
  uint64_t boxColumns = 0;
};

/// A piece of one of the memories.
struct LaunchBuffer {
  std::string memory;
  std::optional<uint64_t> entry;
  uint64_t offset = 0;
  uint64_t bytes = 0;
  /// Kernels take this in place of the address, where it is there.
  std::optional<MatrixMap> map = std::nullopt;
};

/// One launch of a kernel.
struct KernelLaunch {
  std::string kernel;
  std::vector<uint64_t> grid;
  uint64_t threads = 0;
  uint64_t sharedBytes = 0;
  std::vector<uint64_t> reads;
  std::vector<uint64_t> writes;
  bool programmatic = false;
};

/// One of the values of a step.
struct StepValues {
  std::string name;
  uint64_t offset = 0;
  uint64_t elements = 0;
};

/// What is launched for a step.
struct LaunchProgram {
  std::string name;
  std::string phase;
  uint64_t tokens = 0;
  uint64_t rows = 0;
  uint64_t selected = 0;
  uint64_t arenaBytes = 0;
  uint64_t stepBytes = 0;
  std::vector<StepValues> step;
  std::vector<LaunchBuffer> buffers;
  std::vector<KernelLaunch> launches;
};

/// What the assembler says of a kernel.
struct AssembledKernel {
  std::string name;
  uint64_t registers = 0;
  uint64_t spilledBytes = 0;
};

/// What every launch of a kernel has to agree with.
struct LaunchedKernel {
  std::string name;
  uint64_t arguments = 0;
  uint64_t threads = 0;
  uint64_t sharedBytes = 0;
};

/// The cache, in blocks that a row's list names. A block has a part for each
/// layer: keys [head][token], then values [head][token].
struct CacheBlocks {
  uint64_t tokens = 0;
  uint64_t bytes = 0;
  uint64_t layers = 0;
  uint64_t heads = 0;
  uint64_t keyBytes = 0;
  uint64_t valueBytes = 0;

  uint64_t layerBytes() const { return bytes / layers; }
};

/// Kernels and programs.
struct LaunchCode {
  std::string format;
  std::string device;
  std::string leastDriver; ///< "12.3"
  uint64_t chipNumber = 0;
  std::string file;
  std::optional<std::string> binary;
  std::optional<std::string> whyNoBinary;
  std::vector<AssembledKernel> assembled;
  std::vector<LaunchedKernel> kernels;
  CacheBlocks cache;
  std::vector<LaunchProgram> programs;

  /// The smallest program of a phase that takes a step of so many tokens, rows
  /// and selected tokens, or null. Phases without a program run by another.
  const LaunchProgram *find(const std::string &phase, uint64_t tokens,
                            uint64_t rows, uint64_t selected) const;
};

/// Checks what a program that reads `code` relies on: indices of buffers, three
/// sizes of a grid, entries below `weights`. Throws a Failure that begins with
/// `name`.
void checkLaunchCode(const LaunchCode &code, uint64_t weights,
                     const std::string &name);

} // namespace tandem::runtime

#endif // TANDEM_TARGETS_RUNTIME_LAUNCHCODE_H
