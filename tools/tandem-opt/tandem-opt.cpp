//===- tandem-opt.cpp - run passes on IR ------------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// mlir-opt with Tandem's dialects and passes, for pass authors and lit tests.
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "mlir/Transforms/Passes.h"

#include "tandem/dialects/Deploy/IR/DeployOps.h"
#include "tandem/dialects/Onnx/IR/OnnxOps.h"
#include "tandem/dialects/Transformer/IR/TransformerOps.h"
#include "tandem/passes/Import/Passes.h"
#include "tandem/passes/Outline/Passes.h"
#include "tandem/passes/Raise/Passes.h"
#include "tandem/passes/Raise/Pipeline.h"
#include "tandem/passes/Simplify/Passes.h"
#include "tandem/passes/Simplify/Pipeline.h"
#include "tandem/passes/Split/Passes.h"

int main(int argc, char **argv) {
  mlir::registerTransformsPasses();
  tandem::registerImportPasses();
  tandem::registerOutlinePasses();
  tandem::registerRaisePasses();
  tandem::registerRaisePipeline();
  tandem::registerSimplifyPasses();
  tandem::registerSimplifyPipeline();
  tandem::registerSplitPasses();
  mlir::DialectRegistry registry;
  registry.insert<mlir::arith::ArithDialect, mlir::func::FuncDialect,
                  mlir::LLVM::LLVMDialect, mlir::scf::SCFDialect,
                  mlir::vector::VectorDialect, tandem::deploy::DeployDialect,
                  tandem::onnx::OnnxDialect,
                  tandem::transformer::TransformerDialect>();
  return mlir::asMainReturnCode(
      mlir::MlirOptMain(argc, argv, "Tandem pass driver\n", registry));
}
