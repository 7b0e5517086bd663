//===- Generation.h - tokens one after another ------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The loop of text generation: the prompt in pieces, then a step per token.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_GENERATION_H
#define TANDEM_TARGETS_RUNTIME_GENERATION_H

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "tandem/targets/Runtime/Engine.h"

namespace tandem::runtime {

/// Chooses a token from logits.
class Sampler {
public:
  virtual ~Sampler() = default;
  virtual int32_t choose(std::span<const float> logits) = 0;
};

/// Chooses the largest logit; among equals the smallest index.
class GreedySampler : public Sampler {
public:
  int32_t choose(std::span<const float> logits) override;
};

/// What to generate and whom to tell.
struct GenerationRequest {
  std::span<const int32_t> prompt;
  uint64_t newTokens = 1;
  std::span<const int32_t> stopTokens; ///< end after one of these
  LogitsOf logitsOf = LogitsOf::LastToken;
  /// Gets rows of logits in order: with LastToken the rows that chose a token,
  /// with EveryToken also those of the prompt. May be empty.
  std::function<void(std::span<const float>)> onLogits;
  /// Gets each token as it is chosen. May be empty.
  std::function<void(int32_t)> onToken;
  /// Asked about each token after onToken; true ends the generation with it.
  /// May be empty.
  std::function<bool(int32_t)> isLast;
  /// Asked between steps; true ends the generation. May be empty.
  std::function<bool()> isCancelled;
};

/// Why a generation ended.
enum class StopReason { Length, StopToken, LastToken, Cancelled };

/// What was generated.
struct Generation {
  std::vector<int32_t> tokens;
  double firstTokenSeconds = 0; ///< from the call to the first token
  double laterTokenSeconds = 0; ///< from the first token to the last
  StopReason reason = StopReason::Length;
};

/// Rejects prompts and lengths that do not fit, naming prompt, n and capacity.
void checkRequest(const Manifest &manifest, std::span<const int32_t> prompt,
                  uint64_t newTokens);

/// Generates after what `sequence` holds.
Generation generate(Engine &engine, Sequence &sequence, Sampler &sampler,
                    const GenerationRequest &request);

/// Feeds `tokens` in steps of at most maxTokens and returns the logits of the
/// last step; see GenerationRequest for `onLogits`.
std::span<const float>
feedPrompt(Engine &engine, Sequence &sequence, std::span<const int32_t> tokens,
           LogitsOf logitsOf,
           const std::function<void(std::span<const float>)> &onLogits,
           const std::function<bool()> &isCancelled);

} // namespace tandem::runtime

#endif // TANDEM_TARGETS_RUNTIME_GENERATION_H
