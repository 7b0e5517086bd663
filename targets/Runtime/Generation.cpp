//===- Generation.cpp - tokens one after another --------------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/Generation.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <limits>
#include <string>

#include "tandem/targets/Runtime/Failure.h"

namespace tandem::runtime {

int32_t GreedySampler::choose(std::span<const float> logits) {
  // Lanes make this vector code, four times as fast as carrying an index from
  // element to element; of a small model's step that shows.
  constexpr size_t laneCount = 16;
  float largest[laneCount];
  int32_t isNumber[laneCount]; // all bits set, or none
  std::fill_n(largest, laneCount, -std::numeric_limits<float>::infinity());
  std::fill_n(isNumber, laneCount, -1);
  auto take = [&](size_t lane, float logit) {
    isNumber[lane] &= -int32_t(logit == logit);
    largest[lane] = logit > largest[lane] ? logit : largest[lane];
  };
  size_t whole = logits.size() / laneCount * laneCount;
  for (size_t i = 0; i < whole; i += laneCount) {
    for (size_t lane = 0; lane < laneCount; ++lane) {
      take(lane, logits[i + lane]);
    }
  }
  for (size_t i = whole; i < logits.size(); ++i) {
    take(i - whole, logits[i]);
  }
  if (!std::ranges::all_of(isNumber, std::identity())) {
    throw Failure(ExitCode::RuntimeFailure,
                  "the part computed logits that are not numbers");
  }
  float best = *std::ranges::max_element(largest);
  return static_cast<int32_t>(std::ranges::find(logits, best) - logits.begin());
}

void checkRequest(const Manifest &manifest, std::span<const int32_t> prompt,
                  uint64_t newTokens) {
  auto refuse = [](const std::string &what) {
    throw Failure(ExitCode::Usage, what);
  };
  if (prompt.empty()) {
    refuse("the prompt is empty, expected at least one token");
  }
  if (newTokens == 0) {
    refuse("0 new tokens asked for, expected at least 1");
  }
  uint64_t capacity = manifest.capacity.tokens;
  if (newTokens > capacity || prompt.size() + newTokens - 1 > capacity) {
    refuse("a prompt of " + std::to_string(prompt.size()) +
           " tokens and n = " + std::to_string(newTokens) + " need " +
           std::to_string(prompt.size() + newTokens - 1) +
           " places in the cache, whose capacity is " +
           std::to_string(capacity) + " tokens (" + manifest.capacity.cause +
           "); ask for less or compile with a larger --max-context");
  }
  uint64_t bound = manifest.model.idBound();
  for (size_t i = 0; i < prompt.size(); ++i) {
    if (prompt[i] < 0 || static_cast<uint64_t>(prompt[i]) >= bound) {
      refuse("token " + std::to_string(i) + " of the prompt is " +
             std::to_string(prompt[i]) + ", expected 0 to " +
             std::to_string(bound - 1));
    }
  }
}

std::span<const float>
feedPrompt(Engine &engine, Sequence &sequence, std::span<const int32_t> tokens,
           LogitsOf logitsOf,
           const std::function<void(std::span<const float>)> &onLogits,
           const std::function<bool()> &isCancelled) {
  std::span<const float> logits;
  while (!tokens.empty() && !(isCancelled && isCancelled())) {
    size_t count = std::min<size_t>(tokens.size(), engine.maxTokens());
    StepRow row = {&sequence, tokens.first(count)};
    logits = engine.step({&row, 1}, logitsOf);
    tokens = tokens.subspan(count);
    if (onLogits && (logitsOf == LogitsOf::EveryToken || tokens.empty())) {
      onLogits(logits);
    }
  }
  return tokens.empty() ? logits : std::span<const float>();
}

static double secondsSince(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
      .count();
}

Generation generate(Engine &engine, Sequence &sequence, Sampler &sampler,
                    const GenerationRequest &request) {
  Generation result;
  auto start = std::chrono::steady_clock::now();
  auto logits = feedPrompt(engine, sequence, request.prompt, request.logitsOf,
                           request.onLogits, request.isCancelled);
  for (;;) {
    if (logits.empty()) {
      result.reason = StopReason::Cancelled;
      return result;
    }
    int32_t token = sampler.choose(logits.last(engine.vocabulary()));
    result.tokens.push_back(token);
    double seconds = secondsSince(start);
    if (result.tokens.size() == 1) {
      result.firstTokenSeconds = seconds;
    }
    result.laterTokenSeconds = seconds - result.firstTokenSeconds;
    if (request.onToken) {
      request.onToken(token);
    }
    if (std::count(request.stopTokens.begin(), request.stopTokens.end(),
                   token)) {
      result.reason = StopReason::StopToken;
      return result;
    }
    if (request.isLast && request.isLast(token)) {
      result.reason = StopReason::LastToken;
      return result;
    }
    if (result.tokens.size() == request.newTokens) {
      return result;
    }
    logits = feedPrompt(engine, sequence, {&token, 1}, request.logitsOf,
                        request.onLogits, request.isCancelled);
  }
}

} // namespace tandem::runtime
