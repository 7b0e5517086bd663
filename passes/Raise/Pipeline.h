//===- Pipeline.h - stage raise ---------------------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Provides the pipeline of stage raise. Relies on stage simplify having run.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_RAISE_PIPELINE_H
#define TANDEM_PASSES_RAISE_PIPELINE_H

#include "mlir/Pass/PassManager.h"

#include "tandem/passes/Raise/Passes.h"

namespace tandem {

/// What stage raise needs to know beside the program.
struct RaiseOptions {
  /// --precision: matrices are rounded to bf16, or to f16.
  bool storesBf16 = false, storesF16 = false;
  WeightBytes readWeight; ///< absent in tandem-opt
};

/// Appends the passes of stage raise: primitives become transformer operations.
void buildRaisePipeline(mlir::OpPassManager &manager,
                        const RaiseOptions &options = {});

/// Registers the stage as pipeline `tandem-raise`.
void registerRaisePipeline();

} // namespace tandem

#endif // TANDEM_PASSES_RAISE_PIPELINE_H
