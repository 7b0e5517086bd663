//===- PartRunner.cpp - runs a part in this process -----------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/PartRunner.h"

#include "tandem/targets/Runtime/Failure.h"

namespace tandem::runtime {

PartRunner::PartRunner(const BundleFolder &bundle, const PartRecord &record,
                       const std::string &cpu, const MadeWeights &made)
    : PartRunner(bundle, record, readPart(bundle, record), cpu, made) {}

PartRunner::PartRunner(const BundleFolder &bundle, const PartRecord &record,
                       const PartDescription &part, const std::string &cpu,
                       const MadeWeights &made)
    : library(bundle, record, part, cpu, made), threads(made.threads),
      capacity(bundle.manifest().capacity.tokens), prefill("prefill"),
      decode("decode") {
  for (const std::string &phase : record.phases) {
    if (!library.hasEntry(phase)) {
      throw Failure(ExitCode::InputRejected,
                    "part '" + record.id + "' lacks the entry '" + phase + "'");
    }
  }
  prefill = library.hasEntry(prefill) ? prefill : decode;
  decode = library.hasEntry(decode) ? decode : prefill;
  arena = Mapping::lazy(part.arenaBytes(), "scratch memory");
  arena.preferLargePages();
  library.touchWeights(threads);
}

Mapping PartRunner::takeSlot() {
  if (freeSlots.empty()) {
    return Mapping::lazy(slotBytes(), "cache slot");
  }
  Mapping slot = std::move(freeSlots.back());
  freeSlots.pop_back();
  return slot;
}

static void callLayerDone(void *context, uint64_t layer) {
  static_cast<const RunnerStep *>(context)->layerDone(layer);
}

void PartRunner::run(const RunnerStep &request) {
  tokens.clear(), counts.clear(), starts.clear(), slots.clear();
  for (const RunnerRow &row : request.rows) {
    tokens.insert(tokens.end(), row.tokens.begin(), row.tokens.end());
    counts.push_back(static_cast<int32_t>(row.tokens.size()));
    starts.push_back(static_cast<int32_t>(row.start));
    slots.push_back(row.slot);
  }
  TandemStep step = {};
  step.size = sizeof(step);
  step.weights = library.weightTable();
  step.threads = threads;
  step.arena = arena.data();
  step.slots = slots.data();
  step.tokens = tokens.data();
  step.counts = counts.data();
  step.starts = starts.data();
  step.rowCount = counts.size();
  step.tokenCount = tokens.size();
  step.capacity = capacity;
  step.allLogits = request.logitsOf == LogitsOf::EveryToken;
  step.logits = request.logits;
  step.activations = request.activations;
  if (request.layerDone) {
    step.layerDone = callLayerDone;
    step.layerContext = const_cast<RunnerStep *>(&request);
  }
  library.run(request.phase == Phase::Decode ? decode : prefill, step);
}

} // namespace tandem::runtime
