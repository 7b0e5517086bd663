//===- KnownOpsets.h - versions of domains ------------ -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Provides the versions of operator domains that Tandem knows. A version
// outside them is named to the user, never guessed.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_PRIMITIVES_KNOWNOPSETS_H
#define TANDEM_PASSES_PRIMITIVES_KNOWNOPSETS_H

#include <cstdint>
#include <optional>

#include "llvm/ADT/StringRef.h"

namespace tandem::primitives {

/// The oldest and newest version of ai.onnx that are known.
inline constexpr int64_t oldestOpset = 7;
inline constexpr int64_t newestOpset = 25;

/// Versions of a domain, both included.
struct OpsetRange {
  int64_t oldest;
  int64_t newest;

  /// Whether `opset` is one of them.
  bool contains(int64_t opset) const {
    return opset >= oldest && opset <= newest;
  }
};

/// The known versions of `domain` (empty: ai.onnx); absent where none is.
inline std::optional<OpsetRange> getKnownOpsets(llvm::StringRef domain) {
  if (domain.empty() || domain == "ai.onnx") {
    return OpsetRange{oldestOpset, newestOpset};
  }
  if (domain == "com.microsoft") {
    return OpsetRange{1, 1};
  }
  return std::nullopt;
}

} // namespace tandem::primitives

#endif // TANDEM_PASSES_PRIMITIVES_KNOWNOPSETS_H
