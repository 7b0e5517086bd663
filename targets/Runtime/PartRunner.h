//===- PartRunner.h - runs a part in this process ---------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A loaded part with its scratch memory and its cache slots.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_PARTRUNNER_H
#define TANDEM_TARGETS_RUNTIME_PARTRUNNER_H

#include <string>
#include <vector>

#include "tandem/targets/Runtime/PartLibrary.h"
#include "tandem/targets/Runtime/StepRunner.h"

namespace tandem::runtime {

/// Runs the steps of one part.
class PartRunner final : public StepRunner {
public:
  /// `cpu`: the variant to force; empty: the best for this CPU. Steps run on
  /// the threads that make weights.
  PartRunner(const BundleFolder &bundle, const PartRecord &record,
             const std::string &cpu, const MadeWeights &made);

  void run(const RunnerStep &step) override;
  Mapping takeSlot() override;
  void giveSlot(Mapping slot) override {
    library.slotFreed(slot.data());
    freeSlots.push_back(std::move(slot));
  }
  /// The sequence in a slot that somebody else owns has ended.
  void slotFreed(const char *slot) { library.slotFreed(slot); }
  void slotWritten(const char *slot, const CacheRange &range) override {
    library.slotWritten(slot, range);
  }
  double deviceSeconds() const override { return library.deviceSeconds(); }
  uint64_t maxTokens() const override {
    return library.description().maxTokens;
  }
  uint64_t maxRows() const override { return library.description().maxRows; }
  std::vector<std::span<const char>> wholeWeights() const override {
    return library.wholeWeights();
  }
  uint64_t slotBytes() const { return library.description().slotBytes; }
  /// Width of what a step returns.
  uint64_t outputWidth() const { return library.description().vocabulary; }
  const std::string &variantName() const { return library.variantName(); }

private:
  PartRunner(const BundleFolder &bundle, const PartRecord &record,
             const PartDescription &part, const std::string &cpu,
             const MadeWeights &made);

  PartLibrary library;
  const TandemThreads *threads;
  uint64_t capacity;
  // A part with one phase runs every step by it: the signature is the same.
  std::string prefill;
  std::string decode;
  Mapping arena;
  std::vector<Mapping> freeSlots;

  // Arguments of the current step, kept to keep their memory.
  std::vector<int32_t> tokens, counts, starts;
  std::vector<void *> slots;
};

} // namespace tandem::runtime

#endif // TANDEM_TARGETS_RUNTIME_PARTRUNNER_H
