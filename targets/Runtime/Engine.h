//===- Engine.h - a bundle that runs ----------------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The parts of a bundle in memory, cache slots, and steps. One step at a time.
//
// Where prefill and decode are two parts, a sequence begins at the prefill
// part. Each prefill step hands its tokens' cache over, layer by layer while it
// runs, so that the sequence can go on at the decode part at any time. It does
// so with its first step of one token and stays there: what is appended later,
// a single token or a further piece of prompt, runs at the decode part.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_ENGINE_H
#define TANDEM_TARGETS_RUNTIME_ENGINE_H

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tandem/targets/Runtime/BundleFolder.h"
#include "tandem/targets/Runtime/Handoff/Channel.h"
#include "tandem/targets/Runtime/Handoff/HandoffWorker.h"
#include "tandem/targets/Runtime/PipelineRunner.h"
#include "tandem/targets/Runtime/ThreadPool.h"

namespace tandem::runtime {

/// How to load a bundle.
struct LoadOptions {
  std::string cpu;      ///< variant to force; empty: the best for this CPU
  unsigned threads = 0; ///< 0: as many as this process may use
  const TandemThreads *pool = nullptr; ///< the embedder's own threads
  /// Load only the part that decodes: caches of prompts come from elsewhere.
  bool isDecodeOnly = false;
  /// The process that runs prefill, whose socket is taken; null: this one does.
  PeerOptions *peer = nullptr;
  /// Reads every byte, also of weights that have not changed since last time.
  bool readsAll = false;
  /// Seed of the weights of a bundle that describes them; needed for such a
  /// bundle, refused for others.
  std::optional<uint64_t> randomWeights = std::nullopt;
};

/// Fails where a seed was given for a bundle that has its weights.
void checkSeed(const Manifest &manifest, const LoadOptions &options);

/// The parts that run prefill and decode; one and the same where a part runs
/// both. Fails where this runtime cannot run them.
struct PhaseParts {
  const PartRecord &prefill;
  const PartRecord &decode;
};
PhaseParts findPhaseParts(const Manifest &manifest);

/// The parts that run both phases one after the other, by stage; one part where
/// there is no pipeline, none where the phases are apart.
std::vector<const PartRecord *> findStages(const Manifest &manifest);

/// Whether prefill and decode are two parts.
bool runsInTwoParts(const Manifest &manifest);

class Engine;

/// One sequence: its cache slots and how much of them is filled. The engine
/// must outlive it; its slots are reused afterwards.
class Sequence {
public:
  explicit Sequence(Engine &engine);
  ~Sequence();
  Sequence(const Sequence &) = delete;

  uint64_t length() const { return tokenCount; }
  /// Forgets the tokens from `length` on.
  void truncate(uint64_t length);

private:
  friend class Engine;
  Engine &engine;
  Mapping slot;        ///< of the decode part
  Mapping prefillSlot; ///< while the sequence is at a prefill part of its own
  uint64_t tokenCount = 0;
  bool isAtDecode = false;
  // What importCache is amid: layers that are there, and their new tokens.
  uint64_t importedLayers = 0;
  uint64_t importedTokens = 0;
};

/// New tokens of one sequence.
struct StepRow {
  Sequence *sequence;
  std::span<const int32_t> tokens;
};

/// Cache that somebody else's prefill has made: layers and tokens of a slot in
/// the layout of the part called `producer`.
struct CachePiece {
  std::string producer;
  const char *slot = nullptr;
  uint64_t slotBytes = 0;
  CacheRange range;
};

/// A loaded bundle.
class Engine {
public:
  /// Checks all files, then loads the parts.
  Engine(BundleFolder &bundle, const LoadOptions &options);
  ~Engine();

  /// Runs one step and returns its logits, row-major, `vocabulary` wide; they
  /// stay valid until the next step. Rows and tokens must be within
  /// `maxRows` and `maxTokens`; every error is found before work starts.
  std::span<const float> step(std::span<const StepRow> rows, LogitsOf logitsOf);

  /// Appends tokens to a sequence by their cache. Layers come in order, in one
  /// piece or several; the sequence is longer when the last one is there, and
  /// goes on at the decode part.
  void importCache(Sequence &sequence, const CachePiece &piece);

  /// Reads the weights of the part that decodes, or as many bytes of memory of
  /// our own, at most 512 MiB, and does nothing with them.
  struct Reading {
    uint64_t bytes;
    double seconds;
  };
  Reading readWeights();
  Reading readMemory();
  /// Bytes of cache for a token in the part that decodes.
  uint64_t cacheBytesPerToken() const;

  uint64_t vocabulary() const { return bundle.manifest().model.vocabulary; }
  uint64_t capacity() const { return bundle.manifest().capacity.tokens; }
  uint64_t maxTokens() const;
  uint64_t maxRows() const;
  const std::string &variantName() const { return variant; }
  const std::vector<int32_t> &stopTokens() const { return stops; }
  const TandemThreads *threads() const { return threadTable; }
  /// Bytes of cache that were converted since the bundle was loaded.
  uint64_t convertedBytes() const;
  /// Seconds that chips beside this CPU worked since then.
  double deviceSeconds() const;

private:
  friend class Sequence;
  void load(const LoadOptions &options);
  void check(std::span<const StepRow> rows) const;
  bool runsAtPrefill(const StepRow &row) const;
  void runPrefill(std::span<const StepRow> rows, LogitsOf logitsOf,
                  float *target);
  void runDecode(std::span<const StepRow> rows, LogitsOf logitsOf,
                 float *target);
  void runBoth(std::span<const StepRow> rows, LogitsOf logitsOf);
  const HandoffLibrary &conversionFrom(const std::string &producer);

  const BundleFolder &bundle;
  std::unique_ptr<ThreadPool> ownPool;
  const TandemThreads *threadTable = nullptr;
  std::string decodeId;
  std::string variant;                     ///< of the code that decodes
  std::unique_ptr<StepRunner> decode;      ///< also prefill where that is null
  std::unique_ptr<StepRunner> prefill;     ///< a part of its own
  std::unique_ptr<HandoffLibrary> handoff; ///< from there, or of importCache
  std::unique_ptr<HandoffWorker> worker;
  std::string handoffProducer;
  uint64_t importedBytes = 0;
  Mapping logits;
  Mapping ownMemory;            ///< of readMemory
  std::vector<float> scattered; ///< of one part, in a step of both
  /// Of the part that runs; kept, since a step allocates nothing.
  std::vector<RunnerRow> runnerRows;
  std::vector<int32_t> stops;
};

} // namespace tandem::runtime

#endif // TANDEM_TARGETS_RUNTIME_ENGINE_H
