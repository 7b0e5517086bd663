//===- RemotePrefill.h - prefill in another process -------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The decode process's view of the prefill process: it lends it slots in shared
// memory and gets told, layer by layer, what stands in them.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_HANDOFF_REMOTEPREFILL_H
#define TANDEM_TARGETS_RUNTIME_HANDOFF_REMOTEPREFILL_H

#include <map>

#include "tandem/targets/Runtime/Handoff/Channel.h"
#include "tandem/targets/Runtime/Handoff/HandoffLibrary.h"
#include "tandem/targets/Runtime/PartDescription.h"
#include "tandem/targets/Runtime/StepRunner.h"

namespace tandem::runtime {

/// Runs prefill steps at a peer (PrefillServer).
class RemotePrefill final : public StepRunner {
public:
  /// Shakes hands. `conversion` reads the peer's slots.
  RemotePrefill(const Manifest &manifest, const std::string &partId,
                const PartDescription &part, const HandoffLibrary &conversion,
                PeerOptions options);
  ~RemotePrefill() override;

  void run(const RunnerStep &step) override;
  Mapping takeSlot() override;
  void giveSlot(Mapping slot) override { freeSlots.push_back(std::move(slot)); }
  std::vector<std::span<const char>> wholeWeights() const override {
    return {};
  }
  uint64_t maxTokens() const override { return part.maxTokens; }
  uint64_t maxRows() const override { return part.maxRows; }

private:
  Mapping lend(uint64_t bytes);
  void attempt(const RunnerStep &step);
  void request(const RunnerStep &step);
  Frame receive();
  Frame receiveOfStep();
  void takeLayer(const RunnerStep &step, const Layer &layer, uint64_t expected);
  void takeLogits(const RunnerStep &step, const Done &done);

  const PartDescription part;
  const HandoffLibrary &conversion;
  std::string partId;
  std::function<void(const std::string &)> onDamage;
  Channel channel;
  uint64_t steps = 0;
  uint64_t damagedStep = 0; ///< number of the one that was asked for again
  uint64_t layersDone = 0;  ///< of the step, that the caller was told of
  uint64_t leases = 0;
  std::map<const char *, int32_t> leaseOf; ///< by the address of the slot
  Mapping logits;
  std::vector<Mapping> freeSlots;
};

} // namespace tandem::runtime

#endif // TANDEM_TARGETS_RUNTIME_HANDOFF_REMOTEPREFILL_H
