//===- Codes.cpp - codes of 4 and 8 bits for tensor cores -------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Kernels/Products/Codes.h"

#include "tandem/targets/Nvidia/Kernels/Matrix.h"

using namespace mlir;
using namespace tandem::nvidia;

/// 128 in bf16, in both halves of a register: its low 7 bits count ones.
static constexpr int64_t bf16Pair128 = 0x43004300;
static constexpr int64_t bf16PairOfOnes = 0x3f803f80;
/// 2^23 in fp32: its low 23 bits count ones.
static constexpr int64_t f32TwoTo23 = 0x4b000000;

Exprs tandem::nvidia::unpackCodes(const WeightFormat &format,
                                  ArrayRef<Expr> words) {
  Code &code = *words.front().code;
  Exprs pairs;
  for (int64_t i = 0; i < 4; ++i) {
    if (format.bits == 4) {
      Expr codes = (words[0] >> (4 * i)) & int64_t(0x000f000f);
      Expr pair = code.bitcast(codes | code.integer(bf16Pair128),
                               VectorType::get({2}, code.getBF16Type()));
      // Sums and terms are small integers, which bf16 has.
      pairs.push_back(
          code.bitcast(pair - (128 + format.middleCode()), code.i32()));
      continue;
    }
    Exprs elements;
    for (int64_t byte : {2 * i % 4, 2 * i % 4 + 1}) {
      Expr bits = (words[i / 2] >> (8 * byte)) & int64_t(255);
      bits = bits | code.integer(f32TwoTo23);
      elements.push_back(code.bitcast(bits, code.f32()) -
                         (double(1 << 23) + format.middleCode()));
    }
    pairs.push_back(packPair(elements[0], elements[1], code.getBF16Type()));
  }
  return pairs;
}

Exprs tandem::nvidia::onesFor(Code &code, int64_t registers) {
  return Exprs(registers, code.integer(bf16PairOfOnes));
}
