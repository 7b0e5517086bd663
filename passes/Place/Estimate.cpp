//===- Estimate.cpp - what a choice of chips takes -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Steps are sums over structural units; a queue of prompts is M/D/1; sequences
// that decode at once follow from the rate by Little's law. Sources of the
// formulas: docs/fleets.md.
//
//===----------------------------------------------------------------------===//
#include <cmath>

#include "llvm/ADT/SetVector.h"
#include "llvm/Support/FormatVariadic.h"

#include "tandem/passes/Place/Candidate.h"

using namespace mlir;
using tandem::deploy::ChipInterface;
using tandem::deploy::Terms;

namespace tandem {

StepEstimate estimateStep(const StepWork &work, ChipInterface chip,
                          const StepShape &shape) {
  StepEstimate step;
  double longest = 0;
  for (const UnitWork &unit : work.units) {
    Terms terms = chip.estimate(unit.evaluate(shape), {});
    double seconds = terms.getSeconds() * unit.times;
    step.seconds += seconds;
    step.total.computeSeconds += terms.computeSeconds * unit.times;
    step.total.memorySeconds += terms.memorySeconds * unit.times;
    step.total.overheadSeconds += terms.overheadSeconds * unit.times;
    step.total.bytes += terms.bytes * unit.times;
    step.total.joules += terms.joules * unit.times;
    if (seconds > longest) {
      longest = seconds;
      step.band = terms.band;
    }
    auto kind = llvm::find_if(
        step.byKind, [&](auto &entry) { return entry.first == unit.kind; });
    if (kind == step.byKind.end()) {
      step.byKind.push_back({unit.kind, seconds});
    } else {
      kind->second += seconds;
    }
  }
  return step;
}

HandOff estimateHandOff(const StepWork &work, deploy::LinkAttr link,
                        double conversionBytesPerSecond, int64_t tokens,
                        double prefillSeconds) {
  HandOff handOff;
  handOff.bytes = double(work.cacheBytesPerToken) * tokens;
  double layers = std::max<double>(work.layers, 1);
  // A conversion of layout reads and writes each byte once.
  double layerSeconds =
      handOff.bytes / layers *
      (1 / link.getBandwidth().getNumber() + 2 / conversionBytesPerSecond);
  double latency = link.getLatency().getNumber();
  handOff.seconds = latency + layers * layerSeconds;
  // The last layer leaves when prefill ends; the others had the time since.
  double hidden = prefillSeconds * (layers - 1) / layers;
  handOff.exposedSeconds =
      latency + std::max(layerSeconds, layers * layerSeconds - hidden);
  return handOff;
}

namespace {

/// Estimates one candidate, phase by phase.
class Estimator {
public:
  Estimator(const StepWork &work, deploy::LinkAttr link,
            const PlacementRequest &request, Candidate &candidate)
      : work(work), link(link), request(request), workload(request.workload),
        candidate(candidate) {}

  void run();

private:
  void reject(Obstacle obstacle, const Twine &text) {
    candidate.rejections.push_back({obstacle, text.str()});
  }

  StepShape getPrompt() const {
    double tokens = workload.promptTokens;
    return {1, tokens, tokens};
  }
  double getRate() const { return workload.requestsPerSecond.value_or(0); }
  double getPrefillLoad(int64_t count) const {
    return getRate() / count * candidate.prefillStep.seconds;
  }

  bool tryPrefill(int64_t count, double more);
  bool tryDecode(int64_t count);
  void runSplit();
  void runTogether();
  void checkPrefill();
  void checkDecode();
  void checkMemory(ChipInterface chip, const MemoryUse &use, StringRef phase);
  MemoryUse memoryOf(int64_t slots, const StepShape &shape) const;
  void sumUp();
  double getMaximumRate() const;

  const StepWork &work;
  deploy::LinkAttr link;
  const PlacementRequest &request;
  const Workload &workload;
  Candidate &candidate;
};

MemoryUse Estimator::memoryOf(int64_t slots, const StepShape &shape) const {
  MemoryUse use;
  double capacity = request.capacityTokens;
  use.slots = slots;
  use.weightBytes = work.weightBytes + work.tableBytesPerPosition * capacity;
  use.cacheBytes = double(slots) * capacity * work.cacheBytesPerToken;
  use.activationBytes = work.getActivationBytes(shape);
  return use;
}

/// Sets queue and time to first token for `count` chips; whether they meet rate
/// and limit. `more` is what a first token takes beside queue and prefill.
bool Estimator::tryPrefill(int64_t count, double more) {
  double load = getPrefillLoad(count), seconds = candidate.prefillStep.seconds;
  candidate.prefillCount = count;
  candidate.queueSeconds = load < 1 ? load * seconds / (2 * (1 - load))
                                    : std::numeric_limits<double>::infinity();
  candidate.ttftSeconds = candidate.queueSeconds + seconds + more;
  return load <= maximumUtilisation &&
         (!request.slo.ttftSeconds ||
          candidate.ttftSeconds <= *request.slo.ttftSeconds);
}

/// Sets sequences and time per token for `count` chips; whether they meet rate,
/// limit and memory. Chips that also run prefill have the rest of their time.
bool Estimator::tryDecode(int64_t count) {
  double load = candidate.isSplit() ? 0 : getPrefillLoad(count);
  double tokensPerSecond = getRate() / count * (workload.newTokens - 1);
  StepShape shape = {1, 1, workload.promptTokens + workload.newTokens / 2.0};
  candidate.decodeCount = count;
  bool settles = load <= maximumUtilisation;
  constexpr double mostSequences = 1 << 16;
  while (true) {
    candidate.decodeStep = estimateStep(work, candidate.decode, shape);
    candidate.tpotSeconds =
        candidate.decodeStep.seconds / (1 - std::min(load, maximumUtilisation));
    // Sequences that are under way: rate times the time each takes.
    double needed = std::ceil(tokensPerSecond * candidate.tpotSeconds - 1e-9);
    if (!settles || needed <= shape.rows) {
      break;
    }
    settles = needed <= mostSequences;
    shape.rows = std::min(needed, mostSequences);
  }
  candidate.sequences = shape.rows;
  candidate.decodeMemory =
      memoryOf(candidate.sequences + (!candidate.isSplit() && getRate() > 0),
               shape); // and the prompt that is under way
  std::optional<double> memory = candidate.decode.getMemoryBytes();
  return settles && (!memory || candidate.decodeMemory.getBytes() <= *memory) &&
         (!request.slo.tpotSeconds ||
          candidate.tpotSeconds <= *request.slo.tpotSeconds);
}

void Estimator::checkMemory(ChipInterface chip, const MemoryUse &use,
                            StringRef phase) {
  std::optional<double> memory = chip.getMemoryBytes();
  if (!memory || use.getBytes() <= *memory) {
    return;
  }
  std::string text = llvm::formatv(
      "{0} needs {1} on each '{2}' (weights {3}, {4} cache slots of {5} tokens "
      "{6}, activations {7}), which has {8}; ",
      phase, formatBytes(use.getBytes()), chip.getChip().getName(),
      formatBytes(use.weightBytes), use.slots, request.capacityTokens,
      formatBytes(use.cacheBytes), formatBytes(use.activationBytes),
      formatBytes(*memory));
  double perToken =
      double(work.cacheBytesPerToken) * use.slots + work.tableBytesPerPosition;
  double room = *memory - work.weightBytes - use.activationBytes;
  auto tokens = static_cast<int64_t>(std::floor(room / perToken));
  double least = *memory - room + perToken * workload.getSlotTokens();
  text += room > 0 && tokens >= workload.getSlotTokens()
              ? llvm::formatv("--max-context {0} or less fits", tokens).str()
              : "it takes a chip with at least " + formatBytes(least);
  reject(Obstacle::memory, text);
}

void Estimator::checkPrefill() {
  if (getPrefillLoad(candidate.prefillCount) > maximumUtilisation) {
    return reject(
        Obstacle::rate,
        llvm::formatv("{0} of '{1}' prefill at most rps={2}, rps={3} is asked",
                      candidate.prefillCount,
                      candidate.prefill.getChip().getName(),
                      formatNumber(getMaximumRate()), formatNumber(getRate())));
  }
  if (request.slo.ttftSeconds &&
      candidate.ttftSeconds > *request.slo.ttftSeconds) {
    reject(Obstacle::ttft,
           llvm::formatv("the first token takes {0}, the limit is {1}",
                         formatSeconds(candidate.ttftSeconds),
                         formatSeconds(*request.slo.ttftSeconds)));
  }
}

void Estimator::checkDecode() {
  if (request.slo.tpotSeconds &&
      candidate.tpotSeconds > *request.slo.tpotSeconds) {
    reject(Obstacle::tpot,
           llvm::formatv("a token takes {0} with {1} sequences at once, the "
                         "limit is {2}",
                         formatSeconds(candidate.tpotSeconds),
                         candidate.sequences,
                         formatSeconds(*request.slo.tpotSeconds)));
  } else if (getRate() / candidate.decodeCount * (workload.newTokens - 1) *
                 candidate.tpotSeconds >
             candidate.sequences) {
    reject(Obstacle::rate,
           llvm::formatv(
               "{0} of '{1}' cannot decode at rps={2}", candidate.decodeCount,
               candidate.decode.getChip().getName(), formatNumber(getRate())));
  }
}

/// The rate at which prefill fills its chips.
double Estimator::getMaximumRate() const {
  return maximumUtilisation * candidate.prefillCount /
         candidate.prefillStep.seconds;
}

void Estimator::sumUp() {
  candidate.requestSeconds =
      candidate.ttftSeconds + (workload.newTokens - 1) * candidate.tpotSeconds;
  candidate.maximumRate = getMaximumRate();
  double tokensPerSecond = workload.requestsPerSecond
                               ? getRate() * workload.newTokens
                               : workload.newTokens / candidate.requestSeconds;
  std::optional<double> prefill = candidate.prefill.getUsdPerHour();
  std::optional<double> decode = candidate.decode.getUsdPerHour();
  if (prefill && decode) {
    double perHour = *prefill * candidate.prefillCount;
    perHour += candidate.isSplit() ? *decode * candidate.decodeCount : 0;
    candidate.usdPerMegatoken = perHour / 3600 / tokensPerSecond * 1e6;
  }
  double joules = candidate.prefillStep.total.joules +
                  candidate.decodeStep.total.joules * (workload.newTokens - 1) /
                      candidate.sequences;
  if (candidate.prefillStep.total.joules > 0 &&
      candidate.decodeStep.total.joules > 0) {
    candidate.joulesPerToken = joules / workload.newTokens;
  }
}

/// Two chips or groups of chips, each with one phase.
void Estimator::runSplit() {
  candidate.handOff =
      estimateHandOff(work, link,
                      std::max(candidate.prefill.getMemoryBytesPerSecond(),
                               candidate.decode.getMemoryBytesPerSecond()),
                      workload.promptTokens, candidate.prefillStep.seconds);
  for (int64_t count = 1;
       !tryPrefill(count, candidate.handOff.exposedSeconds) &&
       count < candidate.prefill.getCount();
       ++count) {
  }
  for (int64_t count = 1;
       !tryDecode(count) && count < candidate.decode.getCount(); ++count) {
  }
  // Under a rate, one slot fills while another one is on its way.
  candidate.prefillMemory =
      memoryOf(workload.requestsPerSecond ? 2 : 1, getPrompt());
  checkMemory(candidate.prefill, candidate.prefillMemory, "prefill");
  checkMemory(candidate.decode, candidate.decodeMemory, "decode");
  double load =
      getRate() * candidate.handOff.bytes / link.getBandwidth().getNumber();
  if (load > maximumUtilisation) {
    reject(Obstacle::rate,
           "the link carries the caches of at most rps=" +
               formatNumber(getRate() / load * maximumUtilisation));
  }
}

/// Both phases on each chip.
void Estimator::runTogether() {
  auto fits = [&](int64_t count) {
    bool decodes = tryDecode(count);
    // Under a rate, a prompt waits for the decode step that runs.
    double wait = workload.requestsPerSecond ? candidate.decodeStep.seconds : 0;
    return tryPrefill(count, wait) && decodes;
  };
  for (int64_t count = 1; !fits(count) && count < candidate.decode.getCount();
       ++count) {
  }
  MemoryUse &use = candidate.decodeMemory;
  use.activationBytes =
      std::max(use.activationBytes, work.getActivationBytes(getPrompt()));
  candidate.prefillMemory = use;
  checkMemory(candidate.decode, use, "prefill and decode");
}

void Estimator::run() {
  candidate.prefillStep = estimateStep(work, candidate.prefill, getPrompt());
  candidate.isSplit() ? runSplit() : runTogether();
  checkPrefill();
  checkDecode();
  sumUp();
}

} // namespace

/// Empty, or the first reason why `chip` cannot run the program.
static std::string whyNotRun(ChipInterface chip, func::FuncOp step) {
  std::string why = chip.whyNot(/*op=*/nullptr);
  step.walk([&](Operation *op) {
    why = why.empty() ? chip.whyNot(op) : why;
    return why.empty() ? WalkResult::advance() : WalkResult::interrupt();
  });
  return why;
}

Candidate estimateCandidate(const StepWork &work, ChipInterface prefill,
                            ChipInterface decode, deploy::LinkAttr link,
                            const PlacementRequest &request) {
  Candidate candidate;
  candidate.prefill = prefill;
  candidate.decode = decode;
  llvm::SmallSetVector<ChipInterface, 2> chips;
  chips.insert(prefill);
  chips.insert(decode);
  for (ChipInterface chip : chips) {
    std::string why = whyNotRun(chip, work.step);
    if (!why.empty()) {
      candidate.rejections.push_back({Obstacle::excluded, why});
    }
  }
  if (candidate.isSplit() && !link) {
    candidate.rejections.push_back(
        {Obstacle::noLink,
         llvm::formatv("no link of the fleet joins '{0}' and '{1}'",
                       prefill.getChip().getName(),
                       decode.getChip().getName())});
  }
  if (candidate.isFeasible()) {
    Estimator(work, link, request, candidate).run();
  }
  return candidate;
}

} // namespace tandem
