//===- Elements.h - elements of rows and their types ------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Rows hold what their value declares: floats and truth values (1 and 0) as
// fp32, integers of 32 and 64 bits as they are, so that none is rounded.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_NVIDIA_KERNELS_ELEMENTS_H
#define TANDEM_TARGETS_NVIDIA_KERNELS_ELEMENTS_H

#include "tandem/targets/Nvidia/Kernels/Code.h"

#include <string>

namespace tandem::nvidia {

/// What an element is, in memory and in a register.
enum class Element { f32, i32, i64 };

/// What the elements of tensors of `type` are; nothing where no kernel computes
/// them.
std::optional<Element> elementOf(mlir::Type type);

inline int64_t bytesOf(Element element) {
  return element == Element::i64 ? 8 : 4;
}
/// "", "_i32" or "_i64": a part of kernels' names.
std::string nameOf(Element element);
mlir::Type typeOf(Code &code, Element element);

/// The address of an element, counted from `rows` on.
Pointer at(Pointer rows, Element element, Expr index);
Expr loadElement(Pointer rows, Element element, Expr index);

/// A number of the program.
struct Number {
  double real = 0;
  int64_t integer = 0; ///< the same, where it is one: `real` may be rounded

  /// So that different numbers never share a name.
  std::string name() const;
};

Expr constant(Code &code, Element element, const Number &number);
/// Floats are cut to integers towards zero, as ONNX does.
Expr convert(Expr value, Element element);

/// The least and the largest value of the type; infinities for floats.
Number leastOf(Element element);
Number largestOf(Element element);

} // namespace tandem::nvidia

#endif // TANDEM_TARGETS_NVIDIA_KERNELS_ELEMENTS_H
