//===- TandemPlugin.cpp - Tandem inside the stock mlir-opt ------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Makes Tandem's dialects and passes known to a tool of MLIR:
//   mlir-opt-22 --load-dialect-plugin=TandemPlugin.so
//               --load-pass-plugin=TandemPlugin.so
//               --pass-pipeline="builtin.module(tandem-split-phases)"
//               model.mlir
//
//===----------------------------------------------------------------------===//

#include "tandem/dialects/Deploy/IR/DeployOps.h"
#include "tandem/dialects/Onnx/IR/OnnxOps.h"
#include "tandem/dialects/Transformer/IR/TransformerOps.h"
#include "tandem/passes/Outline/Passes.h"
#include "tandem/passes/Raise/Passes.h"
#include "tandem/passes/Raise/Pipeline.h"
#include "tandem/passes/Simplify/Passes.h"
#include "tandem/passes/Simplify/Pipeline.h"
#include "tandem/passes/Split/Passes.h"

#include "mlir/Tools/Plugins/DialectPlugin.h"
#include "mlir/Tools/Plugins/PassPlugin.h"

#define TANDEM_PLUGIN_ENTRY                                                    \
  extern "C" LLVM_ATTRIBUTE_WEAK LLVM_ATTRIBUTE_VISIBILITY_DEFAULT

TANDEM_PLUGIN_ENTRY mlir::DialectPluginLibraryInfo mlirGetDialectPluginInfo() {
  return {
      MLIR_PLUGIN_API_VERSION, "Tandem", "0.1",
      [](mlir::DialectRegistry *registry) {
        registry
            ->insert<tandem::deploy::DeployDialect, tandem::onnx::OnnxDialect,
                     tandem::transformer::TransformerDialect>();
      }};
}

TANDEM_PLUGIN_ENTRY mlir::PassPluginLibraryInfo mlirGetPassPluginInfo() {
  return {MLIR_PLUGIN_API_VERSION, "Tandem", "0.1", [] {
            tandem::registerOutlinePasses();
            tandem::registerRaisePasses();
            tandem::registerRaisePipeline();
            tandem::registerSimplifyPasses();
            tandem::registerSimplifyPipeline();
            tandem::registerSplitPasses();
          }};
}
