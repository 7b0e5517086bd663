//===- FusionTest.cpp - how much joins a linear layer -----------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/X86/Lowering/Fusion.h"

#include "tandem/dialects/Onnx/IR/OnnxOps.h"
#include "tandem/dialects/Transformer/IR/TransformerOps.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Parser/Parser.h"

#include <gtest/gtest.h>

using namespace mlir;
using namespace tandem;

/// The steps that join a linear layer with `length` element-wise nodes behind.
static size_t stepsOfChain(int length) {
  std::string lines, last = "%y";
  for (int i = 0; i < length; ++i) {
    std::string next = "%a" + std::to_string(i);
    lines += next + " = onnx.node \"Tanh\" (" + last +
             ") {} : (tensor<?x32xf32>) -> tensor<?x32xf32>\n";
    last = next;
  }
  MLIRContext context;
  context.loadDialect<func::FuncDialect, onnx::OnnxDialect,
                      transformer::TransformerDialect>();
  auto module = parseSourceString<ModuleOp>(
      "func.func @f(%x: tensor<?x64xf32>, %w: tensor<64x32xf32>) -> "
      "tensor<?x32xf32> {\n%y = transformer.linear %x, %w layout kn : "
      "(tensor<?x64xf32>, tensor<64x32xf32>) -> tensor<?x32xf32>\n" +
          lines + "return " + last + " : tensor<?x32xf32>\n}",
      &context);
  EXPECT_TRUE(module);
  func::FuncOp function = *module->getOps<func::FuncOp>().begin();
  std::vector<x86::LinearWork> works =
      x86::fuseLinears(function.getBody().front());
  EXPECT_EQ(works.size(), 1u);
  return works.front().steps.size();
}

TEST(X86Fusion, TakesEightSteps) {
  EXPECT_EQ(stepsOfChain(0), 0u);
  EXPECT_EQ(stepsOfChain(8), 8u);
  EXPECT_EQ(stepsOfChain(9), 8u);
}
