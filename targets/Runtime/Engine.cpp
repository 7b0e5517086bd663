//===- Engine.cpp - a bundle that runs ------------------------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/Engine.h"

#include <algorithm>

#include "tandem/targets/Runtime/Failure.h"
#include "tandem/targets/Runtime/Handoff/RemotePrefill.h"
#include "tandem/targets/Runtime/ReadRoof.h"
#include "tandem/targets/Runtime/StopTokens.h"

namespace tandem::runtime {

Sequence::Sequence(Engine &engine)
    : engine(engine), slot(engine.decode->takeSlot()) {}

Sequence::~Sequence() {
  engine.decode->giveSlot(std::move(slot));
  if (prefillSlot.data()) {
    engine.prefill->giveSlot(std::move(prefillSlot));
  }
}

void Sequence::truncate(uint64_t length) {
  tokenCount = std::min(tokenCount, length);
  importedLayers = 0;
  isAtDecode &= tokenCount != 0;
}

Engine::Engine(BundleFolder &bundle, const LoadOptions &options)
    : bundle(bundle) {
  checkSeed(bundle.manifest(), options);
  unsigned threads = options.threads ? options.threads : allowedCpuCount();
  ownPool = std::make_unique<ThreadPool>(threads);
  bundle.checkFiles(*ownPool, options.readsAll);
  threadTable = ownPool->table();
  if (options.pool) {
    threadTable = options.pool;
    ownPool.reset();
  }
  load(options);
  stops = readStopTokens(bundle);
}

Engine::~Engine() = default;

void checkSeed(const Manifest &manifest, const LoadOptions &options) {
  if (options.randomWeights && !manifest.weights.seeded) {
    throw Failure(ExitCode::Usage,
                  "--random-weights is for bundles compiled with --no-weights; "
                  "this one has its weights");
  }
}

static const PartRecord *findPart(const Manifest &manifest,
                                  std::initializer_list<const char *> phases) {
  for (const PartRecord &part : manifest.parts) {
    auto has = [&](const char *phase) {
      return std::find(part.phases.begin(), part.phases.end(), phase) !=
             part.phases.end();
    };
    if (part.mesh[0] * part.mesh[1] == 1 &&
        std::all_of(phases.begin(), phases.end(), has)) {
      return &part;
    }
  }
  return nullptr;
}

bool runsInTwoParts(const Manifest &manifest) {
  return !findPart(manifest, {"prefill", "decode"}) &&
         findPart(manifest, {"prefill"}) && findPart(manifest, {"decode"});
}

std::vector<const PartRecord *> findStages(const Manifest &manifest) {
  std::vector<const PartRecord *> stages;
  bool hasStages = false;
  for (const PartRecord &part : manifest.parts) {
    hasStages |= part.stage != 0;
    if (part.phases.size() == 2) {
      stages.push_back(&part);
    }
  }
  std::sort(stages.begin(), stages.end(),
            [](auto *a, auto *b) { return a->stage < b->stage; });
  for (size_t i = 0; hasStages && i < manifest.parts.size(); ++i) {
    if (stages.size() != manifest.parts.size() || stages[i]->stage != i) {
      throw Failure(ExitCode::Environment,
                    "the stages of this bundle do not run both phases one "
                    "after the other, which is what this runtime can run");
    }
  }
  return stages;
}

PhaseParts findPhaseParts(const Manifest &manifest) {
  if (const PartRecord *part = findPart(manifest, {"prefill", "decode"})) {
    return {*part, *part};
  }
  const PartRecord *prefill = findPart(manifest, {"prefill"});
  const PartRecord *decode = findPart(manifest, {"decode"});
  if (!prefill || !decode) {
    throw Failure(ExitCode::Environment,
                  std::string("no part of this bundle runs ") +
                      (prefill ? "decode" : "prefill") +
                      " on one chip, which is what this runtime can run");
  }
  return {*prefill, *decode};
}

void Engine::load(const LoadOptions &options) {
  const Manifest &manifest = bundle.manifest();
  PhaseParts parts = findPhaseParts(manifest);
  MadeWeights made = {options.randomWeights, threadTable};
  decodeId = parts.decode.id;
  if (auto stages = findStages(manifest); stages.size() > 1) {
    auto runner =
        std::make_unique<PipelineRunner>(bundle, stages, options.cpu, made);
    variant = runner->variantName();
    decode = std::move(runner);
  } else {
    auto runner =
        std::make_unique<PartRunner>(bundle, parts.decode, options.cpu, made);
    variant = runner->variantName();
    decode = std::move(runner);
  }
  bool isSplit = &parts.prefill != &parts.decode;
  if (options.peer && !isSplit) {
    throw Failure(ExitCode::Usage,
                  "part '" + parts.decode.id +
                      "' runs prefill and decode; two processes need a bundle "
                      "compiled with --prefill and --decode on two chips");
  }
  if (isSplit && !options.isDecodeOnly) {
    const HandoffLibrary &conversion = conversionFrom(parts.prefill.id);
    if (options.peer) {
      prefill = std::make_unique<RemotePrefill>(
          manifest, parts.prefill.id, readPart(bundle, parts.prefill),
          conversion, std::move(*options.peer));
    } else {
      prefill = std::make_unique<PartRunner>(bundle, parts.prefill, options.cpu,
                                             made);
    }
    worker = std::make_unique<HandoffWorker>(conversion, *decode);
  }
  uint64_t rows = std::max(maxTokens(), maxRows());
  logits = Mapping::lazy(rows * vocabulary() * sizeof(float), "logits");
}

uint64_t Engine::maxTokens() const {
  uint64_t most = decode->maxTokens();
  return prefill ? std::min(most, prefill->maxTokens()) : most;
}

uint64_t Engine::maxRows() const {
  uint64_t most = decode->maxRows();
  return prefill ? std::min(most, prefill->maxRows()) : most;
}

uint64_t Engine::convertedBytes() const {
  return importedBytes + (worker ? worker->convertedBytes() : 0);
}

double Engine::deviceSeconds() const {
  return decode->deviceSeconds() + (prefill ? prefill->deviceSeconds() : 0);
}

Engine::Reading Engine::readWeights() {
  ReadRoof roof(decode->wholeWeights());
  if (roof.bytes() == 0) {
    throw Failure(
        ExitCode::Usage,
        "the part that decodes has no weight that a step reads whole in this "
        "CPU's memory");
  }
  return {roof.bytes(), roof.read(threadTable)};
}

Engine::Reading Engine::readMemory() {
  if (!ownMemory.data()) {
    uint64_t bytes =
        std::min<uint64_t>(ReadRoof(decode->wholeWeights()).bytes(), 512 << 20);
    ownMemory = Mapping::lazy(bytes, "memory to read");
    ownMemory.preferLargePages();
    std::fill_n(ownMemory.data(), bytes, char(1)); // untouched, it is one page
  }
  ReadRoof roof({{ownMemory.data(), ownMemory.size()}});
  return {roof.bytes(), roof.read(threadTable)};
}

uint64_t Engine::cacheBytesPerToken() const {
  for (const CacheLayout &layout : bundle.manifest().contract.layouts) {
    if (layout.part == decodeId) {
      return layout.slotBytes / capacity();
    }
  }
  return 0;
}

const HandoffLibrary &Engine::conversionFrom(const std::string &producer) {
  if (handoffProducer != producer) {
    const HandoffRecord &record =
        findHandoff(bundle.manifest(), producer, decodeId);
    handoff = std::make_unique<HandoffLibrary>(bundle, record);
    handoffProducer = producer;
  }
  return *handoff;
}

[[noreturn]] static void refuse(const std::string &what) {
  throw Failure(ExitCode::Usage, what);
}

static void checkTokens(std::span<const int32_t> tokens, uint64_t bound) {
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i] < 0 || static_cast<uint64_t>(tokens[i]) >= bound) {
      refuse("token " + std::to_string(i) + " is " + std::to_string(tokens[i]) +
             ", expected 0 to " + std::to_string(bound - 1));
    }
  }
}

void Engine::check(std::span<const StepRow> rows) const {
  uint64_t tokens = 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    const StepRow &row = rows[i];
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
    for (const StepRow &other : rows.first(i)) {
      if (other.sequence == row.sequence) {
        refuse("a sequence occurs in two rows of one step");
      }
    }
    checkTokens(row.tokens, bundle.manifest().model.idBound());
    tokens += row.tokens.size();
  }
  if (rows.empty() || rows.size() > maxRows() || tokens > maxTokens()) {
    refuse("a step has " + std::to_string(rows.size()) + " rows and " +
           std::to_string(tokens) + " tokens, expected 1 to " +
           std::to_string(maxRows()) + " rows and at most " +
           std::to_string(maxTokens()) + " tokens");
  }
}

bool Engine::runsAtPrefill(const StepRow &row) const {
  const Sequence &sequence = *row.sequence;
  bool isDecode = row.tokens.size() == 1 && sequence.tokenCount != 0;
  return prefill && !sequence.isAtDecode && !isDecode;
}

/// Runs the rows at the prefill part; what a layer's cache gained is handed
/// over while the later layers run.
void Engine::runPrefill(std::span<const StepRow> rows, LogitsOf logitsOf,
                        float *target) {
  runnerRows.clear();
  for (const StepRow &row : rows) {
    Sequence &sequence = *row.sequence;
    if (!sequence.prefillSlot.data()) {
      sequence.prefillSlot = prefill->takeSlot();
    }
    runnerRows.push_back(
        {sequence.prefillSlot.data(), row.tokens, sequence.tokenCount});
  }
  auto layerDone = [&](uint64_t layer) {
    for (size_t i = 0; i < rows.size(); ++i) {
      worker->push({layer, 1, runnerRows[i].start, rows[i].tokens.size()},
                   runnerRows[i].slot, rows[i].sequence->slot.data());
    }
  };
  try {
    prefill->run({Phase::Prefill, runnerRows, logitsOf, target, layerDone});
  } catch (...) {
    try {
      worker->wait(); // it works on slots of the caller
    } catch (...) {   // what prefill says came first
    }
    throw;
  }
  worker->wait();
}

void Engine::runDecode(std::span<const StepRow> rows, LogitsOf logitsOf,
                       float *target) {
  runnerRows.clear();
  Phase phase = Phase::Decode;
  for (const StepRow &row : rows) {
    Sequence &sequence = *row.sequence;
    if (row.tokens.size() != 1 || sequence.tokenCount == 0) {
      phase = Phase::Prefill;
    }
    runnerRows.push_back(
        {sequence.slot.data(), row.tokens, sequence.tokenCount});
  }
  decode->run({phase, runnerRows, logitsOf, target, nullptr});
  for (const StepRow &row : rows) {
    Sequence &sequence = *row.sequence;
    sequence.isAtDecode = prefill != nullptr;
    if (sequence.prefillSlot.data()) {
      prefill->giveSlot(std::move(sequence.prefillSlot));
    }
  }
}

/// Rows of a step, some for each part: each part gets its rows as one step, the
/// logits go to the rows' places.
void Engine::runBoth(std::span<const StepRow> rows, LogitsOf logitsOf) {
  for (bool atPrefill : {true, false}) {
    std::vector<StepRow> own;
    std::vector<std::pair<uint64_t, uint64_t>> places; // logit row, count
    uint64_t place = 0, count = 0;
    for (const StepRow &row : rows) {
      uint64_t logitRows =
          logitsOf == LogitsOf::EveryToken ? row.tokens.size() : 1;
      if (runsAtPrefill(row) == atPrefill) {
        own.push_back(row);
        places.emplace_back(place, logitRows);
        count += logitRows;
      }
      place += logitRows;
    }
    scattered.resize(count * vocabulary());
    atPrefill ? runPrefill(own, logitsOf, scattered.data())
              : runDecode(own, logitsOf, scattered.data());
    const float *from = scattered.data();
    auto *to = reinterpret_cast<float *>(logits.data());
    for (auto [first, logitRows] : places) {
      std::copy_n(from, logitRows * vocabulary(), to + first * vocabulary());
      from += logitRows * vocabulary();
    }
  }
}

std::span<const float> Engine::step(std::span<const StepRow> rows,
                                    LogitsOf logitsOf) {
  check(rows);
  auto *target = reinterpret_cast<float *>(logits.data());
  auto atPrefill =
      std::count_if(rows.begin(), rows.end(),
                    [this](const StepRow &row) { return runsAtPrefill(row); });
  if (atPrefill == 0) {
    runDecode(rows, logitsOf, target);
  } else if (static_cast<size_t>(atPrefill) == rows.size()) {
    runPrefill(rows, logitsOf, target);
  } else {
    runBoth(rows, logitsOf);
  }
  uint64_t tokens = 0;
  for (const StepRow &row : rows) {
    row.sequence->tokenCount += row.tokens.size();
    row.sequence->importedLayers = 0;
    tokens += row.tokens.size();
  }
  uint64_t logitRows = logitsOf == LogitsOf::EveryToken ? tokens : rows.size();
  return {target, logitRows * vocabulary()};
}

static void requireField(const char *field, uint64_t actual, uint64_t expected,
                         const char *why) {
  if (actual != expected) {
    refuse(std::string("the cache's ") + field + " is " +
           std::to_string(actual) + ", expected " + std::to_string(expected) +
           ": " + why);
  }
}

void Engine::importCache(Sequence &sequence, const CachePiece &piece) {
  if (prefill) {
    refuse("a cache can only be given to a bundle that is loaded to decode "
           "alone");
  }
  const HandoffLibrary &conversion = conversionFrom(piece.producer);
  const CacheRange &range = piece.range;
  requireField("slot_bytes", piece.slotBytes, conversion.sourceBytes(),
               "that is a slot of the producer by the contract");
  requireField("first token", range.firstToken, sequence.tokenCount,
               "tokens are appended to those of the sequence");
  requireField("first layer", range.firstLayer, sequence.importedLayers,
               "layers come in order");
  if (range.layerCount == 0 ||
      range.layerCount > conversion.layers() - range.firstLayer) {
    refuse("the cache's layer count is " + std::to_string(range.layerCount) +
           ", expected 1 to " +
           std::to_string(conversion.layers() - range.firstLayer));
  }
  if (range.tokenCount == 0 ||
      range.tokenCount > capacity() - range.firstToken) {
    refuse("the cache's token count is " + std::to_string(range.tokenCount) +
           ", expected 1 to " + std::to_string(capacity() - range.firstToken));
  }
  if (sequence.importedLayers != 0) {
    requireField("token count", range.tokenCount, sequence.importedTokens,
                 "that of the layers before");
  }
  conversion.convert(range, piece.slot, sequence.slot.data(), threadTable);
  decode->slotWritten(sequence.slot.data(), range);
  importedBytes += conversion.bytesOf(range);
  sequence.importedLayers += range.layerCount;
  sequence.importedTokens = range.tokenCount;
  if (sequence.importedLayers == conversion.layers()) {
    sequence.importedLayers = 0;
    sequence.tokenCount += range.tokenCount;
  }
}

} // namespace tandem::runtime
