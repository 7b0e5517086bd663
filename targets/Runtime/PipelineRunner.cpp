//===- PipelineRunner.cpp - runs the stages of a pipeline -------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/PipelineRunner.h"

#include <algorithm>

namespace tandem::runtime {

PipelineRunner::PipelineRunner(const BundleFolder &bundle,
                               std::span<const PartRecord *const> records,
                               const std::string &cpu,
                               const MadeWeights &made) {
  constexpr uint64_t page = 4096; // a stage's slot starts on one
  slotOffsets.push_back(0);
  uint64_t width = 0;
  for (const PartRecord *record : records) {
    stages.push_back(std::make_unique<PartRunner>(bundle, *record, cpu, made));
    uint64_t bytes = (stages.back()->slotBytes() + page - 1) / page * page;
    slotOffsets.push_back(slotOffsets.back() + bytes);
    width = std::max(width, stages.back()->outputWidth());
  }
  for (Mapping &buffer : activations) {
    buffer = Mapping::lazy(maxTokens() * width * sizeof(float), "activations");
  }
}

std::vector<std::span<const char>> PipelineRunner::wholeWeights() const {
  std::vector<std::span<const char>> all;
  for (const auto &stage : stages) {
    auto ranges = stage->wholeWeights();
    all.insert(all.end(), ranges.begin(), ranges.end());
  }
  return all;
}

uint64_t PipelineRunner::maxTokens() const {
  uint64_t most = UINT64_MAX;
  for (const auto &stage : stages) {
    most = std::min(most, stage->maxTokens());
  }
  return most;
}

uint64_t PipelineRunner::maxRows() const {
  uint64_t most = UINT64_MAX;
  for (const auto &stage : stages) {
    most = std::min(most, stage->maxRows());
  }
  return most;
}

Mapping PipelineRunner::takeSlot() {
  if (freeSlots.empty()) {
    return Mapping::lazy(slotOffsets.back(), "cache slot");
  }
  Mapping slot = std::move(freeSlots.back());
  freeSlots.pop_back();
  return slot;
}

void PipelineRunner::giveSlot(Mapping slot) {
  for (size_t i = 0; i < stages.size(); ++i) {
    stages[i]->slotFreed(slot.data() + slotOffsets[i]);
  }
  freeSlots.push_back(std::move(slot));
}

double PipelineRunner::deviceSeconds() const {
  double seconds = 0;
  for (const auto &stage : stages) {
    seconds += stage->deviceSeconds();
  }
  return seconds;
}

void PipelineRunner::run(const RunnerStep &step) {
  std::vector<RunnerRow> rows;
  for (size_t i = 0; i < stages.size(); ++i) {
    rows.assign(step.rows.begin(), step.rows.end());
    for (RunnerRow &row : rows) {
      row.slot += slotOffsets[i];
    }
    RunnerStep part = {step.phase, rows, step.logitsOf, step.logits, nullptr};
    if (i > 0) {
      part.activations =
          reinterpret_cast<const float *>(activations[(i - 1) % 2].data());
    }
    if (i + 1 < stages.size()) {
      part.logits = reinterpret_cast<float *>(activations[i % 2].data());
    }
    stages[i]->run(part);
  }
}

} // namespace tandem::runtime
