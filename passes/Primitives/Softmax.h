//===- Softmax.h - softmax of one row ----------------------------*- C++
//-*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The softmax that the primitive and the attention operations share.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_PRIMITIVES_SOFTMAX_H
#define TANDEM_PASSES_PRIMITIVES_SOFTMAX_H

#include "llvm/ADT/ArrayRef.h"

#include <algorithm>
#include <cmath>

namespace tandem::primitives {

/// Replaces a row of scores by their softmax. A row of minus infinities gives
/// NaN, as the definition has it.
inline void softmaxInPlace(llvm::MutableArrayRef<double> row) {
  if (row.empty()) {
    return;
  }
  double top = *std::max_element(row.begin(), row.end()), sum = 0;
  for (double &value : row) {
    sum += value = std::exp(value - top);
  }
  for (double &value : row) {
    value /= sum;
  }
}

} // namespace tandem::primitives

#endif // TANDEM_PASSES_PRIMITIVES_SOFTMAX_H
