//===- Engine.cpp - a bundle that runs ------------------------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/Engine.h"

#include <algorithm>

#include "tandem/targets/Runtime/Failure.h"
#include "tandem/targets/Runtime/StopTokens.h"

namespace tandem::runtime {

Sequence::Sequence(Engine &engine) : engine(engine), slot(engine.takeSlot()) {}

Sequence::~Sequence() { engine.giveSlot(std::move(slot)); }

void Sequence::truncate(uint64_t length) {
  tokenCount = std::min(tokenCount, length);
}

Engine::Engine(BundleFolder &bundle, const LoadOptions &options)
    : bundle(bundle) {
  unsigned threads = options.threads ? options.threads : allowedCpuCount();
  ownPool = std::make_unique<ThreadPool>(threads);
  bundle.checkFiles(*ownPool);
  threadTable = ownPool->table();
  if (options.pool) {
    threadTable = options.pool;
    ownPool.reset();
  }
  load(options);
  stops = readStopTokens(bundle);
}

const PartRecord &findRunnablePart(const Manifest &manifest) {
  for (const PartRecord &part : manifest.parts) {
    auto has = [&](const char *phase) {
      return std::find(part.phases.begin(), part.phases.end(), phase) !=
             part.phases.end();
    };
    if (has("prefill") && has("decode") && part.mesh[0] * part.mesh[1] == 1) {
      return part;
    }
  }
  throw Failure(ExitCode::Environment,
                "no part of this bundle runs both prefill and decode on one "
                "chip, which is what this runtime can run");
}

void Engine::load(const LoadOptions &options) {
  const PartRecord &record = findRunnablePart(bundle.manifest());
  PartDescription part = readPart(bundle, record);
  const Variant &variant = chooseVariant(part, options.cpu);
  library = std::make_unique<PartLibrary>(bundle, record, part, variant);
  prefill = library->findEntry("prefill");
  decode = library->findEntry("decode");
  if (!prefill || !decode) {
    throw Failure(ExitCode::InputRejected,
                  "part '" + record.id + "' lacks the entry '" +
                      (prefill ? "decode" : "prefill") + "'");
  }
  arena = Mapping::lazy(part.arenaBytes(), "scratch memory");
  arena.preferLargePages();
  uint64_t rows = std::max(part.maxTokens, part.maxRows);
  logits = Mapping::lazy(rows * part.vocabulary * sizeof(float), "logits");
}

Mapping Engine::takeSlot() {
  if (freeSlots.empty()) {
    return Mapping::lazy(library->description().slotBytes, "cache slot");
  }
  Mapping slot = std::move(freeSlots.back());
  freeSlots.pop_back();
  return slot;
}

[[noreturn]] static void refuse(const std::string &what) {
  throw Failure(ExitCode::Usage, what);
}

static void checkTokens(std::span<const int32_t> tokens, uint64_t vocabulary) {
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i] < 0 || static_cast<uint64_t>(tokens[i]) >= vocabulary) {
      refuse("token " + std::to_string(i) + " is " + std::to_string(tokens[i]) +
             ", expected 0 to " + std::to_string(vocabulary - 1));
    }
  }
}

void Engine::gather(std::span<const StepRow> rows) {
  tokens.clear(), counts.clear(), starts.clear(), slots.clear();
  for (const StepRow &row : rows) {
    uint64_t start = row.sequence->tokenCount;
    if (row.tokens.empty()) {
      refuse("a row of a step needs at least one token");
    }
    if (row.tokens.size() > capacity() - start) {
      refuse("a sequence of " + std::to_string(start) + " tokens takes " +
             std::to_string(capacity() - start) + " more, not " +
             std::to_string(row.tokens.size()) +
             "; compile with a larger --max-context");
    }
    if (std::count(slots.begin(), slots.end(), row.sequence->slot.data())) {
      refuse("a sequence occurs in two rows of one step");
    }
    checkTokens(row.tokens, vocabulary());
    tokens.insert(tokens.end(), row.tokens.begin(), row.tokens.end());
    counts.push_back(static_cast<int32_t>(row.tokens.size()));
    starts.push_back(static_cast<int32_t>(start));
    slots.push_back(row.sequence->slot.data());
  }
  if (rows.empty() || rows.size() > maxRows() || tokens.size() > maxTokens()) {
    refuse("a step has " + std::to_string(rows.size()) + " rows and " +
           std::to_string(tokens.size()) + " tokens, expected 1 to " +
           std::to_string(maxRows()) + " rows and at most " +
           std::to_string(maxTokens()) + " tokens");
  }
}

TandemEntry Engine::chooseEntry() const {
  bool oneEach = tokens.size() == counts.size();
  bool anyFirst = std::count(starts.begin(), starts.end(), 0) != 0;
  return oneEach && !anyFirst ? decode : prefill;
}

std::span<const float> Engine::step(std::span<const StepRow> rows,
                                    LogitsOf logitsOf) {
  gather(rows);
  TandemStep step = {};
  step.size = sizeof(step);
  step.weights = library->weightTable();
  step.threads = threadTable;
  step.arena = arena.data();
  step.slots = slots.data();
  step.tokens = tokens.data();
  step.counts = counts.data();
  step.starts = starts.data();
  step.rowCount = counts.size();
  step.tokenCount = tokens.size();
  step.capacity = capacity();
  step.allLogits = logitsOf == LogitsOf::EveryToken;
  step.logits = reinterpret_cast<float *>(logits.data());
  if (int32_t code = chooseEntry()(&step); code != TANDEM_STEP_OK) {
    throw Failure(ExitCode::RuntimeFailure,
                  "the part refused a step with code " + std::to_string(code));
  }
  for (const StepRow &row : rows) {
    row.sequence->tokenCount += row.tokens.size();
  }
  uint64_t logitRows = step.allLogits ? step.tokenCount : step.rowCount;
  return {step.logits, logitRows * vocabulary()};
}

} // namespace tandem::runtime
