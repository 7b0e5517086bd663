//===- Matrix.h - products by tensor cores ----------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A warp multiplies a matrix A of 16 rows by one B of 8 columns, both 16 deep
// and of bf16 or f16, and sums in fp32 (mma.sync.m16n8k16). A register holds
// two elements that follow along the depth, the first in its low half. Of
// thread 4g + t of the warp, with columns and depths 2t and 2t + 1:
//   A   0: row g, 1: row g + 8, 2: row g at depth + 8, 3: row g + 8 at depth +
//   8 B   0: column g, 1: column g at depth + 8 C   0, 1: row g, 2, 3: row g +
//   8
// The order along the depth is free, if it is the same for A and B.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_NVIDIA_KERNELS_MATRIX_H
#define TANDEM_TARGETS_NVIDIA_KERNELS_MATRIX_H

#include "tandem/targets/Nvidia/Kernels/Code.h"

namespace tandem::nvidia {

/// Two fp32 as a register of two `element`s (bf16 or f16), rounded to the
/// nearest.
Expr packPair(Expr low, Expr high, mlir::Type element);
/// The two `element`s of a register as fp32.
Exprs unpackPair(Expr pair, mlir::Type element);
/// Registers of two f16 as sums of bf16: a register of the first terms of each,
/// and one of the second ones. 11 bits are 8 and 3, so that nothing is lost.
llvm::SmallVector<Exprs> splitHalves(llvm::ArrayRef<Expr> pairs);
/// `count` words (2 or 4), which lie at a multiple of their size.
Exprs loadRegisters(Pointer from, int64_t count = 4);

/// C + A B: `a` has 4 registers, `b` 2, `sums` 4 fp32.
Exprs multiplyTiles(mlir::Type element, llvm::ArrayRef<Expr> a,
                    llvm::ArrayRef<Expr> b, llvm::ArrayRef<Expr> sums);

/// Loads `count` (1, 2 or 4) tiles of 8 rows of 16 bytes, a register each.
/// Thread i of the warp gives the address of row i % 8 of tile i / 8. Thread
/// 4g + t gets elements 2t and 2t + 1 of row g or, transposed, row 2t and
/// 2t + 1 of column g.
Exprs loadTiles(Pointer shared, int64_t count, bool isTransposed = false);

/// Offset in bytes of 16-byte piece `piece` of row `row` in a tile of rows of
/// `rowBytes` (a multiple of 128): pieces are exchanged so that 8 rows of one
/// piece lie in different banks.
Expr swizzledOffset(Expr row, Expr piece, int64_t rowBytes);

/// Asks the chip's cache for the line of 128 bytes at `global`.
void prefetchLine(Pointer global);

/// Begins to copy `bytes` (0 to 16) bytes from global to shared memory; the
/// rest of the 16 bytes there becomes zero. Both lie at a multiple of 16, and
/// nothing is read for 0.
void copyAsync(Pointer shared, Pointer global, Expr bytes);
/// Closes a group of the copies that this thread began.
void commitCopies(Code &code);
/// Waits until no more than `pending` of this thread's groups are unfinished.
/// Other threads see the copies behind a barrier.
void waitForCopies(Code &code, int64_t pending);

} // namespace tandem::nvidia

#endif // TANDEM_TARGETS_NVIDIA_KERNELS_MATRIX_H
