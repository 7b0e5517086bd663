//===- SamplerInterface.cpp - samplers for other programs -----------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/Handles.h"

using namespace tandem::runtime;

struct TandemSampler {
  std::unique_ptr<Sampler> sampler;
};

TandemError *tandem_sampler_create(const TandemSampling *sampling,
                                   TandemSampler **sampler) {
  return guard(
      [&] { *sampler = new TandemSampler{samplerOf(readStruct(sampling))}; });
}

void tandem_sampler_free(TandemSampler *sampler) { delete sampler; }

TandemError *tandem_sampler_choose(TandemSampler *sampler, const float *logits,
                                   uint64_t vocabulary, int32_t *token) {
  return guard(
      [&] { *token = sampler->sampler->choose({logits, vocabulary}); });
}
