//===- SupportTest.cpp - what the target refuses ----------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PartTexts.h"

#include "tandem/dialects/Onnx/IR/OnnxOps.h"
#include "tandem/dialects/Transformer/IR/TransformerOps.h"
#include "tandem/targets/Interface/Target.h"

#include "mlir/IR/Diagnostics.h"
#include "mlir/Parser/Parser.h"

#include <gtest/gtest.h>

using namespace mlir;
using namespace tandem;

namespace tandem::x86 {
std::unique_ptr<Target> createTarget();
} // namespace tandem::x86

/// What checkSupported says of a module with one part.
static std::vector<std::string> refusalsOf(const std::string &text) {
  std::unique_ptr<Target> target = x86::createTarget();
  DialectRegistry registry;
  registry.insert<deploy::DeployDialect, onnx::OnnxDialect,
                  transformer::TransformerDialect>();
  target->registerDialects(registry);
  MLIRContext context(registry);
  std::vector<std::string> messages;
  ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
    messages.push_back(diagnostic.str());
  });
  OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(text, &context);
  EXPECT_TRUE(module) << (messages.empty() ? "" : messages.front());
  if (module) {
    auto part = *module->getOps<deploy::PartOp>().begin();
    EXPECT_EQ(succeeded(target->checkSupported(part)), messages.empty());
  }
  return messages;
}

/// What checkSupported says of a part whose functions hold `lines`.
static std::vector<std::string> refusals(const std::string &lines) {
  return refusalsOf(R"(
deploy.part @cpu phases ["step"] on <"cpu", "x86"> mesh [1, 1] stage 0 weights [
    #deploy.slot<table_nk, #onnx.weight<"m", 0, 4> : tensor<50x64xf32>>,
    #deploy.slot<vector, #onnx.weight<"m", 1, 4> : tensor<64xf32>>] {
  func.func @step(%x: tensor<?x64xf32>) -> tensor<?x64xf32> {
    return %x : tensor<?x64xf32>
  }
  func.func private @operations(%tokens: tensor<?xi32>, %x: tensor<?x64xf32>, %y: tensor<?x32xf32>, %h: tensor<?x64xf16>, %w: !deploy.weights) -> tensor<?x64xf32> {
    %table = deploy.weight %w[0] : tensor<50x64xf32>
    %scale = deploy.weight %w[1] : tensor<64xf32>
    %one = onnx.constant dense<1> : tensor<i64>
)" + lines + R"(
    return %x : tensor<?x64xf32>
  }
})");
}

static const std::string halfRefused =
    "'onnx.node' op has a value of 'f16'; this target computes f32 and i32: "
    "export the model in f32, whose matrices --precision bf16 stores in 16 "
    "bits";

TEST(X86Support, TakesWhatItHasKernelsFor) {
  EXPECT_TRUE(refusals(R"(
    %a = onnx.node "Add" (%x, %scale) {} : (tensor<?x64xf32>, tensor<64xf32>) -> tensor<?x64xf32>
    %b = onnx.node "Sqrt" (%a) {} : (tensor<?x64xf32>) -> tensor<?x64xf32>
    %sizes = onnx.constant dense<[48, 16]> : tensor<2xi64>
    %s, %t = onnx.node "Split" (%x, %sizes) {axis = -1 : i64} : (tensor<?x64xf32>, tensor<2xi64>) -> (tensor<?x48xf32>, tensor<?x16xf32>)
    %c = onnx.node "Gelu" (%b) {approximate = "tanh"} : (tensor<?x64xf32>) -> tensor<?x64xf32>)")
                  .empty());
}

TEST(X86Support, NamesEveryRefusalAtOnce) {
  auto messages = refusals(R"(
    %a = onnx.node "Softmax" (%x) {} : (tensor<?x64xf32>) -> tensor<?x64xf32>
    %b = onnx.node "Cast" (%h) {to = 1} : (tensor<?x64xf16>) -> tensor<?x64xf32>
    %c = onnx.node "Gather" opset 13 (%table, %tokens) {} : (tensor<50x64xf32>, tensor<?xi32>) -> tensor<?x64xf32>)");
  // The f16 argument of the function is not an operation.
  ASSERT_EQ(messages.size(), 3u);
  EXPECT_EQ(messages[0],
            "'onnx.node' op 'Softmax' with 1 inputs has no kernel");
  EXPECT_EQ(messages[1], halfRefused);
  EXPECT_EQ(messages[2], "'onnx.node' op 'Gather' is not a primitive");
}

TEST(X86Support, RefusesATypeOnce) {
  auto messages = refusals(R"(
    %a = onnx.node "Neg" (%h) {} : (tensor<?x64xf16>) -> tensor<?x64xf16>
    %b = onnx.node "Abs" (%a) {} : (tensor<?x64xf16>) -> tensor<?x64xf16>
    %c = onnx.node "Cast" (%b) {to = 1} : (tensor<?x64xf16>) -> tensor<?x64xf32>)");
  EXPECT_EQ(messages, (std::vector<std::string>{
                          halfRefused + " (2 other operations as well)"}));
}

TEST(X86Support, RefusesAWeightOfAnotherTypeThatNothingReads) {
  auto messages = refusalsOf(R"(
deploy.part @cpu phases ["step"] on <"cpu", "x86"> mesh [1, 1] stage 0 weights [
    #deploy.slot<vector, #onnx.weight<"m", 0, 128> : tensor<64xf16>>] {
  func.func @step(%x: tensor<?x64xf32>) -> tensor<?x64xf32> {
    return %x : tensor<?x64xf32>
  }
})");
  EXPECT_EQ(messages,
            (std::vector<std::string>{
                "weight 0 has a value of 'f16'; this target computes f32 and "
                "i32: export the model in f32, whose matrices --precision bf16 "
                "stores in 16 bits"}));
}

TEST(X86Support, RefusesOperandsThatAreNotRows) {
  for (const char *operands :
       {R"((%x, %y) {} : (tensor<?x64xf32>, tensor<?x32xf32>))",
        R"((%x, %table) {} : (tensor<?x64xf32>, tensor<50x64xf32>))",
        R"((%x, %one) {} : (tensor<?x64xf32>, tensor<i64>))",
        R"((%scale, %scale) {} : (tensor<64xf32>, tensor<64xf32>))"}) {
    EXPECT_EQ(refusals(std::string("%a = onnx.node \"Add\" ") + operands +
                       " -> tensor<?x64xf32>")
                  .size(),
              1u)
        << operands;
  }
}

TEST(X86Support, RefusesAttributesItDoesNotKnow) {
  EXPECT_EQ(refusals(R"(
    %a = onnx.node "Swish" (%x) {alpha = 2.0 : f32} : (tensor<?x64xf32>) -> tensor<?x64xf32>)")
                .size(),
            1u);
}

TEST(X86Support, RefusesComputedMatrices) {
  auto messages = refusals(R"(
    %a = transformer.linear %x, %x layout nk : (tensor<?x64xf32>, tensor<?x64xf32>) -> tensor<?x50xf32>)");
  ASSERT_EQ(messages.size(), 1u);
  EXPECT_NE(messages[0].find("computed matrix"), std::string::npos);
}

TEST(X86Support, RefusesSeveralActivationsAndPieces) {
  auto messages = refusalsOf(R"(
deploy.part @cpu phases ["prefill", "decode"] on <"cpu", "x86"> mesh [1, 1] stage 1 weights [] {
  func.func @prefill(%x: tensor<?x64xf32>, %y: tensor<?x64xf32>, %w: !deploy.weights) -> tensor<?x64xf32> {
    return %x : tensor<?x64xf32>
  }
  func.func @decode.0(%x: tensor<?x64xf32>, %w: !deploy.weights) -> tensor<?x64xf32> {
    return %x : tensor<?x64xf32>
  }
})");
  ASSERT_EQ(messages.size(), 2u);
  EXPECT_EQ(messages[0],
            "phase \"prefill\" takes or hands on several activations; "
            "this target passes one from stage to stage");
  EXPECT_EQ(messages[1],
            "runs phase \"decode\" in pieces; this target runs a phase whole");
}

TEST(X86Support, RefusesALongFunction) {
  auto refusalsOfChain = [](int length) {
    std::string lines, last = "%x";
    for (int i = 0; i < length; ++i) {
      std::string next = "%a" + std::to_string(i);
      lines += next + " = onnx.node \"Neg\" (" + last +
               ") {} : (tensor<?x64xf32>) -> tensor<?x64xf32>\n";
      last = next;
    }
    return refusals(lines);
  };
  // The function itself, three constants and the return are operations too.
  EXPECT_TRUE(refusalsOfChain(2048 - 5).empty());
  auto messages = refusalsOfChain(2048 - 4);
  ASSERT_EQ(messages.size(), 1u);
  EXPECT_EQ(messages[0], "function operations has 2049 operations; this target "
                         "takes at most 2048");
}

TEST(X86Support, RefusesStoredWeightsItDoesNotRead) {
  auto messages = refusalsOf(R"(
!half = tensor<50x64xf32, #transformer.stored<f16>>
!codes = tensor<50x64xf32, #transformer.blocks<ui8, block = 32, scales = f32>>
deploy.part @cpu phases ["step"] on <"cpu", "x86"> mesh [1, 1] stage 0 weights [
    #deploy.slot<matrix_nk, #transformer.encoded<[#onnx.weight<"m", 0, 12800> : tensor<50x64xf32>]> : !half>,
    #deploy.slot<vector, #transformer.encoded<[#onnx.weight<"m", 0, 3200> : tensor<50x2x32xui8>, #onnx.weight<"m", 3200, 400> : tensor<50x2xf32>]> : !codes>,
    #deploy.slot<table_nk, #transformer.encoded<[#onnx.weight<"m", 12800, 12800> : tensor<50x64xf32>]> : !half>] {
  func.func @step(%x: tensor<?x64xf32>) -> tensor<?x64xf32> {
    return %x : tensor<?x64xf32>
  }
}
)");
  EXPECT_EQ(
      messages,
      (std::vector<std::string>{
          "weight 0 is stored as f16; this target reads f32, bf16 and codes in "
          "blocks: --precision bf16 stores in 16 bits (1 other weights as "
          "well)",
          "weight 1 is stored as 'tensor<50x64xf32, #transformer.blocks<ui8, "
          "block = 32, scales = f32>>' but used by element; this target "
          "multiplies by such weights and looks up their rows"}));
}
