//===- PipelineRunner.h - runs the stages of a pipeline ---------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Parts that each run some layers of a phase, one after the other. A slot is
// the slots of the stages, one behind the other.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_PIPELINERUNNER_H
#define TANDEM_TARGETS_RUNTIME_PIPELINERUNNER_H

#include <memory>

#include "tandem/targets/Runtime/PartRunner.h"

namespace tandem::runtime {

/// The stages of a pipeline in this process.
class PipelineRunner final : public StepRunner {
public:
  /// `stages` in order; see PartRunner for the rest.
  PipelineRunner(const BundleFolder &bundle,
                 std::span<const PartRecord *const> stages,
                 const std::string &cpu, const MadeWeights &made);

  /// Runs all stages. layerDone is not supported: no cache is handed over.
  void run(const RunnerStep &step) override;
  Mapping takeSlot() override;
  void giveSlot(Mapping slot) override;
  double deviceSeconds() const override;
  std::vector<std::span<const char>> wholeWeights() const override;
  uint64_t maxTokens() const override;
  uint64_t maxRows() const override;
  const std::string &variantName() const {
    return stages.front()->variantName();
  }

private:
  std::vector<std::unique_ptr<PartRunner>> stages;
  std::vector<uint64_t> slotOffsets; ///< of each stage, and the end
  Mapping activations[2];            ///< what goes into a stage, what comes out
  std::vector<Mapping> freeSlots;
};

} // namespace tandem::runtime

#endif // TANDEM_TARGETS_RUNTIME_PIPELINERUNNER_H
