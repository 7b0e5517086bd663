//===- Pipeline.cpp - stage raise -------------------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The order of the passes of stage raise, and why it matters.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Raise/Pipeline.h"

#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;

void tandem::buildRaisePipeline(OpPassManager &manager,
                                const RaiseOptions &options) {
  manager.addPass(createRaiseNormsPass());
  manager.addPass(createRaiseActivationsPass());
  // Before linear, which adds a bias to what it finds.
  manager.addPass(createRaiseQuantizedPass());
  // Before rotary and attention, which take rows [B, S, width]: some graphs
  // have them only as the result of a linear layer on merged dimensions.
  manager.addPass(createRaiseLinearPass());
  // Attention sees rotated queries and keys as rows.
  manager.addPass(createRaiseRotaryPass());
  manager.addPass(createRaiseAttentionPass());
  manager.addPass(createFoldLayoutsPass());
  manager.addPass(createSplitColumnsPass());
  // Every weight has found its operation.
  manager.addPass(createNarrowScalesPass(options.readWeight));
  if (options.storesBf16 || options.storesF16) {
    manager.addPass(createRoundWeightsPass({.isHalf = options.storesF16}));
  }
  manager.addPass(createCSEPass());
  manager.addPass(createVerifyModelLevelPass());
}

void tandem::registerRaisePipeline() {
  PassPipelineRegistration<>(
      "tandem-raise", "recognise transformer operations in primitives",
      [](OpPassManager &manager) { buildRaisePipeline(manager); });
}
