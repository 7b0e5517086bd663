//===- StepState.h - what every task of a step can reach --------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The entry fills one state on its stack: the caller's arguments and the index
// arrays that follow from them. A function's frame points to it.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_X86_LOWERING_STEPSTATE_H
#define TANDEM_TARGETS_X86_LOWERING_STEPSTATE_H

#include "tandem/targets/X86/Kernels/Kernels.h"

namespace tandem::x86 {

/// Fields of the state, 8 bytes each.
enum class StateField : int64_t {
  weights,     ///< the caller's table
  parallelFor, ///< the caller's function
  pool,        ///< its first argument
  slots,       ///< the caller's table of cache slots
  starts,      ///< i32 [rows]
  counts,      ///< i32 [rows]
  tokenCount,
  selectedCount, ///< tokens whose logits are asked for
  blocks,        ///< blocks of a cache slot
  positions,     ///< i32 [tokens]
  tokenRows,     ///< i32 [tokens]: the row of each token
  rowOffsets,    ///< i32 [rows]: the first token of each row
  selected,      ///< i32 [selected tokens]: their numbers
  layerDone,     ///< the caller's function or null
  layerContext,  ///< its first argument
  partials,      ///< fp32 [rows][partialElements]: sums of segments
  arrived,       ///< i32 [rows][keyHeads]: segments that have left their sums
  tiles,         ///< for each group size: list, then length
};

/// A tile of attention in its list, i32 each: a row, the first of its pairs,
/// and which segment of how many.
inline constexpr int64_t tileBytes = 4 * sizeof(int32_t);

/// What the attentions of a part have in common.
struct AttentionKinds {
  llvm::SmallVector<int64_t> groups; ///< query heads per key head, of each kind
  int64_t keyHeads = 0;              ///< at most
  int64_t partialElements = 0;       ///< fp32, of a row, at most
};

/// Where a field of the state at `state` lies.
inline Pointer fieldAt(Pointer state, StateField field, int64_t extra = 0) {
  return state.bytes(8 * (static_cast<int64_t>(field) + extra));
}

/// Bytes of a state for `groups` group sizes.
inline int64_t stateBytes(int64_t groups) {
  return 8 * (static_cast<int64_t>(StateField::tiles) + 2 * groups);
}

/// Bytes that the index arrays take of the arena.
struct ArenaNeed {
  int64_t fixed = 0, perToken = 0, perRow = 0;
};

/// Writes a step's state at `state` from the caller's `step` and returns the
/// arena behind the index arrays, 64-byte aligned. `need` is what the arrays
/// take at most.
Pointer fillState(Emitter &e, const Kernels &kernels, Pointer step,
                  Pointer state, const AttentionKinds &kinds, ArenaNeed &need);

} // namespace tandem::x86

#endif // TANDEM_TARGETS_X86_LOWERING_STEPSTATE_H
