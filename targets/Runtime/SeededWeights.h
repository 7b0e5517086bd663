//===- SeededWeights.h - weights made of a number ---------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A bundle compiled with --no-weights says of each weight where its numbers lie
// and which they may be. A number depends on the seed, its tensor's name and
// its index in that tensor alone: not on how a chip packs it, nor on the
// threads.
//
// With u = mix(mix(seed) ^ fnv1a(tensor)) and mix the finaliser of splitmix64,
// element i is first + step * (mix(u + i * 0x9e3779b97f4a7c15) >> (64 - bits)).
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_SEEDEDWEIGHTS_H
#define TANDEM_TARGETS_RUNTIME_SEEDEDWEIGHTS_H

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tandem/targets/Runtime/PartAbi.h"

namespace tandem::runtime {

/// The numbers of a tensor: `first` and 2^bits - 1 steps above it, all equally
/// likely. The compiler chooses them so that fp32, fp16 and bf16 hold each.
struct SeededValues {
  double first = 0;
  double step = 0;
  uint64_t bits = 0; ///< 0 to 8; 0: all are `first`
};

/// One loop over places in a packed tensor and elements of its source.
struct SeededLoop {
  uint64_t count = 0;
  uint64_t bits = 0; ///< from a place to the next
  uint64_t row = 0;  ///< rows from an element to the next
  uint64_t column = 0;
};

/// The elements of one tensor of the file, where they lie in a packed one. A
/// place whose row or column is none of the source stays zero.
struct SeededField {
  std::string tensor; ///< what the numbers depend on beside seed and index
  std::string type;   ///< of a place: f32, f16, bf16, u8 or u4
  SeededValues values;
  uint64_t rows = 0;
  uint64_t columns = 0;
  uint64_t rowElements = 0;      ///< from a row's first index to the next's
  uint64_t offset = 0;           ///< bits to the first place
  std::vector<SeededLoop> loops; ///< outermost first
};

/// Element `index` of the tensor called `tensor`.
float seededValue(uint64_t seed, std::string_view tensor,
                  const SeededValues &values, uint64_t index);

/// Fails (InputRejected) where a field does not lie in `bytes` bytes or threads
/// could meet in a byte; messages begin with `where`.
void checkSeededField(const SeededField &field, uint64_t bytes,
                      const std::string &where);

/// Writes a field of the packed tensor at `target`, which is zero, on all
/// threads. checkSeededField has passed.
void fillSeeded(const SeededField &field, uint64_t seed, char *target,
                const TandemThreads *threads);

} // namespace tandem::runtime

#endif // TANDEM_TARGETS_RUNTIME_SEEDEDWEIGHTS_H
