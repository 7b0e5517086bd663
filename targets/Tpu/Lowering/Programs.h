//===- Programs.h - the programs of a part ----------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A program has fixed shapes, so a part has one for each phase and bucket: a
// step of fewer tokens is padded to the next bucket.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_TPU_LOWERING_PROGRAMS_H
#define TANDEM_TARGETS_TPU_LOWERING_PROGRAMS_H

#include "tandem/dialects/Deploy/IR/DeployOps.h"

#include <string>
#include <vector>

namespace tandem::tpu {

/// What one program is made for.
struct Program {
  std::string phase;
  int64_t tokens = 1;          ///< tokens of its one row, padding included
  bool keepsAllTokens = false; ///< logits of every token, or of the last
  int64_t capacityTokens = 0;  ///< tokens that the cache holds

  /// "prefill-16", "prefill-16-all".
  std::string getName() const;
};

/// Token counts of a phase's programs, ascending: 1, then powers of four that
/// neither exceed the capacity nor the memory that scores may take. `decode`
/// has 1 alone.
std::vector<int64_t> listBuckets(deploy::PartOp part, llvm::StringRef phase,
                                 int64_t capacityTokens);

/// The programs of the part: for each phase and bucket one with the last
/// token's logits and, above one token, one with every token's.
std::vector<Program> listPrograms(deploy::PartOp part, int64_t capacityTokens);

} // namespace tandem::tpu

#endif // TANDEM_TARGETS_TPU_LOWERING_PROGRAMS_H
