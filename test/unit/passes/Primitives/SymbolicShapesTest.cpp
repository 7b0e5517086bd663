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

TEST(SymbolicShapesTest, LargeDimensionsBecomeSymbols) {
  std::string nodes;
  for (int i = 0; i < 64; ++i) { // would be (n + m)^(2^64)
    std::string from = std::to_string(i), to = std::to_string(i + 1);
    nodes += "%p" + to + " = onnx.node \"Mul\"(%p" + from + ", %p" + from +
             ") {} : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>\n";
  }
  test::Program program(R"mlir(
    func.func @main(%x: tensor<?xf32> {onnx.dims = ["n"]}, %y: tensor<?xf32> {onnx.dims = ["m"]}) -> tensor<?xf32> {
      %a = onnx.node "Shape"(%x) {} : (tensor<?xf32>) -> tensor<1xi64>
      %b = onnx.node "Shape"(%y) {} : (tensor<?xf32>) -> tensor<1xi64>
      %p0 = onnx.node "Add"(%a, %b) {} : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>)mlir" +
                        nodes + R"mlir(
      %r = onnx.node "ConstantOfShape"(%p64) {} : (tensor<1xi64>) -> tensor<?xf32>
      return %r : tensor<?xf32>
    })mlir");
  SymbolicShapes shapes(*program.module);
  auto body = program.getFunction().getBody().front().without_terminator();
  auto elementOf = [&](int node) {
    auto elements =
        shapes.getElements(std::next(body.begin(), node)->getResult(0));
    return elements ? elements->front() : Polynomial();
  };
  EXPECT_EQ(elementOf(4).getTerms().size(), 5u); // (n + m)^4
  EXPECT_TRUE(elementOf(5).is(0));               // 9 terms: not followed
}

} // namespace
