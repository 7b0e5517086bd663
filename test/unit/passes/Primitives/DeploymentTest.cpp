//===- DeploymentTest.cpp - the phase signature in the evaluator -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What must hold of a step over rows and a cache, whatever computes it: steps
// of any size give the same, rows do not see each other, and a slot can be used
// again.
//
//===----------------------------------------------------------------------===//

#include "Program.h"

#include "gtest/gtest.h"

#include <cmath>

using namespace mlir;
using namespace tandem;
using namespace tandem::primitives;
using tandem::test::messageOf;
using tandem::test::Program;

namespace {
constexpr int64_t layers = 2, heads = 2, width = 4, model = 16;

/// A step of two layers that share a function and take weights from a table.
constexpr const char *step = R"(
  deploy.part @cpu phases ["step"] on <"cpu", "none"> mesh [1, 1] stage 0 weights [
      #deploy.slot<table_nk, #onnx.weight<"w", 0, 1280> : tensor<20x16xf32>>,
      #deploy.slot<matrix_kn, #onnx.weight<"w", 64, 1024> : tensor<16x16xf32>>,
      #deploy.slot<matrix_nk, #onnx.weight<"w", 128, 512> : tensor<8x16xf32>>,
      #deploy.slot<matrix_kn, #onnx.weight<"w", 192, 1024> : tensor<16x16xf32>>,
      #deploy.slot<matrix_nk, #onnx.weight<"w", 256, 512> : tensor<8x16xf32>>] {
    func.func @step(%tokens: tensor<?xi32>, %rows: !transformer.rows, %cache: !transformer.kv_cache<layers = 2, heads = 2, key_dim = 4, value_dim = 4, element = f32>, %weights: !deploy.weights)
        -> (tensor<?x16xf32>, !transformer.kv_cache<layers = 2, heads = 2, key_dim = 4, value_dim = 4, element = f32>) {
      %positions = transformer.positions %rows : tensor<?xi32>
      %cos, %sin = transformer.rotary_table dense<[1.0, 0.25]> : tensor<2xf32> scale 1.000000e+00 -> tensor<?x2xf32>, tensor<?x2xf32>
      %table = deploy.weight %weights[0] : tensor<20x16xf32>
      %x = transformer.embedding %tokens, %table layout nk : (tensor<?xi32>, tensor<20x16xf32>) -> tensor<?x16xf32>
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c2 = arith.constant 2 : index
      %r:2 = scf.for %layer = %c0 to %c2 step %c1 iter_args(%h = %x, %c = %cache) -> (tensor<?x16xf32>, !transformer.kv_cache<layers = 2, heads = 2, key_dim = 4, value_dim = 4, element = f32>) {
        %y, %d = func.call @layer(%h, %positions, %cos, %sin, %rows, %c, %weights, %layer) : (tensor<?x16xf32>, tensor<?xi32>, tensor<?x2xf32>, tensor<?x2xf32>, !transformer.rows, !transformer.kv_cache<layers = 2, heads = 2, key_dim = 4, value_dim = 4, element = f32>, !deploy.weights, index) -> (tensor<?x16xf32>, !transformer.kv_cache<layers = 2, heads = 2, key_dim = 4, value_dim = 4, element = f32>)
        scf.yield %y, %d : tensor<?x16xf32>, !transformer.kv_cache<layers = 2, heads = 2, key_dim = 4, value_dim = 4, element = f32>
      }
      %last = transformer.select_tokens %r#0, %rows : tensor<?x16xf32>
      return %last, %r#1 : tensor<?x16xf32>, !transformer.kv_cache<layers = 2, heads = 2, key_dim = 4, value_dim = 4, element = f32>
    }
    func.func private @layer(%x: tensor<?x16xf32>, %positions: tensor<?xi32>, %cos: tensor<?x2xf32>, %sin: tensor<?x2xf32>, %rows: !transformer.rows, %cache: !transformer.kv_cache<layers = 2, heads = 2, key_dim = 4, value_dim = 4, element = f32>, %weights: !deploy.weights, %layer: index)
        -> (tensor<?x16xf32>, !transformer.kv_cache<layers = 2, heads = 2, key_dim = 4, value_dim = 4, element = f32>) {
      %wq = deploy.weight %weights[1 + %layer * 2] : tensor<16x16xf32>
      %wk = deploy.weight %weights[2 + %layer * 2] : tensor<8x16xf32>
      %q = transformer.linear %x, %wq layout kn : (tensor<?x16xf32>, tensor<16x16xf32>) -> tensor<?x16xf32>
      %k = transformer.linear %x, %wk layout nk : (tensor<?x16xf32>, tensor<8x16xf32>) -> tensor<?x8xf32>
      %qr = transformer.rotary %q, %positions, %cos, %sin heads 4 : (tensor<?x16xf32>, tensor<?xi32>, tensor<?x2xf32>, tensor<?x2xf32>) -> tensor<?x16xf32>
      %kr = transformer.rotary %k, %positions, %cos, %sin heads 2 : (tensor<?x8xf32>, tensor<?xi32>, tensor<?x2xf32>, tensor<?x2xf32>) -> tensor<?x8xf32>
      %c = transformer.append %cache at %layer, %kr, %k, %rows : !transformer.kv_cache<layers = 2, heads = 2, key_dim = 4, value_dim = 4, element = f32>, tensor<?x8xf32>, tensor<?x8xf32>
      %a = transformer.cached_attention %qr, %c at %layer, %rows heads 4 scale 5.000000e-01 keep <causal = true, window = 3> : tensor<?x16xf32>, !transformer.kv_cache<layers = 2, heads = 2, key_dim = 4, value_dim = 4, element = f32> -> tensor<?x16xf32>
      %y = onnx.node "Add" (%x, %a) {} : (tensor<?x16xf32>, tensor<?x16xf32>) -> tensor<?x16xf32>
      return %y, %c : tensor<?x16xf32>, !transformer.kv_cache<layers = 2, heads = 2, key_dim = 4, value_dim = 4, element = f32>
    }
  })";

class DeploymentTest : public ::testing::Test {
protected:
  DeploymentTest()
      : program(step),
        cache(Cache::make(layers, /*slots=*/3, heads, width, width)) {
    for (size_t i = 0; i < std::size(weights); ++i) {
      weights[i] = std::sin(i * 12.9898) * 2;
    }
  }

  /// Runs `ids`, the tokens of all rows, and returns the selected results.
  llvm::Expected<std::vector<double>> run(std::vector<int64_t> ids,
                                          std::vector<Rows::Row> rows,
                                          bool keepsAllTokens = false) {
    Tensor tokens = Tensor::narrow<int64_t>(
        program.getType("i32"), {static_cast<int64_t>(ids.size())}, ids);
    auto results =
        evaluate(program.getFunction(),
                 {tokens, Rows{rows, keepsAllTokens}, cache, std::monostate()},
                 [&](onnx::WeightAttr weight) {
                   return ArrayRef<char>(reinterpret_cast<char *>(weights) +
                                             weight.getOffset(),
                                         weight.getLength());
                 });
    if (!results) {
      return results.takeError();
    }
    return std::get<Tensor>((*results)[0]).widen<double>();
  }

  Program program;
  std::shared_ptr<Cache> cache;
  float weights[400];
};
} // namespace

TEST_F(DeploymentTest, StepsOfAnySizeGiveTheSame) {
  std::vector<double> whole = *run({3, 1, 4, 1, 5, 9}, {{6, 0, 0}});
  EXPECT_EQ(whole.size(), size_t(model));
  ASSERT_TRUE(bool(run({3, 1, 4, 1}, {{4, 0, 1}})));
  ASSERT_TRUE(bool(run({5}, {{1, 4, 1}})));
  EXPECT_EQ(*run({9}, {{1, 5, 1}}), whole);
}

TEST_F(DeploymentTest, RowsDoNotSeeEachOther) {
  std::vector<double> first = *run({3, 1, 4}, {{3, 0, 0}});
  std::vector<double> second = *run({7, 2, 6, 5, 8}, {{5, 0, 1}});
  std::vector<double> both =
      *run({7, 2, 6, 5, 8, 3, 1, 4}, {{5, 0, 2}, {3, 0, 0}});
  EXPECT_EQ(std::vector<double>(both.begin(), both.begin() + model), second);
  EXPECT_EQ(std::vector<double>(both.begin() + model, both.end()), first);
}

TEST_F(DeploymentTest, SlotsAreUsedAgain) {
  std::vector<double> fresh = *run({3, 1}, {{2, 0, 0}});
  ASSERT_TRUE(bool(run({7, 2, 6, 5, 8}, {{5, 0, 1}})));
  EXPECT_EQ(*run({3, 1}, {{2, 0, 1}}), fresh);
}

TEST_F(DeploymentTest, AllTokensAreKeptOnRequest) {
  std::vector<double> all =
      *run({3, 1, 4}, {{3, 0, 0}}, /*keepsAllTokens=*/true);
  EXPECT_EQ(all.size(), size_t(3 * model));
  EXPECT_EQ(std::vector<double>(all.end() - model, all.end()),
            *run({3, 1, 4}, {{3, 0, 1}}));
}

TEST_F(DeploymentTest, GapsAndUnknownSlotsAreErrors) {
  EXPECT_NE(messageOf(run({3}, {{1, 2, 0}}))
                .find("starts at position 2 of slot 0, which holds 0 tokens"),
            std::string::npos);
  EXPECT_NE(messageOf(run({3}, {{1, 0, 3}})).find("uses slot 3 of 3"),
            std::string::npos);
}
