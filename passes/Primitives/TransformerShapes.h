//===- TransformerShapes.h - shapes of recognised operations ----*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Provides the symbolic dimensions of the results of `transformer` operations
// of the model level, which their types alone do not tell.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_PRIMITIVES_TRANSFORMERSHAPES_H
#define TANDEM_PASSES_PRIMITIVES_TRANSFORMERSHAPES_H

#include "tandem/passes/Primitives/SymbolicShapes.h"

namespace tandem::primitives {

/// Replaces the dynamic dimensions in the facts of `operation`'s results by
/// those of its operands. Does nothing for operations of other dialects.
void inferTransformerShapes(mlir::Operation *operation, SymbolicShapes &shapes);

} // namespace tandem::primitives

#endif // TANDEM_PASSES_PRIMITIVES_TRANSFORMERSHAPES_H
