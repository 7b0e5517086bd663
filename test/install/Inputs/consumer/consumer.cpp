//===- consumer.cpp - a pass of an installed Tandem -------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/dialects/Onnx/IR/OnnxOps.h"
#include "tandem/passes/Split/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"

int main(int argc, char **argv) {
  mlir::MLIRContext context;
  context.loadDialect<mlir::arith::ArithDialect, mlir::func::FuncDialect,
                      tandem::onnx::OnnxDialect,
                      tandem::transformer::TransformerDialect>();
  if (argc != 2) {
    return 2;
  }
  auto module = mlir::parseSourceFile<mlir::ModuleOp>(argv[1], &context);
  mlir::PassManager passes(&context);
  passes.addPass(tandem::createSplitPhasesPass());
  if (!module || mlir::failed(passes.run(*module))) {
    return 1;
  }
  module->print(llvm::outs());
  return 0;
}
