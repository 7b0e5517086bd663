//===- FoldPrimitiveTest.cpp - constant folding ------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What is folded, and what is left alone.
//
//===----------------------------------------------------------------------===//

#include "Program.h"

#include "mlir/IR/Builders.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::primitives;
using tandem::test::Program;

namespace {
/// Folds the first node of `text` on `inputs`.
FailureOr<SmallVector<ElementsAttr>> fold(Program &program,
                                          ArrayRef<ElementsAttr> inputs,
                                          int64_t maxBytes = foldedBytes) {
  onnx::NodeOp node;
  program.module->walk([&](onnx::NodeOp found) { node = found; });
  return foldPrimitive(node, inputs, maxBytes);
}

constexpr const char *expand = R"(
  func.func @main(%x: tensor<1xi64>, %s: tensor<1xi64>) -> tensor<?xi64> {
    %0 = onnx.node "Expand" (%x, %s) {} : (tensor<1xi64>, tensor<1xi64>) -> tensor<?xi64>
    return %0 : tensor<?xi64>
  })";
} // namespace

TEST(FoldPrimitiveTest, FoldsUpToTheBudget) {
  Program program(expand);
  Builder builder(&program.context);
  ElementsAttr one = builder.getI64TensorAttr({7});
  auto results = fold(program, {one, builder.getI64TensorAttr({100})}, 800);
  ASSERT_TRUE(succeeded(results));
  EXPECT_EQ((*results)[0].getNumElements(), 100);
  EXPECT_TRUE(
      failed(fold(program, {one, builder.getI64TensorAttr({101})}, 800)));
  EXPECT_TRUE(
      failed(fold(program, {one, builder.getI64TensorAttr({1 << 30})})));
}

TEST(FoldPrimitiveTest, LeavesLargeInputsAlone) {
  Program program(expand);
  Builder builder(&program.context);
  auto large = DenseElementsAttr::get(
      RankedTensorType::get({int64_t(1) << 40}, builder.getI64Type()),
      builder.getI64IntegerAttr(1).getValue());
  EXPECT_TRUE(failed(fold(program, {large, builder.getI64TensorAttr({1})})));
}

TEST(FoldPrimitiveTest, LeavesNodesThatFail) {
  Program program(expand);
  Builder builder(&program.context);
  EXPECT_TRUE(failed(fold(program, {builder.getI64TensorAttr({1, 2}),
                                    builder.getI64TensorAttr({3})})));
}

TEST(FoldPrimitiveTest, LeavesUnknownOperators) {
  Program program(R"(
    func.func @main(%x: tensor<1xi64>) -> tensor<1xi64> {
      %0 = onnx.node "RandomUniformLike" (%x) {} : (tensor<1xi64>) -> tensor<1xi64>
      return %0 : tensor<1xi64>
    })");
  Builder builder(&program.context);
  EXPECT_TRUE(failed(fold(program, {builder.getI64TensorAttr({1})})));
}

TEST(FoldPrimitiveTest, TakesOmittedInputs) {
  Program program(R"(
    func.func @main(%x: tensor<2xi64>, %m: tensor<i64>) -> tensor<2xi64> {
      %n = onnx.none
      %0 = onnx.node "Clip" (%x, %n, %m) {} : (tensor<2xi64>, none, tensor<i64>) -> tensor<2xi64>
      return %0 : tensor<2xi64>
    })");
  Builder builder(&program.context);
  auto most = DenseElementsAttr::get(
      RankedTensorType::get({}, builder.getI64Type()), APInt(64, 3));
  auto results =
      fold(program, {builder.getI64TensorAttr({2, 9}), ElementsAttr(), most});
  ASSERT_TRUE(succeeded(results));
  EXPECT_EQ((*results)[0], builder.getI64TensorAttr({2, 3}));
}
