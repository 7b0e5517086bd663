//===- Stages.cpp - the stages of compilation, in order ---------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#include "tandem/passes/Pipelines/Stages.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

#include "tandem/dialects/Deploy/IR/DeployOps.h"
#include "tandem/dialects/Onnx/IR/OnnxOps.h"
#include "tandem/dialects/Transformer/IR/TransformerOps.h"
#include "tandem/passes/Import/Passes.h"
#include "tandem/passes/Outline/Passes.h"
#include "tandem/passes/Place/Passes.h"
#include "tandem/passes/Raise/Passes.h"
#include "tandem/passes/Raise/Pipeline.h"
#include "tandem/passes/Simplify/Passes.h"
#include "tandem/passes/Simplify/Pipeline.h"
#include "tandem/passes/Split/Passes.h"
#include "tandem/passes/Verify/Passes.h"

using namespace mlir;

namespace tandem {

static void buildSimplify(OpPassManager &manager, const StageOptions &) {
  buildSimplifyPipeline(manager);
}

static void buildRaise(OpPassManager &manager, const StageOptions &options) {
  buildRaisePipeline(manager, options.raise);
}

static void buildSplit(OpPassManager &manager, const StageOptions &options) {
  // Before anything misses an attention or an embedding for want of a weight.
  manager.addPass(createVerifyWeightsPass());
  ChooseActivationsPassOptions activations;
  activations.activations = options.activations;
  manager.addPass(createChooseActivationsPass(activations));
  manager.addPass(createSplitPhasesPass());
  manager.addPass(createCSEPass());
}

static void buildPlace(OpPassManager &manager, const StageOptions &options) {
  AssignChipsPassOptions place;
  place.capacityTokens = options.capacityTokens;
  place.workload = options.workload;
  place.slo = options.slo;
  place.prefillChip = options.prefillChip;
  place.decodeChip = options.decodeChip;
  manager.addPass(createAssignChipsPass(place));
}

static void buildOutline(OpPassManager &manager, const StageOptions &options) {
  OutlinePartsPassOptions outline;
  outline.capacityTokens = options.capacityTokens;
  manager.addPass(createInsertTransfersPass());
  manager.addPass(createOutlinePartsPass(outline));
  manager.nest<deploy::PartOp>().addPass(createShareLayersPass());
  manager.addPass(createCSEPass());
}

static constexpr Stage stages[] = {
    {"import", "read the ONNX file, node for node, weights by reference",
     nullptr},
    {"simplify", "one opset, inferred shapes, folded shape arithmetic",
     buildSimplify},
    {"raise", "recognise what the model computes, however it was exported",
     buildRaise},
    {"split", "turn the graph into prefill and decode over a cache",
     buildSplit},
    {"place", "choose the chip of each phase by the cost model", buildPlace},
    {"outline", "make the parts, weights as arguments, layers shared",
     buildOutline},
    {"emit", "compile each part with its chip's target", nullptr},
    {"bundle", "pack the weights, write the bundle, rename it into place",
     nullptr},
};

llvm::ArrayRef<Stage> getStages() { return stages; }

const Stage *lookupStage(llvm::StringRef name) {
  for (const Stage &stage : stages) {
    if (stage.name == name) {
      return &stage;
    }
  }
  return nullptr;
}

LogicalResult runStage(const Stage &stage, ModuleOp module,
                       const StageOptions &options) {
  PassManager manager(module.getContext());
  stage.build(manager, options);
  return manager.run(module);
}

void registerDialects(DialectRegistry &registry) {
  registry.insert<arith::ArithDialect, func::FuncDialect, scf::SCFDialect,
                  deploy::DeployDialect, onnx::OnnxDialect,
                  transformer::TransformerDialect>();
}

/// Makes each stage a pipeline of tandem-opt: --tandem-simplify and so on.
static void registerStagePipelines() {
  for (const Stage &stage : stages) {
    if (stage.build) {
      registerPassPipeline(
          ("tandem-" + stage.name).str(), stage.sentence,
          [&stage](OpPassManager &manager, StringRef,
                   function_ref<LogicalResult(const Twine &)>) {
            stage.build(manager, StageOptions());
            return success();
          },
          [](function_ref<void(const detail::PassOptions &)>) {});
    }
  }
}

void registerPasses() {
  registerImportPasses();
  registerOutlinePasses();
  registerPlacePasses();
  registerRaisePasses();
  registerSimplifyPasses();
  registerSplitPasses();
  registerVerifyPasses();
  registerStagePipelines();
}

} // namespace tandem
