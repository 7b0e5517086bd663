//===- LayerPeriod.h - where a function repeats -----------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Finds the repetition of layers in a phase function. The operations of the
// body, without weights and constants, are a sequence; the layers are a run of
// equal periods in it, one around each attention.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_OUTLINE_LAYERPERIOD_H
#define TANDEM_PASSES_OUTLINE_LAYERPERIOD_H

#include <optional>
#include <string>

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/MapVector.h"

namespace tandem {

/// Operation `offset` of a period and one of its results.
using PeriodResult = std::pair<int64_t, unsigned>;

/// A run of `count` periods of `length` operations from operation `start`.
struct LayerPeriod {
  llvm::SmallVector<mlir::Operation *> operations; ///< the whole sequence
  int64_t start = 0, length = 0, count = 0;
  /// What a period hands to the next, with its value before the first.
  llvm::MapVector<PeriodResult, mlir::Value> carried;

  /// Operation `offset` of period `layer`.
  mlir::Operation *at(int64_t layer, int64_t offset) const {
    return operations[start + layer * length + offset];
  }
};

/// The repetition with the fewest carried values, or nothing and the reason.
std::optional<LayerPeriod> findLayerPeriod(mlir::func::FuncOp function,
                                           std::string &whyNot);

} // namespace tandem

#endif // TANDEM_PASSES_OUTLINE_LAYERPERIOD_H
