//===- Math.h - functions of single elements --------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_NVIDIA_KERNELS_MATH_H
#define TANDEM_TARGETS_NVIDIA_KERNELS_MATH_H

#include "tandem/targets/Nvidia/Kernels/Code.h"

namespace tandem::nvidia {

using UnaryFunction = Expr (*)(Expr);
using BinaryFunction = Expr (*)(Expr, Expr);

/// e^x by the chip's 2^x: relative error 2^-22 + |x| 2^-24.
Expr exponential(Expr x);
/// Relative error below 1e-6 around 0, absolute above.
Expr hyperbolicTangent(Expr x);

/// The function of a primitive or an activation by its name, or null. Truth
/// values are elements too: 1 and 0.
UnaryFunction lookupUnary(llvm::StringRef name);
BinaryFunction lookupBinary(llvm::StringRef name);

} // namespace tandem::nvidia

#endif // TANDEM_TARGETS_NVIDIA_KERNELS_MATH_H
