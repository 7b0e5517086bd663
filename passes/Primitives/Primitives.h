//===- Primitives.h - the table of primitives -------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Provides the operators of the internal opset (ai.onnx 24 in normal form, and
// the contributed operators that exporters emit) as one table, a row each.
// Shape inference, constant folding and the evaluator all look here.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_PRIMITIVES_PRIMITIVES_H
#define TANDEM_PASSES_PRIMITIVES_PRIMITIVES_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/LogicalResult.h"

namespace tandem::primitives {

class EvaluationContext;
class ShapeContext;

/// Infers the result types of a node; a failure leaves them unknown.
using ShapeFunction = llvm::LogicalResult (*)(ShapeContext &);

/// Computes the results of a node from the values of its inputs.
using EvaluateFunction = llvm::Error (*)(EvaluationContext &);

/// One operator: a row of the table.
struct Primitive {
  /// Stands for `maxInputs` where the number of inputs is open.
  static constexpr int anyNumber = -1;

  llvm::StringLiteral name;  ///< as `NodeOp::getQualifiedName` prints it
  int minInputs;             ///< inputs up to this number may not be omitted
  int maxInputs;             ///< `anyNumber` where it is open
  ShapeFunction inferShapes; ///< null: not written yet
  EvaluateFunction evaluate;

  /// Whether a node may have `count` inputs, omitted ones included.
  bool takesInputs(int count) const {
    return count >= minInputs && (maxInputs == anyNumber || count <= maxInputs);
  }
};

/// All rows, in the order of the table.
llvm::ArrayRef<Primitive> getPrimitives();

/// The row of operator `qualifiedName` (`Gather`, `com.microsoft.FastGelu`), or
/// null where it is none.
const Primitive *findPrimitive(llvm::StringRef qualifiedName);

} // namespace tandem::primitives

#endif // TANDEM_PASSES_PRIMITIVES_PRIMITIVES_H
