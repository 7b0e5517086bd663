//===- RotaryTable.h - tables of rotary angles -------------------*- C++
//-*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Cosines and sines by position, as transformer.rotary_table defines them.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_PRIMITIVES_ROTARYTABLE_H
#define TANDEM_PASSES_PRIMITIVES_ROTARYTABLE_H

#include "tandem/passes/Primitives/Tensor.h"

namespace tandem::primitives {

/// Which half of a rotary table.
enum class RotaryFunction { cosine, sine };

/// Row p holds the function of p * f, times `scale`, for each frequency f: the
/// product is rounded to fp32, the function is taken in double.
Tensor makeRotaryTable(mlir::ElementsAttr frequencies, double scale,
                       int64_t rows, RotaryFunction function);

} // namespace tandem::primitives

#endif // TANDEM_PASSES_PRIMITIVES_ROTARYTABLE_H
