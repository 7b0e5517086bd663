//===- RotaryAngles.h - cosines and sines of positions ----------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Provides the reading of the angles of a rotary embedding: constant tables
// looked up by position, or inverse frequencies times the position.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_RAISE_ROTARYANGLES_H
#define TANDEM_PASSES_RAISE_ROTARYANGLES_H

#include "tandem/passes/Raise/ElementAccess.h"

#include "mlir/IR/BuiltinAttributes.h"

namespace tandem::raise {

/// The angles of a rotation, indexed by an integer expression.
struct RotaryAngles {
  mlir::Value cosTable, sinTable;      ///< null where there are frequencies
  mlir::DenseElementsAttr frequencies; ///< null where there are tables
  double scale = 1;                    ///< of cosines and sines of frequencies
  Polynomial position;
};

/// Whether `element` is a cosine or sine, or read from a constant table.
bool isAngleFunction(Element element);

/// Reads the cosine and the sine of pair `pair` of `pairs`, both times `scale`.
std::optional<RotaryAngles> readAngles(Element cosine, Element sine,
                                       double scale, const Polynomial &pair,
                                       int64_t pairs, Elements &elements);

} // namespace tandem::raise

#endif // TANDEM_PASSES_RAISE_ROTARYANGLES_H
