//===- Math.h - functions of a vector ---------------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Written out as polynomials: a part links nothing, and a vector exp in LLVM
// IR would call expf lane by lane.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_X86_KERNELS_MATH_H
#define TANDEM_TARGETS_X86_KERNELS_MATH_H

#include "tandem/targets/X86/Kernels/Kernels.h"

namespace tandem::x86 {

/// e^x within 2 ulp; 0 below the smallest normal number (and for -inf),
/// infinity above the largest.
Expr exponential(Expr x);
/// tanh x, with small arguments to full relative precision.
Expr hyperbolicTangent(Expr x);
/// The error function, absolute error below 1e-6.
Expr errorFunction(Expr x);
/// The activation `kind` of x.
Expr activate(Activation kind, Expr x);

} // namespace tandem::x86

#endif // TANDEM_TARGETS_X86_KERNELS_MATH_H
