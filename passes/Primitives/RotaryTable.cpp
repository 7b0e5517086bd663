//===- RotaryTable.cpp - tables of rotary angles -----------------*- C++
//-*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Rows are independent, so a table of another capacity has the same rows.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Primitives/RotaryTable.h"

#include <cmath>

using namespace mlir;
using namespace tandem::primitives;

Tensor tandem::primitives::makeRotaryTable(ElementsAttr frequencies,
                                           double scale, int64_t rows,
                                           RotaryFunction function) {
  std::vector<double> inverse =
      Tensor::fromAttribute(frequencies).widen<double>();
  std::vector<double> values;
  values.reserve(rows * inverse.size());
  for (int64_t row = 0; row < rows; ++row) {
    for (double frequency : inverse) {
      float angle = static_cast<float>(row) * static_cast<float>(frequency);
      double value = function == RotaryFunction::cosine
                         ? std::cos(static_cast<double>(angle))
                         : std::sin(static_cast<double>(angle));
      values.push_back(value * scale);
    }
  }
  return Tensor::narrow(frequencies.getElementType(),
                        {rows, static_cast<int64_t>(inverse.size())}, values);
}
