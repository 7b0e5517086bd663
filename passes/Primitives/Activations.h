//===- Activations.h - scalar activation functions ---------------*- C++
//-*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Activations on doubles, shared by primitives and transformer operations.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_PRIMITIVES_ACTIVATIONS_H
#define TANDEM_PASSES_PRIMITIVES_ACTIVATIONS_H

#include <cmath>
#include <numbers>

namespace tandem::primitives::activation {

inline double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

inline double silu(double x) { return x * sigmoid(x); }

inline double geluErf(double x) {
  return x / 2 * (1 + std::erf(x / std::numbers::sqrt2));
}

/// The approximation of Hendrycks and Gimpel, arXiv:1606.08415.
inline double geluTanh(double x) {
  double scale = std::numbers::sqrt2 * std::numbers::inv_sqrtpi;
  return x / 2 * (1 + std::tanh(scale * (x + 0.044715 * x * x * x)));
}

inline double geluQuick(double x) { return x * sigmoid(1.702 * x); }

inline double relu(double x) { return x < 0 ? 0 : x; }

inline double reluSquared(double x) { return relu(x) * relu(x); }

} // namespace tandem::primitives::activation

#endif // TANDEM_PASSES_PRIMITIVES_ACTIVATIONS_H
