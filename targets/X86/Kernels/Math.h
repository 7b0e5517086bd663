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

#include "tandem/targets/X86/Kernels/Emitter.h"

#include <functional>

namespace tandem::x86 {

/// e^x within 2 ulp; 0 below the smallest normal number (and for -inf),
/// infinity above the largest.
Expr exponential(Expr x);
/// tanh x, with small arguments to full relative precision.
Expr hyperbolicTangent(Expr x);
/// The error function, absolute error below 1e-6.
Expr errorFunction(Expr x);
/// A function of one or two values, scalars or vectors of one type.
using UnaryFunction = std::function<Expr(Expr)>;
using BinaryFunction = std::function<Expr(Expr, Expr)>;

/// The function called `name`: an activation as it prints ("gelu_tanh") or an
/// ONNX operator ("Sqrt"). Null where there is none.
UnaryFunction lookupUnary(llvm::StringRef name);
/// An ONNX operator ("Add"), or "glu_" and an activation: that of the first
/// argument times the second.
BinaryFunction lookupBinary(llvm::StringRef name);

} // namespace tandem::x86

#endif // TANDEM_TARGETS_X86_KERNELS_MATH_H
