//===- Pipeline.h - the stage's passes in order -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Provides the pipeline of stage simplify: source level in, primitives of the
// model level out.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_SIMPLIFY_PIPELINE_H
#define TANDEM_PASSES_SIMPLIFY_PIPELINE_H

#include "mlir/Pass/PassManager.h"

namespace tandem {

/// Adds the passes of stage simplify.
void buildSimplifyPipeline(mlir::OpPassManager &manager);

/// Registers the pipeline as `tandem-simplify`.
void registerSimplifyPipeline();

} // namespace tandem

#endif // TANDEM_PASSES_SIMPLIFY_PIPELINE_H
