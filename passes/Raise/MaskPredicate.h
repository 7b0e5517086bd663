//===- MaskPredicate.h - what a mask lets through ---------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Reduces a mask tensor to a predicate keep(b, q, k) over the past's length and
// the attention mask, and reads the predicate's normal form: causal, window and
// padding only if it is exactly that. A window of 4096 looks causal at every
// small size, so the form decides, never the values.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_RAISE_MASKPREDICATE_H
#define TANDEM_PASSES_RAISE_MASKPREDICATE_H

#include "tandem/passes/Raise/AttentionParts.h"
#include "tandem/passes/Raise/ElementAccess.h"

namespace tandem::raise {

/// The variables of a predicate: batch, index of the query among the new
/// tokens, position of the key, and the length of the past.
struct MaskVariables {
  Polynomial batch, query, key, past;
};

/// What a mask is, or why it is nothing known.
struct MaskReading {
  bool causal = false;
  int64_t window = 0;  ///< 0: unlimited
  mlir::Value padding; ///< keys where this [B, T] tensor is 0 are left out
  std::string why;     ///< empty where the reading is exact

  /// Adds the restrictions to `parts`; false where a padding mask stands
  /// already and is another one.
  bool applyTo(AttentionParts &parts) const;
};

/// The predicate of which `mask` is the additive form (0 or about -infinity) or
/// which it is itself where it is Boolean. Null where it is neither.
Element getKeepPredicate(Elements &elements, Element mask);

/// Reads a predicate.
MaskReading readPredicate(const Elements &elements, Element keep,
                          const MaskVariables &variables);

/// Reads a mask tensor that is broadcast to [B, heads, S, T].
MaskReading readMask(mlir::Value mask, const AttentionParts &parts,
                     ElementAccess &access);

/// The value of a predicate at one point: `valueOf` gives that of each atom.
/// Absent where the predicate is not made of comparisons.
std::optional<bool>
evaluatePredicate(Element keep, llvm::function_ref<int64_t(Atom)> valueOf);

} // namespace tandem::raise

#endif // TANDEM_PASSES_RAISE_MASKPREDICATE_H
