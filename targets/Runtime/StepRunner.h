//===- StepRunner.h - who runs the steps of a part --------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What the engine needs of a part, whether it runs in this process (PartRunner)
// or in another (Handoff/RemotePrefill).
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_STEPRUNNER_H
#define TANDEM_TARGETS_RUNTIME_STEPRUNNER_H

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "tandem/targets/Runtime/Memory.h"

namespace tandem::runtime {

/// Which rows of logits a step computes.
enum class LogitsOf { LastToken, EveryToken };

/// What a step is for.
enum class Phase { Prefill, Decode };

/// Layers and tokens of a cache.
struct CacheRange {
  uint64_t firstLayer = 0;
  uint64_t layerCount = 0;
  uint64_t firstToken = 0;
  uint64_t tokenCount = 0;
};

/// New tokens of one sequence, behind the `start` tokens in its slot.
struct RunnerRow {
  char *slot;
  std::span<const int32_t> tokens;
  uint64_t start;
};

/// A step that is within the part's limits.
struct RunnerStep {
  Phase phase = Phase::Prefill;
  std::span<const RunnerRow> rows;
  LogitsOf logitsOf = LogitsOf::LastToken;
  /// fp32 [rows or tokens][vocabulary], row-major.
  float *logits = nullptr;
  /// Called when the cache of a layer is complete, layers in order, on the
  /// caller's thread; may be empty, may not throw.
  std::function<void(uint64_t layer)> layerDone;
  /// fp32 [tokens][width]: what the stage before made; null in the first.
  const float *activations = nullptr;

  uint64_t tokenCount() const {
    uint64_t count = 0;
    for (const RunnerRow &row : rows) {
      count += row.tokens.size();
    }
    return count;
  }
};

/// Runs steps and owns the slots that they work on.
class StepRunner {
public:
  virtual ~StepRunner() = default;

  virtual void run(const RunnerStep &step) = 0;
  /// A slot of the full capacity.
  virtual Mapping takeSlot() = 0;
  virtual void giveSlot(Mapping slot) = 0;
  /// The caller has written a range of a slot, behind the tokens in it. On any
  /// thread, never beside another call.
  virtual void slotWritten(const char * /*slot*/,
                           const CacheRange & /*range*/) {}
  /// Seconds that a chip of its own worked on steps; 0 where there is none.
  virtual double deviceSeconds() const { return 0; }
  /// Weights that a step reads whole, each once; none where they are in another
  /// process.
  virtual std::vector<std::span<const char>> wholeWeights() const = 0;
  virtual uint64_t maxTokens() const = 0;
  virtual uint64_t maxRows() const = 0;
};

} // namespace tandem::runtime

#endif // TANDEM_TARGETS_RUNTIME_STEPRUNNER_H
