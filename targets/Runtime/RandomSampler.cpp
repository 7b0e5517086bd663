//===- RandomSampler.cpp - tokens drawn by their probability --------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/RandomSampler.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "tandem/targets/Runtime/Failure.h"

namespace tandem::runtime {

RandomSampler::RandomSampler(const Sampling &sampling)
    : sampling(sampling), generator(sampling.seed) {}

/// Weights relative to the largest logit, which has 1: nothing overflows.
void RandomSampler::weigh(std::span<const float> logits) {
  float largest = -std::numeric_limits<float>::infinity();
  bool areNumbers = true;
  for (float logit : logits) {
    areNumbers &= !std::isnan(logit);
    largest = std::max(largest, logit);
  }
  if (!areNumbers || !std::isfinite(largest)) {
    throw Failure(ExitCode::RuntimeFailure,
                  "the part computed logits that are not numbers");
  }
  candidates.clear();
  candidates.reserve(logits.size());
  for (size_t i = 0; i < logits.size(); ++i) {
    double weight =
        std::exp((double(logits[i]) - largest) / sampling.temperature);
    candidates.push_back({weight, static_cast<int32_t>(i)});
  }
}

void RandomSampler::keepCount() {
  if (sampling.topCount == 0 || sampling.topCount >= candidates.size()) {
    return;
  }
  auto end = candidates.begin() + static_cast<ptrdiff_t>(sampling.topCount);
  std::nth_element(candidates.begin(), end, candidates.end(),
                   [](const auto &a, const auto &b) { return b < a; });
  candidates.erase(end, candidates.end());
}

/// Keeps the fewest candidates that reach the probability, by a heap: as a rule
/// they are few of many.
void RandomSampler::keepProbability() {
  if (sampling.topProbability >= 1) {
    return;
  }
  double wanted = sampling.topProbability * sum();
  std::make_heap(candidates.begin(), candidates.end());
  auto rest = candidates.end(); // what is kept gathers behind it
  double reached = 0;
  do {
    std::pop_heap(candidates.begin(), rest);
    --rest;
    reached += rest->weight;
  } while (reached < wanted && rest != candidates.begin());
  candidates.erase(candidates.begin(), rest);
}

double RandomSampler::sum() const {
  double total = 0;
  for (const Candidate &candidate : candidates) {
    total += candidate.weight;
  }
  return total;
}

int32_t RandomSampler::choose(std::span<const float> logits) {
  weigh(logits);
  keepCount();
  keepProbability();
  // 53 random bits make a double in [0, 1).
  double left = std::ldexp(double(generator() >> 11), -53) * sum();
  int32_t chosen = candidates.front().token;
  for (const Candidate &candidate : candidates) {
    if (candidate.weight > 0) { // rounding may leave something at the end
      chosen = candidate.token;
      left -= candidate.weight;
      if (left < 0) {
        break;
      }
    }
  }
  return chosen;
}

static void refuse(const char *what, double is, const char *expected) {
  throw Failure(ExitCode::Usage, std::string("the ") + what + " is " +
                                     std::to_string(is) + ", expected " +
                                     expected);
}

std::unique_ptr<Sampler> makeSampler(const Sampling &sampling) {
  double temperature = sampling.temperature;
  double probability = sampling.topProbability;
  if (!std::isfinite(temperature) || temperature < 0) {
    refuse("temperature", temperature, "0 or more");
  }
  if (!(probability > 0 && probability <= 1)) {
    refuse("top-p", probability, "more than 0 and at most 1");
  }
  if (temperature == 0 && (probability != 1 || sampling.topCount != 0)) {
    throw Failure(ExitCode::Usage,
                  "top-p or top-k is given, but the temperature is 0, which "
                  "takes the largest logit; give a temperature too");
  }
  if (temperature == 0) {
    return std::make_unique<GreedySampler>();
  }
  return std::make_unique<RandomSampler>(sampling);
}

} // namespace tandem::runtime
