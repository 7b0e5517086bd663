//===- Messages.h - what the two processes tell each other ------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The fields of each frame, once for both directions.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_HANDOFF_MESSAGES_H
#define TANDEM_TARGETS_RUNTIME_HANDOFF_MESSAGES_H

#include "tandem/targets/Runtime/Handoff/Wire.h"

namespace tandem::runtime {

/// Who is there; compared before anything else is believed.
struct Hello {
  static constexpr MessageKind kind = MessageKind::Hello;
  std::string tool;     ///< version of the compiler that wrote the bundle
  std::string contract; ///< digest of the cache contract
  std::string weights;  ///< digest of the weight set
  std::string part;     ///< id of the part that the prefill process runs

  template <class Visitor> void describe(Visitor &visit) {
    visit("tool version", tool);
    visit("contract digest", contract);
    visit("weight set digest", weights);
    visit("prefill part", part);
  }
};

/// Memory of the decode process, lent until either leaves or dies.
/// Lease 0 takes logits, the others are cache slots.
struct Lend {
  static constexpr MessageKind kind = MessageKind::Lend;
  uint64_t lease = 0;
  uint64_t bytes = 0;

  template <class Visitor> void describe(Visitor &visit) {
    visit("lease", lease);
    visit("bytes", bytes);
  }
};

/// A step: rows in three lists, their tokens behind each other.
struct Prefill {
  static constexpr MessageKind kind = MessageKind::Prefill;
  uint64_t step = 0;
  uint64_t everyLogits = 0;
  std::vector<int32_t> leases, starts, counts, tokens;

  template <class Visitor> void describe(Visitor &visit) {
    visit("step", step);
    visit("every logits", everyLogits);
    visit("leases", leases);
    visit("starts", starts);
    visit("counts", counts);
    visit("tokens", tokens);
  }
};

/// The descriptor of a layer that is complete for one row of the step.
struct Layer {
  static constexpr MessageKind kind = MessageKind::Layer;
  uint64_t step = 0;
  uint64_t row = 0;
  uint64_t layer = 0;
  uint64_t firstToken = 0;
  uint64_t tokenCount = 0;
  uint64_t bytes = 0;
  uint64_t checksum = 0;

  template <class Visitor> void describe(Visitor &visit) {
    visit("step", step);
    visit("row", row);
    visit("layer", layer);
    visit("first token", firstToken);
    visit("token count", tokenCount);
    visit("bytes", bytes);
    visit("checksum", checksum);
  }
};

struct Done {
  static constexpr MessageKind kind = MessageKind::Done;
  uint64_t step = 0;
  uint64_t logitRows = 0;
  uint64_t checksum = 0; ///< of the logits

  template <class Visitor> void describe(Visitor &visit) {
    visit("step", step);
    visit("logit rows", logitRows);
    visit("checksum", checksum);
  }
};

struct Failed {
  static constexpr MessageKind kind = MessageKind::Failed;
  std::string message;

  template <class Visitor> void describe(Visitor &visit) {
    visit("message", message);
  }
};

struct Alive {
  static constexpr MessageKind kind = MessageKind::Alive;
  template <class Visitor> void describe(Visitor & /*visit*/) {}
};

struct Leave {
  static constexpr MessageKind kind = MessageKind::Leave;
  template <class Visitor> void describe(Visitor & /*visit*/) {}
};

/// Sum of floats' bits, to find damage.
inline uint64_t checksumOf(const float *values, uint64_t count) {
  uint64_t sum = 1;
  for (uint64_t i = 0; i < count; ++i) {
    uint32_t bits = 0;
    __builtin_memcpy(&bits, values + i, sizeof(bits));
    sum = sum * 0x100000001b3 + bits;
  }
  return sum;
}

} // namespace tandem::runtime

#endif // TANDEM_TARGETS_RUNTIME_HANDOFF_MESSAGES_H
