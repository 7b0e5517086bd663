//===- RandomSampler.h - tokens drawn by their probability ------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Temperature first, then the likeliest tokens by count, then by probability
// among those that are left: the order of the libraries that models are tuned
// with. Nothing depends on threads or time: a seed gives the same tokens again.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_RANDOMSAMPLER_H
#define TANDEM_TARGETS_RUNTIME_RANDOMSAMPLER_H

#include <cstdint>
#include <memory>
#include <random>
#include <span>
#include <vector>

#include "tandem/targets/Runtime/Generation.h"

namespace tandem::runtime {

/// How tokens are drawn.
struct Sampling {
  double temperature = 0;    ///< divides logits; 0: greedy
  uint64_t topCount = 0;     ///< draw from this many likeliest; 0: all
  double topProbability = 1; ///< draw from the fewest that reach this sum
  uint64_t seed = 0;
};

/// Draws a token by its probability. Of equal ones that do not all stay, those
/// with the smallest indices do.
class RandomSampler : public Sampler {
public:
  /// The temperature is above 0.
  explicit RandomSampler(const Sampling &sampling);

  int32_t choose(std::span<const float> logits) override;

private:
  struct Candidate {
    double weight; ///< a probability times a constant
    int32_t token;
    bool operator<(const Candidate &other) const {
      return weight != other.weight ? weight < other.weight
                                    : token > other.token;
    }
  };

  void weigh(std::span<const float> logits);
  void keepCount();
  void keepProbability();
  double sum() const;

  Sampling sampling;
  std::mt19937_64 generator; // its sequence is part of the C++ standard
  std::vector<Candidate> candidates;
};

/// The sampler for `sampling`, greedy where the temperature is 0. Fails where a
/// number is out of its range, or limits are given without a temperature.
std::unique_ptr<Sampler> makeSampler(const Sampling &sampling);

} // namespace tandem::runtime

#endif // TANDEM_TARGETS_RUNTIME_RANDOMSAMPLER_H
