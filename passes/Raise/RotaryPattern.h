//===- RotaryPattern.h - rotary embeddings as arithmetic --------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Provides the recogniser of decomposed rotary embeddings. It compares the two
// expressions of a pair of elements with a rotation.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_RAISE_ROTARYPATTERN_H
#define TANDEM_PASSES_RAISE_ROTARYPATTERN_H

#include "tandem/passes/Raise/RotaryAngles.h"
#include "tandem/passes/Raise/TokenMajor.h"

namespace tandem::raise {

/// A rotation of the heads of a value.
struct Rotation {
  Element source; ///< the load of the first element of each pair
  HeadIndices at; ///< of the first element of each pair
  RotaryAngles angles;
  bool interleaved = false;
  bool headsAreFirst = false; ///< the result is [B, heads, S, width]
};

/// Matches `result`, [B, heads, S, width] or [B, S, heads, width].
std::optional<Rotation> matchRotation(mlir::Value result,
                                      ElementAccess &access);

} // namespace tandem::raise

#endif // TANDEM_PASSES_RAISE_ROTARYPATTERN_H
