//===- Programs.h - the programs of a part -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A program has a fixed number of launches and of blocks of threads, so a part
// has one for each phase and bucket of tokens: a step of fewer tokens runs the
// next larger one, whose threads leave where there is no token.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_NVIDIA_LOWERING_PROGRAMS_H
#define TANDEM_TARGETS_NVIDIA_LOWERING_PROGRAMS_H

#include "tandem/dialects/Deploy/IR/DeployOps.h"
#include "tandem/targets/Nvidia/Kernels/Kernels.h"
#include "tandem/targets/Nvidia/Machine.h"

#include <string>
#include <vector>

namespace tandem::nvidia {

/// What one program is made for.
struct Program {
  std::string phase;
  int64_t tokens = 1;   ///< most new tokens of a step
  int64_t rows = 1;     ///< most sequences of a step
  int64_t selected = 1; ///< most tokens whose logits are asked for

  /// "prefill-8".
  std::string getName() const;
};

/// The values of a step, i32 each; every array begins at a multiple of 16
/// bytes. They are what a program reads instead of arguments.
enum class StepField {
  tokenCount,    ///< new tokens of the step
  selectedCount, ///< tokens whose logits are asked for
  tokens,        ///< [tokens] ids
  positions,     ///< [tokens] places in their sequences
  tokenRows,     ///< [tokens] the row of each token
  selected,      ///< [selected] numbers of tokens whose logits are asked for
  lengths,       ///< [rows] tokens of a row in the cache, new ones included
  blocks,        ///< [rows][blocks of a full row] numbers of cache blocks
};
inline constexpr int64_t stepFields = 8;

/// Where a field lies in the values of a step.
struct StepPlace {
  int64_t offset = 0, elements = 0;

  int64_t bytes() const { return elements * int64_t(sizeof(int32_t)); }
};

/// The places of all fields, in the order of StepField, and their size
/// together.
struct StepLayout {
  StepLayout(const Program &program, int64_t blocksPerRow);

  const StepPlace &of(StepField field) const {
    return places[static_cast<int64_t>(field)];
  }

  StepPlace places[stepFields];
  int64_t bytes = 0;
};

/// The programs of the part: decode for 1 and 8 tokens, other phases for
/// 1, 8, 64, 512 and 2048, none above the capacity.
std::vector<Program> listPrograms(deploy::PartOp part, int64_t capacityTokens);

/// How the part's cache lies in blocks.
CacheBlocks describeBlocks(deploy::PartOp part, const Machine &machine,
                           int64_t capacityTokens);

} // namespace tandem::nvidia

#endif // TANDEM_TARGETS_NVIDIA_LOWERING_PROGRAMS_H
