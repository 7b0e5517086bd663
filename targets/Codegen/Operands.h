//===- Operands.h - what operations read ------------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_CODEGEN_OPERANDS_H
#define TANDEM_TARGETS_CODEGEN_OPERANDS_H

#include "mlir/IR/Operation.h"

#include <optional>
#include <string>

namespace tandem::codegen {

/// Whether `value` is an entry of the part's table of weights.
bool isWeight(mlir::Value value);

/// The number that `value` is: a constant of one element, float, integer or
/// truth value.
std::optional<double> scalarOf(mlir::Value value);

/// Why one of the operands from `first` on cannot be read from the part's
/// table, in words; empty where all can.
std::string whyNotWeights(mlir::Operation *op, unsigned first);

} // namespace tandem::codegen

#endif // TANDEM_TARGETS_CODEGEN_OPERANDS_H
