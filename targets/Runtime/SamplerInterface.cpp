//===- SamplerInterface.cpp - samplers for other programs -----------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/Handles.h"
#include "tandem/targets/Runtime/RandomSampler.h"

using namespace tandem::runtime;

struct TandemSampler {
  std::unique_ptr<Sampler> sampler;
};

TandemError *tandem_sampler_create(const TandemSampling *sampling,
                                   TandemSampler **sampler) {
  return guard([&] {
    TandemSampling given = readStruct(sampling);
    *sampler = new TandemSampler{
        makeSampler({.temperature = given.temperature,
                     .topCount = given.topK,
                     .topProbability = given.topP == 0 ? 1 : given.topP,
                     .seed = given.seed})};
  });
}

void tandem_sampler_free(TandemSampler *sampler) { delete sampler; }

TandemError *tandem_sampler_choose(TandemSampler *sampler, const float *logits,
                                   uint64_t vocabulary, int32_t *token) {
  return guard(
      [&] { *token = sampler->sampler->choose({logits, vocabulary}); });
}
