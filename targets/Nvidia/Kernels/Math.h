//===- Math.h - functions of single elements --------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_NVIDIA_KERNELS_MATH_H
#define TANDEM_TARGETS_NVIDIA_KERNELS_MATH_H

#include "tandem/targets/Nvidia/Kernels/Elements.h"

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

/// The same for integers. Comparisons and "cast_to_bool" make a truth value,
/// which is an fp32. "Div" cuts towards zero; "Mod" has the sign of the
/// divisor, "fmod" of the dividend; without a rule of ONNX is a divisor of 0.
UnaryFunction lookupIntegerUnary(llvm::StringRef name);
BinaryFunction lookupIntegerBinary(llvm::StringRef name);

/// The function for elements of a type.
inline UnaryFunction lookupUnary(llvm::StringRef name, Element element) {
  return element == Element::f32 ? lookupUnary(name) : lookupIntegerUnary(name);
}
inline BinaryFunction lookupBinary(llvm::StringRef name, Element element) {
  return element == Element::f32 ? lookupBinary(name)
                                 : lookupIntegerBinary(name);
}

/// "cast_to_f32", "cast_to_i32", "cast_to_i64": the function of one argument
/// that makes another element, and the element it makes.
std::string castTo(Element element);
std::optional<Element> castOf(llvm::StringRef function);

} // namespace tandem::nvidia

#endif // TANDEM_TARGETS_NVIDIA_KERNELS_MATH_H
