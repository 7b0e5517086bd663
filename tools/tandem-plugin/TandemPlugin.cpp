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

#include "tandem/passes/Pipelines/Stages.h"

#include "mlir/Tools/Plugins/DialectPlugin.h"
#include "mlir/Tools/Plugins/PassPlugin.h"

#define TANDEM_PLUGIN_ENTRY                                                    \
  extern "C" LLVM_ATTRIBUTE_WEAK LLVM_ATTRIBUTE_VISIBILITY_DEFAULT

TANDEM_PLUGIN_ENTRY mlir::DialectPluginLibraryInfo mlirGetDialectPluginInfo() {
  return {MLIR_PLUGIN_API_VERSION, "Tandem", "0.1",
          [](mlir::DialectRegistry *registry) {
            tandem::registerDialects(*registry);
          }};
}

TANDEM_PLUGIN_ENTRY mlir::PassPluginLibraryInfo mlirGetPassPluginInfo() {
  return {MLIR_PLUGIN_API_VERSION, "Tandem", "0.1", tandem::registerPasses};
}
