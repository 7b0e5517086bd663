//===- OnnxOpsTest.cpp - accessors of onnx.node -----------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/dialects/Onnx/IR/OnnxOps.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace tandem::onnx;

namespace {
class NodeOpTest : public ::testing::Test {
protected:
  NodeOpTest() : builder(&context) {
    context.loadDialect<OnnxDialect>();
    module = ModuleOp::create(builder.getUnknownLoc());
    builder.setInsertionPointToEnd(module->getBody());
  }

  NodeOp node(DictionaryAttr attributes, ValueRange inputs = {}) {
    return NodeOp::create(builder, builder.getUnknownLoc(), "Flatten",
                          TypeRange(), inputs, attributes);
  }

  MLIRContext context;
  OpBuilder builder;
  OwningOpRef<ModuleOp> module;
};
} // namespace

TEST_F(NodeOpTest, AbsentAttributesGiveTheFallback) {
  NodeOp op = node({});
  EXPECT_EQ(op.getInt("axis", 1), 1);
  EXPECT_EQ(op.getFloat("alpha", 0.5), 0.5);
  EXPECT_EQ(op.getString("mode", "linear"), "linear");
  EXPECT_TRUE(op.getInts("axes").empty());
}

TEST_F(NodeOpTest, PresentAttributesGiveTheirValue) {
  NodeOp op = node(builder.getDictionaryAttr(
      {builder.getNamedAttr("axis", builder.getI64IntegerAttr(-2))}));
  EXPECT_EQ(op.getInt("axis", 1), -2);
}

TEST_F(NodeOpTest, OmittedInputsAreNull) {
  Value none =
      NoneOp::create(builder, builder.getUnknownLoc(), builder.getNoneType());
  NodeOp op = node({}, none);
  EXPECT_FALSE(op.getInput(0));
  EXPECT_FALSE(op.getInput(1));
}
