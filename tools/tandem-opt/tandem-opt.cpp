//===- tandem-opt.cpp - run passes on IR ------------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// mlir-opt with Tandem's and its targets' dialects and passes, for pass authors
// and lit tests.
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "mlir/Transforms/Passes.h"

#include "tandem/passes/Pipelines/Stages.h"
#include "tandem/targets/Interface/Target.h"

int main(int argc, char **argv) {
  mlir::registerTransformsPasses();
  tandem::registerPasses();
  mlir::DialectRegistry registry;
  tandem::registerDialects(registry);
  registry.insert<mlir::LLVM::LLVMDialect, mlir::vector::VectorDialect>();
  for (const std::unique_ptr<tandem::Target> &target : tandem::getTargets()) {
    target->registerDialects(registry);
    target->registerPasses();
  }
  return mlir::asMainReturnCode(
      mlir::MlirOptMain(argc, argv, "Tandem pass driver\n", registry));
}
