//===- Engine.h - a bundle that runs ----------------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The parts of a bundle in memory, cache slots, and steps. One step at a time.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_ENGINE_H
#define TANDEM_TARGETS_RUNTIME_ENGINE_H

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "tandem/targets/Runtime/BundleFolder.h"
#include "tandem/targets/Runtime/PartLibrary.h"
#include "tandem/targets/Runtime/ThreadPool.h"

namespace tandem::runtime {

/// How to load a bundle.
struct LoadOptions {
  std::string cpu;      ///< variant to force; empty: the best for this CPU
  unsigned threads = 0; ///< 0: as many as this process may use
  const TandemThreads *pool = nullptr; ///< the embedder's own threads
};

/// The part that runs both phases; fails where there is none. Phases on
/// different chips need a hand-over of the cache, which the engine has not.
const PartRecord &findRunnablePart(const Manifest &manifest);

/// Which rows of logits a step computes.
enum class LogitsOf { LastToken, EveryToken };

class Engine;

/// One sequence: a cache slot and how much of it is filled. The engine must
/// outlive it; its slot is reused afterwards.
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
  Mapping slot;
  uint64_t tokenCount = 0;
};

/// New tokens of one sequence.
struct StepRow {
  Sequence *sequence;
  std::span<const int32_t> tokens;
};

/// A loaded bundle.
class Engine {
public:
  /// Checks all files, then loads the parts.
  Engine(BundleFolder &bundle, const LoadOptions &options);

  /// Runs one step and returns its logits, row-major, `vocabulary` wide; they
  /// stay valid until the next step. Rows and tokens must be within
  /// `maxRows` and `maxTokens`; every error is found before work starts.
  std::span<const float> step(std::span<const StepRow> rows, LogitsOf logitsOf);

  uint64_t vocabulary() const { return bundle.manifest().model.vocabulary; }
  uint64_t capacity() const { return bundle.manifest().capacity.tokens; }
  uint64_t maxTokens() const { return library->description().maxTokens; }
  uint64_t maxRows() const { return library->description().maxRows; }
  const std::string &variantName() const { return library->variantName(); }
  const std::vector<int32_t> &stopTokens() const { return stops; }
  const TandemThreads *threads() const { return threadTable; }

private:
  friend class Sequence;
  Mapping takeSlot();
  void giveSlot(Mapping slot) { freeSlots.push_back(std::move(slot)); }
  void load(const LoadOptions &options);
  void gather(std::span<const StepRow> rows);
  TandemEntry chooseEntry() const;

  const BundleFolder &bundle;
  std::unique_ptr<ThreadPool> ownPool;
  const TandemThreads *threadTable = nullptr;
  std::unique_ptr<PartLibrary> library;
  TandemEntry prefill = nullptr;
  TandemEntry decode = nullptr;
  Mapping arena;
  Mapping logits;
  std::vector<Mapping> freeSlots;
  std::vector<int32_t> stops;

  // Arguments of the current step, kept to keep their memory.
  std::vector<int32_t> tokens, counts, starts;
  std::vector<void *> slots;
};

} // namespace tandem::runtime

#endif // TANDEM_TARGETS_RUNTIME_ENGINE_H
