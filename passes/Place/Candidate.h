//===- Candidate.h - one way to place the phases -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What the cost model says of one choice of chips. Every number is modelled
// from the figures of the fleet.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_PLACE_CANDIDATE_H
#define TANDEM_PASSES_PLACE_CANDIDATE_H

#include <optional>
#include <string>
#include <vector>

#include "tandem/dialects/Deploy/IR/DeployOps.h"
#include "tandem/passes/Place/Goal.h"
#include "tandem/passes/Place/StepWork.h"

namespace tandem {

/// What the search is asked.
struct PlacementRequest {
  Workload workload;
  Slo slo;
  int64_t capacityTokens = 4096; ///< tokens a cache slot holds
  std::string prefillChip;       ///< empty: any
  std::string decodeChip;        ///< empty: any
};

/// One step of a phase on one chip: sums over the units.
struct StepEstimate {
  deploy::Terms total;
  /// Seconds of all units of a kind, in the order they run first.
  std::vector<std::pair<UnitKind, double>> byKind;
  double seconds = 0;
  double band = 0; ///< of the unit that takes longest
};

/// Passing the cache of one request from the prefill to the decode chip.
struct HandOff {
  double bytes = 0;
  double seconds = 0;        ///< all of it: latency, link and conversion
  double exposedSeconds = 0; ///< what prefill does not hide, layer by layer
};

/// The memory that one chip of a candidate needs.
struct MemoryUse {
  int64_t slots = 0; ///< sequences whose cache it holds at once
  double weightBytes = 0;
  double cacheBytes = 0;
  double activationBytes = 0;
  double getBytes() const { return weightBytes + cacheBytes + activationBytes; }
};

/// Why a candidate cannot be.
enum class Obstacle { excluded, noLink, memory, rate, ttft, tpot };

struct Rejection {
  Obstacle obstacle;
  std::string text; ///< names the constraint and the nearest feasible value
};

/// One choice of chips, as many of each as rate and limits need.
struct Candidate {
  deploy::ChipInterface prefill, decode;
  int64_t prefillCount = 1;
  int64_t decodeCount = 1;  ///< equal to prefillCount where not split
  StepEstimate prefillStep; ///< one prompt
  StepEstimate decodeStep;  ///< all sequences of one chip, one token each
  int64_t sequences = 1;    ///< that one decode chip runs at once
  HandOff handOff;
  MemoryUse prefillMemory, decodeMemory; ///< the same where not split
  double queueSeconds = 0; ///< mean wait before a prompt's prefill
  double ttftSeconds = 0;  ///< queue, prefill, exposed hand-off
  double tpotSeconds = 0;
  double requestSeconds = 0; ///< ttft and the other tokens
  double maximumRate = 0;    ///< requests per second that the fleet could take
  std::optional<double> usdPerMegatoken; ///< of new tokens
  std::optional<double> joulesPerToken;  ///< of new tokens
  std::vector<Rejection> rejections;     ///< empty: feasible

  bool isSplit() const { return prefill != decode; }
  bool isFeasible() const { return rejections.empty(); }
  bool isRejectedFor(Obstacle obstacle) const;
  /// "'a' -> 'b'", or "'a' alone".
  std::string getName() const;
  /// Times, bounds and price in one line.
  std::string describe() const;
  /// The largest band of the times.
  double getBand() const;
};

/// Estimates one choice of chips. `link` is null where the chips are the same
/// or nothing joins them.
Candidate estimateCandidate(const StepWork &work, deploy::ChipInterface prefill,
                            deploy::ChipInterface decode, deploy::LinkAttr link,
                            const PlacementRequest &request);

/// The step of `shape` on `chip`.
StepEstimate estimateStep(const StepWork &work, deploy::ChipInterface chip,
                          const StepShape &shape);

/// The hand-off of `tokens` tokens over `link`, while a prefill of
/// `prefillSeconds` produces them layer by layer.
HandOff estimateHandOff(const StepWork &work, deploy::LinkAttr link,
                        double conversionBytesPerSecond, int64_t tokens,
                        double prefillSeconds);

/// Chips are used up to this share of their time; above it, queues grow
/// without measure.
constexpr double maximumUtilisation = 0.9;

} // namespace tandem

#endif // TANDEM_PASSES_PLACE_CANDIDATE_H
