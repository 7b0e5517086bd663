//===- Programs.cpp - the programs of a part --------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Tpu/Lowering/Programs.h"

#include "tandem/dialects/Transformer/IR/TransformerOps.h"

#include <algorithm>

using namespace mlir;
using namespace tandem;
using namespace tandem::tpu;

/// The scores of one attention, [heads, tokens, capacity] of f32, are a value
/// in memory; longer prompts are taken in pieces instead.
static constexpr int64_t mostScoreBytes = int64_t(1) << 30;
static constexpr int64_t mostTokens = 4096;

std::string Program::getName() const {
  return phase + "-" + std::to_string(tokens) + (keepsAllTokens ? "-all" : "");
}

std::vector<int64_t> tandem::tpu::listBuckets(deploy::PartOp part,
                                              StringRef phase,
                                              int64_t capacityTokens) {
  if (phase == "decode") {
    return {1};
  }
  int64_t heads = 1;
  part.walk([&](transformer::CachedAttentionOp op) {
    heads = std::max<int64_t>(heads, op.getHeads());
  });
  int64_t bytesPerToken = heads * capacityTokens * int64_t(sizeof(float));
  int64_t most =
      std::min({mostTokens, capacityTokens,
                std::max<int64_t>(1, mostScoreBytes /
                                         std::max<int64_t>(1, bytesPerToken))});
  std::vector<int64_t> buckets;
  for (int64_t tokens = 1; tokens <= most; tokens *= 4) {
    buckets.push_back(tokens);
  }
  return buckets;
}

std::vector<Program> tandem::tpu::listPrograms(deploy::PartOp part,
                                               int64_t capacityTokens) {
  std::vector<Program> programs;
  for (auto phase : part.getPhases().getAsRange<StringAttr>()) {
    for (int64_t tokens : listBuckets(part, phase, capacityTokens)) {
      programs.push_back({phase.str(), tokens, false, capacityTokens});
      if (tokens > 1) {
        programs.push_back({phase.str(), tokens, true, capacityTokens});
      }
    }
  }
  return programs;
}
