//===- Goal.h - what a deployment is asked to reach -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The workload and the limits that a user states, and their texts:
// `in=1000,out=200,rps=4` and `ttft=200ms,tpot=20ms`.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_PLACE_GOAL_H
#define TANDEM_PASSES_PLACE_GOAL_H

#include <cstdint>
#include <optional>
#include <string>

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace tandem {

/// Requests as they come in.
struct Workload {
  int64_t promptTokens = 0;
  int64_t newTokens = 0;
  /// Without: one request at a time.
  std::optional<double> requestsPerSecond;

  /// Tokens that a request takes of a cache slot. The last new token is never
  /// fed back.
  int64_t getSlotTokens() const { return promptTokens + newTokens - 1; }
};

/// Limits on latency; each may be absent.
struct Slo {
  std::optional<double> ttftSeconds; ///< time to first token
  std::optional<double> tpotSeconds; ///< time per output token after it
};

/// The workload that stands in where none is stated: three quarters of a slot
/// for the prompt, at most 1024, and a third of that for new tokens, one
/// request at a time.
Workload getDefaultWorkload(int64_t capacityTokens);

/// Reads `in=1000,out=200` and, optionally, `rps=4`.
llvm::Expected<Workload> parseWorkload(llvm::StringRef text);

/// Reads `ttft=200ms`, `tpot=20ms`, or both. Units: s, ms, us.
llvm::Expected<Slo> parseSlo(llvm::StringRef text);

/// "in=1000,out=200,rps=4", as it is read.
std::string toString(const Workload &workload);
/// "ttft=200ms,tpot=20ms", as it is read; empty without limits.
std::string toString(const Slo &slo);

/// A duration with three digits and its unit: "200 ms", "4.52 us".
std::string formatSeconds(double seconds);
/// A plain number with three digits: "12.5".
std::string formatNumber(double value);
/// A size with three digits and its unit: "1.98 GB".
std::string formatBytes(double bytes);

} // namespace tandem

#endif // TANDEM_PASSES_PLACE_GOAL_H
