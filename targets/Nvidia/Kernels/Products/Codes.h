//===- Codes.h - codes of 4 and 8 bits for tensor cores ---------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Rows of codes lie in groups of 64 bytes, 128 codes of 4 bits or 64 of 8.
// Thread 4g + t of a warp loads 16 bytes of a group at once: codes 8t to 8t + 7
// of each run of 32, run by run. Where blocks are of 16, so are runs, of which
// it has codes 4t to 4t + 3: two make 8 codes and two steps of tensor cores,
// which are 16 deep. Codes become pairs of bf16, which holds them exactly;
// scale and zero point of a block apply to the sums of a run:
//   sum (code - zero) scale x = scale (sum code x - zero sum x)
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_NVIDIA_KERNELS_PRODUCTS_CODES_H
#define TANDEM_TARGETS_NVIDIA_KERNELS_PRODUCTS_CODES_H

#include "tandem/targets/Nvidia/Kernels/Products/WeightFormat.h"

namespace tandem::nvidia {

/// Elements along a row of which a thread has 8: a run, or two.
inline constexpr int64_t stretch = 32;

/// Bytes of the words that hold a thread's 8 codes of a stretch.
inline int64_t stretchBytes(const WeightFormat &format) { return format.bits; }

/// The 4 pairs of a thread's codes of a stretch, less half the range of codes,
/// as operands of tensor cores. `words` are its registers, 1 or 2.
Exprs unpackCodes(const WeightFormat &format, llvm::ArrayRef<Expr> words);

/// The operand, A or B, that sums the elements of the other one: all ones.
Exprs onesFor(Code &code, int64_t registers);

} // namespace tandem::nvidia

#endif // TANDEM_TARGETS_NVIDIA_KERNELS_PRODUCTS_CODES_H
