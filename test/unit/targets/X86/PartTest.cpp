//===- PartTest.cpp - whole parts against the interpreter -------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CompiledPart.h"
#include "KernelLibrary.h"

#include <gtest/gtest.h>

using namespace tandem::x86;

// Two layers of a Llama: grouped heads, half-split rotation, a table shared
// with the head.
static const char *llama = R"(
deploy.part @cpu phases ["prefill", "decode"] on <"cpu", "x86"> mesh [1, 1] stage 0
  weights [
    #deploy.slot<table_nk, #onnx.weight<"m", 0, 12800> : tensor<50x64xf32>>,
    #deploy.slot<matrix_nk, #onnx.weight<"m", 0, 12800> : tensor<50x64xf32>>,
    #deploy.slot<vector, #onnx.weight<"m", 1, 256> : tensor<64xf32>>,
    #deploy.slot<vector, #deploy.rotary<"cos", dense<[1.0, 0.5, 0.25, 0.1, 0.05, 0.02, 0.01, 0.001]> : tensor<8xf32>, 1.0> : tensor<256x8xf32>>,
    #deploy.slot<vector, #deploy.rotary<"sin", dense<[1.0, 0.5, 0.25, 0.1, 0.05, 0.02, 0.01, 0.001]> : tensor<8xf32>, 1.0> : tensor<256x8xf32>>,
    LAYER0, LAYER1] {
  func.func private @layer(%x: tensor<?x64xf32>, %positions: tensor<?xi32>, %rows: !transformer.rows, %cache: !transformer.kv_cache<layers = 2, heads = 2, key_dim = 16, value_dim = 16, element = f32>, %weights: !deploy.weights, %layer: index) -> (tensor<?x64xf32>, !transformer.kv_cache<layers = 2, heads = 2, key_dim = 16, value_dim = 16, element = f32>) {
    %cos = deploy.weight %weights[3] : tensor<256x8xf32>
    %sin = deploy.weight %weights[4] : tensor<256x8xf32>
    %s1 = deploy.weight %weights[5 + %layer * 9] : tensor<64xf32>
    %wq = deploy.weight %weights[6 + %layer * 9] : tensor<64x64xf32>
    %wk = deploy.weight %weights[7 + %layer * 9] : tensor<64x32xf32>
    %wv = deploy.weight %weights[8 + %layer * 9] : tensor<64x32xf32>
    %wo = deploy.weight %weights[9 + %layer * 9] : tensor<64x64xf32>
    %s2 = deploy.weight %weights[10 + %layer * 9] : tensor<64xf32>
    %wg = deploy.weight %weights[11 + %layer * 9] : tensor<64x100xf32>
    %wu = deploy.weight %weights[12 + %layer * 9] : tensor<64x100xf32>
    %wd = deploy.weight %weights[13 + %layer * 9] : tensor<64x100xf32>
    %n1 = transformer.rms_norm %x, %s1 epsilon 1.0e-6 : tensor<?x64xf32>, tensor<64xf32>
    %q = transformer.linear %n1, %wq layout kn : (tensor<?x64xf32>, tensor<64x64xf32>) -> tensor<?x64xf32>
    %k = transformer.linear %n1, %wk layout kn : (tensor<?x64xf32>, tensor<64x32xf32>) -> tensor<?x32xf32>
    %v = transformer.linear %n1, %wv layout kn : (tensor<?x64xf32>, tensor<64x32xf32>) -> tensor<?x32xf32>
    %qr = transformer.rotary %q, %positions, %cos, %sin heads 4 : (tensor<?x64xf32>, tensor<?xi32>, tensor<256x8xf32>, tensor<256x8xf32>) -> tensor<?x64xf32>
    %kr = transformer.rotary %k, %positions, %cos, %sin heads 2 : (tensor<?x32xf32>, tensor<?xi32>, tensor<256x8xf32>, tensor<256x8xf32>) -> tensor<?x32xf32>
    %c1 = transformer.append %cache at %layer, %kr, %v, %rows : !transformer.kv_cache<layers = 2, heads = 2, key_dim = 16, value_dim = 16, element = f32>, tensor<?x32xf32>, tensor<?x32xf32>
    %y = transformer.cached_attention %qr, %c1 at %layer, %rows heads 4 scale 2.5e-1 keep <causal = true> : tensor<?x64xf32>, !transformer.kv_cache<layers = 2, heads = 2, key_dim = 16, value_dim = 16, element = f32> -> tensor<?x64xf32>
    %o = transformer.linear %y, %wo layout nk : (tensor<?x64xf32>, tensor<64x64xf32>) -> tensor<?x64xf32>
    %x1 = onnx.node "Add" (%x, %o) {} : (tensor<?x64xf32>, tensor<?x64xf32>) -> tensor<?x64xf32>
    %n2 = transformer.rms_norm %x1, %s2 epsilon 1.0e-6 : tensor<?x64xf32>, tensor<64xf32>
    %g = transformer.linear %n2, %wg layout kn : (tensor<?x64xf32>, tensor<64x100xf32>) -> tensor<?x100xf32>
    %u = transformer.linear %n2, %wu layout kn : (tensor<?x64xf32>, tensor<64x100xf32>) -> tensor<?x100xf32>
    %h = transformer.glu silu %g, %u : tensor<?x100xf32>
    %d = transformer.linear %h, %wd layout nk : (tensor<?x100xf32>, tensor<64x100xf32>) -> tensor<?x64xf32>
    %x2 = onnx.node "Add" (%x1, %d) {} : (tensor<?x64xf32>, tensor<?x64xf32>) -> tensor<?x64xf32>
    return %x2, %c1 : tensor<?x64xf32>, !transformer.kv_cache<layers = 2, heads = 2, key_dim = 16, value_dim = 16, element = f32>
  }
  func.func @prefill(%tokens: tensor<?xi32>, %rows: !transformer.rows, %cache: !transformer.kv_cache<layers = 2, heads = 2, key_dim = 16, value_dim = 16, element = f32>, %weights: !deploy.weights) -> (tensor<?x50xf32>, !transformer.kv_cache<layers = 2, heads = 2, key_dim = 16, value_dim = 16, element = f32>) {
    BODY
  }
  func.func @decode(%tokens: tensor<?xi32>, %rows: !transformer.rows, %cache: !transformer.kv_cache<layers = 2, heads = 2, key_dim = 16, value_dim = 16, element = f32>, %weights: !deploy.weights) -> (tensor<?x50xf32>, !transformer.kv_cache<layers = 2, heads = 2, key_dim = 16, value_dim = 16, element = f32>) {
    BODY
  }
}
)";

static const char *llamaBody = R"(
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c2 = arith.constant 2 : index
    %positions = transformer.positions %rows : tensor<?xi32>
    %table = deploy.weight %weights[0] : tensor<50x64xf32>
    %head = deploy.weight %weights[1] : tensor<50x64xf32>
    %scale = deploy.weight %weights[2] : tensor<64xf32>
    %x0 = transformer.embedding %tokens, %table layout nk : (tensor<?xi32>, tensor<50x64xf32>) -> tensor<?x64xf32>
    %x, %c = scf.for %i = %c0 to %c2 step %c1 iter_args(%xi = %x0, %ci = %cache) -> (tensor<?x64xf32>, !transformer.kv_cache<layers = 2, heads = 2, key_dim = 16, value_dim = 16, element = f32>) {
      %xn, %cn = func.call @layer(%xi, %positions, %rows, %ci, %weights, %i) : (tensor<?x64xf32>, tensor<?xi32>, !transformer.rows, !transformer.kv_cache<layers = 2, heads = 2, key_dim = 16, value_dim = 16, element = f32>, !deploy.weights, index) -> (tensor<?x64xf32>, !transformer.kv_cache<layers = 2, heads = 2, key_dim = 16, value_dim = 16, element = f32>)
      scf.yield %xn, %cn : tensor<?x64xf32>, !transformer.kv_cache<layers = 2, heads = 2, key_dim = 16, value_dim = 16, element = f32>
    }
    %last = transformer.select_tokens %x, %rows : tensor<?x64xf32>
    %n = transformer.rms_norm %last, %scale epsilon 1.0e-6 : tensor<?x64xf32>, tensor<64xf32>
    %logits = transformer.linear %n, %head layout nk : (tensor<?x64xf32>, tensor<50x64xf32>) -> tensor<?x50xf32>
    return %logits, %c : tensor<?x50xf32>, !transformer.kv_cache<layers = 2, heads = 2, key_dim = 16, value_dim = 16, element = f32>
)";

static void replaceAll(std::string &text, const std::string &from,
                       const std::string &to) {
  for (size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

static std::string slotText(const std::string &role, const std::string &shape,
                            int id) {
  return "#deploy.slot<" + role + ", #onnx.weight<\"m\", " +
         std::to_string(id) + ", 4> : tensor<" + shape + "xf32>>";
}

static std::string llamaText() {
  std::string text = llama;
  for (int layer : {0, 1}) {
    std::string slots;
    int id = 100 * (layer + 1);
    for (auto [role, shape] : {std::pair("vector", "64"),
                               {"matrix_kn", "64x64"},
                               {"matrix_kn", "64x32"},
                               {"matrix_kn", "64x32"},
                               {"matrix_nk", "64x64"},
                               {"vector", "64"},
                               {"matrix_kn", "64x100"},
                               {"matrix_kn", "64x100"},
                               {"matrix_nk", "64x100"}}) {
      slots += (slots.empty() ? "" : ", ") + slotText(role, shape, id++);
    }
    replaceAll(text, "LAYER" + std::to_string(layer), slots);
  }
  replaceAll(text, "BODY", llamaBody);
  return text;
}

static std::vector<int32_t> tokensOf(int64_t count, int64_t first = 0) {
  std::vector<int32_t> tokens;
  for (int64_t i = 0; i < count; ++i) {
    tokens.push_back((first + i) * 7 % 50);
  }
  return tokens;
}

namespace {

class X86Part : public testing::Test {
protected:
  void SetUp() override {
    if (!part) {
      part = std::make_unique<CompiledPart>(llamaText(), 256);
      part->vocabulary = 50;
    }
  }
  Interpreter interpreter() { return {part->part(), part->weights()}; }

  static std::unique_ptr<CompiledPart> part;
};

std::unique_ptr<CompiledPart> X86Part::part;

} // namespace

TEST_F(X86Part, PrefillThenDecode) {
  Interpreter reference = interpreter();
  for (int64_t length : {1, 2, 5, 63, 70, 130}) {
    RowStep prompt{length, 0, tokensOf(length)};
    EXPECT_LT(largestError(part->run(0, {prompt}, true),
                           reference.run("prefill", {prompt}, true)),
              1e-4);
    for (int64_t i = 0; i < 3; ++i) {
      RowStep next{length, length + i, tokensOf(1, length + i)};
      EXPECT_LT(largestError(part->run(1, {next}, false),
                             reference.run("decode", {next}, false)),
                1e-4);
    }
  }
}

TEST_F(X86Part, PrefillInTwoSteps) {
  std::vector<float> whole =
      part->run(0, {{20, 0, tokensOf(90)}}, /*all=*/false);
  part->run(0, {{21, 0, tokensOf(33)}}, false);
  std::vector<float> second = part->run(0, {{21, 33, tokensOf(57, 33)}}, false);
  EXPECT_LT(largestError(second, {whole.begin(), whole.end()}), 1e-4);
}

TEST_F(X86Part, RowsOfDifferentLengths) {
  Interpreter reference = interpreter();
  std::vector<RowStep> rows = {
      {30, 0, tokensOf(5)}, {31, 0, tokensOf(77, 3)}, {32, 0, tokensOf(1, 9)}};
  for (bool all : {false, true}) {
    EXPECT_LT(largestError(part->run(0, rows, all),
                           reference.run("prefill", rows, all)),
              1e-4);
  }
  rows = {{30, 5, tokensOf(1)}, {31, 77, tokensOf(3)}, {32, 1, tokensOf(1)}};
  EXPECT_LT(largestError(part->run(1, rows, false),
                         reference.run("decode", rows, false)),
            1e-4);
}

TEST_F(X86Part, ThreadsChangeNothing) {
  RowStep prompt{40, 0, tokensOf(150)};
  std::vector<float> one = part->run(0, {prompt}, true, 1);
  for (unsigned threads : {2, 5}) {
    EXPECT_EQ(part->run(0, {prompt}, true, threads), one);
  }
}

TEST_F(X86Part, FillsItsSlot) {
  Interpreter reference = interpreter();
  RowStep prompt{50, 0, tokensOf(255)};
  part->run(0, {prompt}, false);
  reference.run("prefill", {prompt}, false);
  RowStep last{50, 255, tokensOf(1)};
  EXPECT_LT(largestError(part->run(1, {last}, false),
                         reference.run("decode", {last}, false)),
            1e-4);
}
