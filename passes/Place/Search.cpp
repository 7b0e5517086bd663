//===- Search.cpp - the best placement of a fleet -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#include "tandem/passes/Place/Search.h"

#include <cmath>

#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using tandem::deploy::ChipInterface;

namespace tandem {

/// Whether the request leaves the candidate open.
static bool isAllowed(const Candidate &candidate,
                      const PlacementRequest &request) {
  auto matches = [](ChipInterface chip, StringRef name) {
    return name.empty() || chip.getChip().getName() == name;
  };
  return matches(candidate.prefill, request.prefillChip) &&
         matches(candidate.decode, request.decodeChip);
}

/// Price decides where the request says how good is good enough and every
/// feasible candidate has a price.
static void chooseObjective(Placement &placement,
                            const PlacementRequest &request) {
  bool hasLimits = request.slo.ttftSeconds || request.slo.tpotSeconds ||
                   request.workload.requestsPerSecond;
  if (!hasLimits) {
    placement.objectiveReason = "no limit and no rate are stated";
    return;
  }
  for (const Candidate &candidate : placement.candidates) {
    for (ChipInterface chip : {candidate.prefill, candidate.decode}) {
      if (candidate.isFeasible() && !chip.getUsdPerHour()) {
        placement.objectiveReason =
            "chip '" + chip.getChip().getName().str() + "' states no price";
        return;
      }
    }
  }
  placement.objective = Objective::price;
  placement.objectiveReason = "every chip states a price";
}

/// Feasible candidates first, then by cost, time and order.
static void sortCandidates(Placement &placement) {
  using Key = std::tuple<bool, double, double, size_t>;
  std::vector<Key> keys;
  for (auto [index, candidate] : llvm::enumerate(placement.candidates)) {
    bool feasible = candidate.isFeasible();
    keys.push_back({!feasible, feasible ? placement.getCost(candidate) : 0,
                    feasible ? candidate.requestSeconds : 0, index});
  }
  llvm::sort(keys);
  std::vector<Candidate> sorted;
  for (const Key &key : keys) {
    sorted.push_back(std::move(placement.candidates[std::get<size_t>(key)]));
  }
  placement.candidates = std::move(sorted);
}

Placement searchPlacement(const StepWork &work, deploy::FleetAttr fleet,
                          const PlacementRequest &request) {
  Placement placement;
  SmallVector<ChipInterface> chips(
      llvm::map_range(fleet.getChips(), [](Attribute chip) {
        return cast<ChipInterface>(chip);
      }));
  // Chips alone come first: between equals, there is no reason to split.
  for (bool split : {false, true}) {
    for (ChipInterface prefill : chips) {
      for (ChipInterface decode : chips) {
        if ((prefill != decode) == split) {
          deploy::LinkAttr link = fleet.getLink(prefill.getChip().getName(),
                                                decode.getChip().getName());
          placement.candidates.push_back(
              estimateCandidate(work, prefill, decode, link, request));
        }
      }
    }
  }
  chooseObjective(placement, request);
  sortCandidates(placement);
  for (auto [index, candidate] : llvm::enumerate(placement.candidates)) {
    if (candidate.isFeasible() && isAllowed(candidate, request)) {
      placement.chosen = index;
      break;
    }
  }
  return placement;
}

/// The candidate that misses the limits by the smallest factor and has no other
/// obstacle.
static const Candidate *findNearest(const Placement &placement,
                                    const PlacementRequest &request) {
  const Candidate *nearest = nullptr;
  double least = 0;
  for (const Candidate &candidate : placement.candidates) {
    bool latencyOnly =
        isAllowed(candidate, request) &&
        llvm::all_of(candidate.rejections, [](const Rejection &rejection) {
          return rejection.obstacle == Obstacle::ttft ||
                 rejection.obstacle == Obstacle::tpot;
        });
    if (!latencyOnly) {
      continue;
    }
    double factor = std::max(
        candidate.ttftSeconds / request.slo.ttftSeconds.value_or(INFINITY),
        candidate.tpotSeconds / request.slo.tpotSeconds.value_or(INFINITY));
    if (!nearest || factor < least) {
      nearest = &candidate;
      least = factor;
    }
  }
  return nearest;
}

/// `seconds` as a limit that is met: whole units of a thousandth of it.
static double roundUp(double seconds) {
  double unit = std::pow(10, std::floor(std::log10(seconds)) - 2);
  return std::ceil(seconds / unit) * unit;
}

/// The highest rate that a candidate without other obstacles could take.
static double findRate(const Placement &placement,
                       const PlacementRequest &request) {
  double rate = 0;
  for (const Candidate &candidate : placement.candidates) {
    if (isAllowed(candidate, request) &&
        llvm::all_of(candidate.rejections, [](const Rejection &rejection) {
          return rejection.obstacle == Obstacle::rate ||
                 rejection.obstacle == Obstacle::ttft;
        })) {
      rate = std::max(rate, candidate.maximumRate);
    }
  }
  return rate;
}

/// All rejections of a candidate in one line.
static std::string joinRejections(const Candidate &candidate) {
  std::string text;
  llvm::ListSeparator comma("; ");
  for (const Rejection &rejection : candidate.rejections) {
    text += StringRef(comma);
    text += rejection.text;
  }
  return text;
}

/// The limits of `request`, widened to what `candidate` meets.
static Slo widen(const PlacementRequest &request, const Candidate &candidate) {
  Slo met;
  if (request.slo.ttftSeconds) {
    met.ttftSeconds =
        std::max(*request.slo.ttftSeconds, roundUp(candidate.ttftSeconds));
  }
  if (request.slo.tpotSeconds) {
    met.tpotSeconds =
        std::max(*request.slo.tpotSeconds, roundUp(candidate.tpotSeconds));
  }
  return met;
}

std::vector<std::string> describeInfeasible(const Placement &placement,
                                            const PlacementRequest &request) {
  std::string asked =
      "no placement is feasible for --workload " + toString(request.workload);
  std::string slo = toString(request.slo);
  std::vector<std::string> lines = {asked +
                                    (slo.empty() ? "" : " --slo " + slo)};
  for (const Candidate &candidate : placement.candidates) {
    if (isAllowed(candidate, request)) {
      lines.push_back(candidate.getName() + ": " + joinRejections(candidate));
    }
  }
  if (const Candidate *nearest = findNearest(placement, request)) {
    lines.push_back("nearest: --slo " + toString(widen(request, *nearest)) +
                    " by " + nearest->getName());
  } else if (double rate = findRate(placement, request); rate > 0) {
    lines.push_back("nearest: rps=" + formatNumber(rate));
  }
  return lines;
}

/// "1.2 times the time" or "0.52 instead of 0.31 USD per million tokens".
static std::string compareCosts(const Placement &placement, double more,
                                double less) {
  if (placement.objective == Objective::price) {
    return llvm::formatv("{0} instead of {1} USD per million tokens",
                         formatNumber(more), formatNumber(less));
  }
  return llvm::formatv("{0} instead of {1} for a request", formatSeconds(more),
                       formatSeconds(less));
}

std::string compareWithChosen(const Placement &placement,
                              const Candidate &other) {
  if (!other.isFeasible()) {
    return joinRejections(other);
  }
  const Candidate &chosen = *placement.getChosen();
  double cost = placement.getCost(chosen), otherCost = placement.getCost(other);
  if (otherCost == cost && other.isSplit() == chosen.isSplit()) {
    return "is as good, but stands later in the fleet";
  }
  if (otherCost < cost) {
    return "would take " + compareCosts(placement, otherCost, cost) +
           ", but other chips were asked for";
  }
  std::string text = "would take " + compareCosts(placement, otherCost, cost);
  if (other.isSplit() && !chosen.isSplit()) {
    text +=
        llvm::formatv(", of that {0} for handing {1} over that prefill does "
                      "not hide",
                      formatSeconds(other.handOff.exposedSeconds),
                      formatBytes(other.handOff.bytes));
  }
  // Figures are not that good: say so before somebody relies on it.
  double band = std::max(chosen.getBand(), other.getBand());
  if (otherCost < cost * (1 + band)) {
    text += llvm::formatv("; the difference is within the band of the figures "
                          "({0:P0})",
                          band);
  }
  return text;
}

} // namespace tandem
