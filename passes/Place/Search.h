//===- Search.h - the best placement of a fleet -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Compares every pair of chips and every chip alone. The number of pairs is
// small, so the search is complete: there is no better candidate of this kind.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_PLACE_SEARCH_H
#define TANDEM_PASSES_PLACE_SEARCH_H

#include "tandem/passes/Place/Candidate.h"

namespace tandem {

/// What makes one candidate better than another.
enum class Objective {
  price, ///< US dollars per million new tokens; then time
  time,  ///< seconds of a request
};

/// The outcome of a search: every candidate, the feasible ones first, best
/// first.
struct Placement {
  Objective objective = Objective::time;
  std::string objectiveReason; ///< why this objective
  std::vector<Candidate> candidates;
  /// Position of the best feasible candidate that has the chips the request
  /// names.
  std::optional<size_t> chosen;

  /// The candidate to deploy; null where nothing is feasible.
  const Candidate *getChosen() const {
    return chosen ? &candidates[*chosen] : nullptr;
  }
  /// The best of all, whatever the request names; null where none is feasible.
  const Candidate *getBest() const {
    return candidates.empty() || !candidates.front().isFeasible()
               ? nullptr
               : &candidates.front();
  }
  /// What the objective says of a candidate.
  double getCost(const Candidate &candidate) const {
    return objective == Objective::price ? *candidate.usdPerMegatoken
                                         : candidate.requestSeconds;
  }
};

/// Searches `fleet`. Names of chips in `request` must be of the fleet.
Placement searchPlacement(const StepWork &work, deploy::FleetAttr fleet,
                          const PlacementRequest &request);

/// Why nothing was chosen: what was asked, a line for each candidate that the
/// request allows, and the nearest values that would be feasible.
std::vector<std::string> describeInfeasible(const Placement &placement,
                                            const PlacementRequest &request);

/// Why the chosen candidate is better than `other`, or what it costs more where
/// the request forced it.
std::string compareWithChosen(const Placement &placement,
                              const Candidate &other);

} // namespace tandem

#endif // TANDEM_PASSES_PLACE_SEARCH_H
