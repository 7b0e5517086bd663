//===- Pipeline.cpp - the stage's passes in order -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The order of the stage and the reasons for it.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Simplify/Pipeline.h"

#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

#include "tandem/passes/Simplify/Passes.h"
#include "tandem/passes/Verify/Passes.h"

using namespace mlir;

void tandem::buildSimplifyPipeline(OpPassManager &manager) {
  // Functions first: their bodies have versions to convert, too.
  manager.addPass(createInlineFunctionsPass());
  manager.addPass(createConvertOpsetPass());
  // Every gap at once, before shapes stop at the first.
  manager.addPass(createVerifyOperatorsPass());
  manager.addPass(createInferShapesPass());
  manager.addPass(createFoldConstantsPass());
  // What folding decided (a branch, a float chain) refines shapes.
  manager.addPass(createInferShapesPass());
  manager.addPass(createRemoveNoopsPass());
  manager.addPass(createNormalizeTargetsPass());
  // After the targets: only masks and positions still compute with shapes.
  manager.addPass(createRebuildShapeArithmeticPass());
  manager.addPass(createCanonicalizeIdiomsPass());
  // An Expand dropped above may leave casts and reshapes without effect.
  manager.addPass(createRemoveNoopsPass());
  manager.addPass(createCSEPass());
  manager.addPass(createOrderOperationsPass());
  manager.addPass(createVerifyPrimitivesPass());
}

void tandem::registerSimplifyPipeline() {
  PassPipelineRegistration<>("tandem-simplify",
                             "run stage simplify: from the file's spelling to "
                             "primitives with inferred shapes",
                             buildSimplifyPipeline);
}
