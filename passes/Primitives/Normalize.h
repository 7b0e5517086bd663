//===- Normalize.h - normalisation of rows ----------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The normalisations that primitives and transformer operations share, in
// double, but for the sum of squares: models are written for float, in which
// the square of a value above 1.8e19 is infinite and the row becomes 0.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_PRIMITIVES_NORMALIZE_H
#define TANDEM_PASSES_PRIMITIVES_NORMALIZE_H

#include "llvm/ADT/ArrayRef.h"

#include <cmath>

namespace tandem::primitives {

/// What a row was normalised by.
struct RowMoments {
  double mean;             ///< subtracted; 0 for the root mean square
  double inverseDeviation; ///< multiplied with
};

/// Divides a row by its root mean square.
inline RowMoments normalizeByRootMeanSquare(llvm::MutableArrayRef<double> row,
                                            double epsilon) {
  double sum = 0;
  for (double value : row) {
    sum += value * value;
  }
  double inverse =
      1 / std::sqrt(static_cast<float>(sum) / row.size() + epsilon);
  for (double &value : row) {
    value *= inverse;
  }
  return {0, inverse};
}

/// Gives a row mean 0 and (biased) variance 1.
inline RowMoments normalizeByMoments(llvm::MutableArrayRef<double> row,
                                     double epsilon) {
  double sum = 0;
  for (double value : row) {
    sum += value;
  }
  double mean = sum / row.size();
  for (double &value : row) {
    value -= mean;
  }
  return {mean, normalizeByRootMeanSquare(row, epsilon).inverseDeviation};
}

} // namespace tandem::primitives

#endif // TANDEM_PASSES_PRIMITIVES_NORMALIZE_H
