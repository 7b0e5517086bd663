//===- Steps.h - element-wise work behind a value -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A chain of element-wise operations runs on a value while it is in a register:
// on the elements of a tensor, or on the sums of a product.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_NVIDIA_KERNELS_STEPS_H
#define TANDEM_TARGETS_NVIDIA_KERNELS_STEPS_H

#include "tandem/targets/Nvidia/Kernels/Elements.h"

#include <string>
#include <vector>

namespace tandem::nvidia {

/// What the other operand of a step is.
enum class OperandKind {
  none,   ///< the step has one argument
  rows,   ///< a row of elements for each token
  token,  ///< one element for each token
  vector, ///< one row for all tokens
  scalar  ///< a number
};

/// One element-wise operation. What it computes with is what the value is that
/// comes from the step before: an operand becomes that where it is loaded.
struct Step {
  std::string function; ///< of Math.h
  OperandKind operand = OperandKind::none;
  Number scalar;
  Element element = Element::f32; ///< of the operand in memory
  /// The running value is the second argument.
  bool isSwapped = false;

  bool hasBuffer() const {
    return operand != OperandKind::none && operand != OperandKind::scalar;
  }
};

using Steps = std::vector<Step>;

/// The bits of a number as a part of names, so that different numbers never
/// share one.
std::string bitsOf(double number);

/// "_Add_rows_silu": a part of a kernel's name; steps of equal names are equal.
std::string nameOf(const Steps &steps);

/// How many buffers the steps read.
int64_t buffersOf(const Steps &steps);

/// What the steps make of an element.
Element elementAfter(const Steps &steps, Element element);

/// Applies the steps to the element at `column` of the row of `token`. A row
/// has `width` elements. `buffers` are the operands in memory, in order.
Expr applySteps(const Steps &steps, Expr value, llvm::ArrayRef<Pointer> buffers,
                Expr token, Expr column, int64_t width);

} // namespace tandem::nvidia

#endif // TANDEM_TARGETS_NVIDIA_KERNELS_STEPS_H
