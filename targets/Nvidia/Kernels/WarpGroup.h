//===- WarpGroup.h - products by groups of warps ----------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Four warps multiply tiles of shared memory (wgmma.mma_async), which copies by
// tensor maps bring there (cp.async.bulk.tensor). Rows of a tile are 128 bytes,
// whose 16-byte pieces are exchanged as `swizzledOffset` of Matrix.h does; a
// tile begins at a multiple of 1024 bytes. Copies and products run beside the
// threads that ask for them: barriers in shared memory say when a copy is
// there, and a wait when products are.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_NVIDIA_KERNELS_WARPGROUP_H
#define TANDEM_TARGETS_NVIDIA_KERNELS_WARPGROUP_H

#include "tandem/targets/Nvidia/Kernels/Code.h"

namespace tandem::nvidia {

inline constexpr int64_t groupThreads = 128, groupRows = 64;

/// A barrier in 8 bytes of shared memory, whose phases end by turns with parity
/// 0 and 1: when `arrivals` threads have arrived and the bytes that they expect
/// have come.
class SharedBarrier {
public:
  static constexpr int64_t bytes = 8;

  explicit SharedBarrier(Pointer place) : place(place) {}

  void initialize(int64_t arrivals) const;
  void arrive() const;
  void arriveExpecting(int64_t bytes) const;
  /// Waits for the end of the phase of `parity`, if it has not ended.
  void wait(Expr parity) const;

  Pointer place;
};

/// Makes initialized barriers visible to copies; other threads need a barrier
/// of the block as well.
void fenceBarriers(Code &code);

/// Begins to copy the box of tensor map `map` whose first element is at
/// `column` of `row`; its bytes count as come at `barrier`.
void copyBox(Pointer shared, Pointer map, Expr column, Expr row,
             const SharedBarrier &barrier);

/// Takes registers from the block's, or gives them back, until each thread of
/// the group has `count`.
void takeRegisters(Code &code, int64_t count);
void giveRegisters(Code &code, int64_t count);

/// The sums of a group's product with `columns` columns, all 0. Thread 32w + 4g
/// + t has, of each 8 columns, four sums as Matrix.h has C, of rows 16w + g and
/// 16w + g + 8.
Expr zeroSums(Code &code, int64_t columns);
/// Sum `index` of a thread.
Expr sumAt(Expr sums, int64_t index);

/// sums + A B where A is rows and B columns of bf16, 16 elements deep from
/// where `a` and `b` point into their tiles. All threads of the group ask for
/// it, between `beginProducts` and `endProducts`; sums are not there before a
/// wait.
Expr multiplyShared(Pointer a, Pointer b, Expr sums, int64_t columns);
/// Makes what this thread stored in shared memory visible to products; a
/// barrier of the block follows.
void fenceStores(Code &code);
void beginProducts(Code &code);
void endProducts(Code &code);
/// Waits until no more than `pending` ends before are unfinished.
void waitForProducts(Code &code, int64_t pending);

} // namespace tandem::nvidia

#endif // TANDEM_TARGETS_NVIDIA_KERNELS_WARPGROUP_H
