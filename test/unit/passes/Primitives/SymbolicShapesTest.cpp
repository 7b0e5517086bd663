//===- SymbolicShapesTest.cpp - facts of a changing program ----*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Tests that facts go with the operation they are of.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Primitives/SymbolicShapes.h"

#include "Program.h"

#include "gtest/gtest.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::primitives;

namespace {

TEST(SymbolicShapesTest, FactsOfErasedOperationsAreDropped) {
  test::Program program(R"mlir(
    func.func @main(%x: tensor<?x8xf32> {onnx.dims = ["n", 8]}) -> tensor<?x8xf32> {
      %y = onnx.node "Neg"(%x) {} : (tensor<?x8xf32>) -> tensor<?x8xf32>
      return %x : tensor<?x8xf32>
    })mlir");
  SymbolicShapes shapes(*program.module);
  Operation &node = program.getFunction().getBody().front().front();
  Value result = node.getResult(0);
  ASSERT_TRUE(shapes.getShape(result));
  EXPECT_EQ(shapes.getSymbols().toString(shapes.getShape(result)->front()),
            "n");
  // The address lives on as a key; a new operation may get it.
  IRRewriter(&program.context, &shapes).eraseOp(&node);
  EXPECT_FALSE(shapes.getShape(result));
}

} // namespace
