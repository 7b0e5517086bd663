//===- PartTexts.cpp - parts that tests compile -----------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PartTexts.h"

#include <utility>

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

std::string tandem::x86::llamaText() {
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

std::string tandem::x86::mixedText() {
  return R"(
deploy.part @cpu phases ["step"] on <"cpu", "x86"> mesh [1, 1] stage 0 weights [
    #deploy.slot<table_nk, #onnx.weight<"m", 0, 4> : tensor<40x48xf32>>,
    #deploy.slot<table_nk, #onnx.weight<"m", 1, 4> : tensor<256x48xf32>>,
    #deploy.slot<vector, #onnx.weight<"m", 2, 4> : tensor<48xf32>>,
    #deploy.slot<vector, #onnx.weight<"m", 3, 4> : tensor<48xf32>>,
    #deploy.slot<matrix_kn, #onnx.weight<"m", 4, 4> : tensor<48x144xf32>>,
    #deploy.slot<vector, #onnx.weight<"m", 5, 4> : tensor<144xf32>>,
    #deploy.slot<matrix_kn, #onnx.weight<"m", 6, 4> : tensor<48x48xf32>>,
    #deploy.slot<matrix_nk, #onnx.weight<"m", 7, 4> : tensor<50x48xf32>>,
    #deploy.slot<vector, #onnx.weight<"m", 8, 4> : tensor<50xf32>>,
    #deploy.slot<matrix_kn, #onnx.weight<"m", 9, 4> : tensor<50x48xf32>>,
    #deploy.slot<matrix_kn, #onnx.weight<"m", 10, 4> : tensor<48x160xf32>>,
    #deploy.slot<vector, #deploy.rotary<"cos", dense<[1.0, 0.3, 0.1, 0.01]> : tensor<4xf32>, 1.0> : tensor<256x4xf32>>,
    #deploy.slot<vector, #deploy.rotary<"sin", dense<[1.0, 0.3, 0.1, 0.01]> : tensor<4xf32>, 1.0> : tensor<256x4xf32>>,
    #deploy.slot<matrix_kn, #onnx.weight<"m", 13, 4> : tensor<16x48xf32>>,
    #deploy.slot<matrix_kn, #onnx.weight<"m", 14, 4> : tensor<48x40xf32>>] {
  func.func @step(%tokens: tensor<?xi32>, %rows: !transformer.rows, %cache: !transformer.kv_cache<layers = 2, heads = 2, key_dim = 20, value_dim = 12, element = f32>, %w: !deploy.weights) -> (tensor<?x40xf32>, !transformer.kv_cache<layers = 2, heads = 2, key_dim = 20, value_dim = 12, element = f32>) {
    %l0 = arith.constant 0 : index
    %l1 = arith.constant 1 : index
    %half = onnx.constant dense<0.5> : tensor<f32>
    %two = onnx.constant dense<2.0> : tensor<1xf32>
    %positions = transformer.positions %rows : tensor<?xi32>
    %wte = deploy.weight %w[0] : tensor<40x48xf32>
    %wpe = deploy.weight %w[1] : tensor<256x48xf32>
    %e = transformer.embedding %tokens, %wte layout nk : (tensor<?xi32>, tensor<40x48xf32>) -> tensor<?x48xf32>
    %p = transformer.embedding %positions, %wpe layout nk : (tensor<?xi32>, tensor<256x48xf32>) -> tensor<?x48xf32>
    %x0 = onnx.node "Add" (%e, %p) {} : (tensor<?x48xf32>, tensor<?x48xf32>) -> tensor<?x48xf32>
    %s = deploy.weight %w[2] : tensor<48xf32>
    %b = deploy.weight %w[3] : tensor<48xf32>
    %n0 = transformer.layer_norm %x0, %s bias(%b) epsilon 1.0e-5 : (tensor<?x48xf32>, tensor<48xf32>, tensor<48xf32>) -> tensor<?x48xf32>
    %wqkv = deploy.weight %w[4] : tensor<48x144xf32>
    %bqkv = deploy.weight %w[5] : tensor<144xf32>
    %qkv = transformer.linear %n0, %wqkv bias(%bqkv) layout kn : (tensor<?x48xf32>, tensor<48x144xf32>, tensor<144xf32>) -> tensor<?x144xf32>
    %q0, %k0, %v0 = onnx.node "Split" (%qkv) {axis = 1 : i64} : (tensor<?x144xf32>) -> (tensor<?x80xf32>, tensor<?x40xf32>, tensor<?x24xf32>)
    %ca = transformer.append %cache at %l0, %k0, %v0, %rows : !transformer.kv_cache<layers = 2, heads = 2, key_dim = 20, value_dim = 12, element = f32>, tensor<?x40xf32>, tensor<?x24xf32>
    %y0 = transformer.cached_attention %q0, %ca at %l0, %rows heads 4 scale 3.0e-1 keep <causal = true> : tensor<?x80xf32>, !transformer.kv_cache<layers = 2, heads = 2, key_dim = 20, value_dim = 12, element = f32> -> tensor<?x48xf32>
    %wo = deploy.weight %w[6] : tensor<48x48xf32>
    %o0 = transformer.linear %y0, %wo bias(%b) layout kn : (tensor<?x48xf32>, tensor<48x48xf32>, tensor<48xf32>) -> tensor<?x48xf32>
    %x1 = onnx.node "Add" (%o0, %x0) {} : (tensor<?x48xf32>, tensor<?x48xf32>) -> tensor<?x48xf32>
    %n1 = transformer.layer_norm %x1, %s epsilon 1.0e-5 : (tensor<?x48xf32>, tensor<48xf32>) -> tensor<?x48xf32>
    %wf = deploy.weight %w[7] : tensor<50x48xf32>
    %bf = deploy.weight %w[8] : tensor<50xf32>
    %f = transformer.linear %n1, %wf bias(%bf) layout nk : (tensor<?x48xf32>, tensor<50x48xf32>, tensor<50xf32>) -> tensor<?x50xf32>
    %g = transformer.activation gelu_tanh %f : tensor<?x50xf32>
    %wd = deploy.weight %w[9] : tensor<50x48xf32>
    %d = transformer.linear %g, %wd layout kn : (tensor<?x50xf32>, tensor<50x48xf32>) -> tensor<?x48xf32>
    %dh = onnx.node "Mul" (%d, %half) {} : (tensor<?x48xf32>, tensor<f32>) -> tensor<?x48xf32>
    %x2 = onnx.node "Add" (%x1, %dh) {} : (tensor<?x48xf32>, tensor<?x48xf32>) -> tensor<?x48xf32>
    %w2 = deploy.weight %w[10] : tensor<48x160xf32>
    %z = transformer.linear %x2, %w2 layout kn : (tensor<?x48xf32>, tensor<48x160xf32>) -> tensor<?x160xf32>
    %q1, %k1, %v1, %m1 = onnx.node "Split" (%z) {axis = -1 : i64} : (tensor<?x160xf32>) -> (tensor<?x80xf32>, tensor<?x40xf32>, tensor<?x24xf32>, tensor<?x16xf32>)
    %cos = deploy.weight %w[11] : tensor<256x4xf32>
    %sin = deploy.weight %w[12] : tensor<256x4xf32>
    %qr = transformer.rotary %q1, %positions, %cos, %sin heads 4 interleaved : (tensor<?x80xf32>, tensor<?xi32>, tensor<256x4xf32>, tensor<256x4xf32>) -> tensor<?x80xf32>
    %kr = transformer.rotary %k1, %positions, %cos, %sin heads 2 interleaved : (tensor<?x40xf32>, tensor<?xi32>, tensor<256x4xf32>, tensor<256x4xf32>) -> tensor<?x40xf32>
    %cb = transformer.append %ca at %l1, %kr, %v1, %rows : !transformer.kv_cache<layers = 2, heads = 2, key_dim = 20, value_dim = 12, element = f32>, tensor<?x40xf32>, tensor<?x24xf32>
    %y1 = transformer.cached_attention %qr, %cb at %l1, %rows heads 4 scale 3.0e-1 keep <causal = true, window = 9> softcap 5.0 : tensor<?x80xf32>, !transformer.kv_cache<layers = 2, heads = 2, key_dim = 20, value_dim = 12, element = f32> -> tensor<?x48xf32>
    %t = onnx.node "Tanh" (%m1) {} : (tensor<?x16xf32>) -> tensor<?x16xf32>
    %wt = deploy.weight %w[13] : tensor<16x48xf32>
    %u = transformer.linear %t, %wt layout kn : (tensor<?x16xf32>, tensor<16x48xf32>) -> tensor<?x48xf32>
    %us = onnx.node "Sub" (%u, %b) {} : (tensor<?x48xf32>, tensor<48xf32>) -> tensor<?x48xf32>
    %o1 = onnx.node "Mul" (%y1, %us) {} : (tensor<?x48xf32>, tensor<?x48xf32>) -> tensor<?x48xf32>
    %o2 = onnx.node "Sub" (%two, %o1) {} : (tensor<1xf32>, tensor<?x48xf32>) -> tensor<?x48xf32>
    %x3 = onnx.node "Add" (%x2, %o2) {} : (tensor<?x48xf32>, tensor<?x48xf32>) -> tensor<?x48xf32>
    %last = transformer.select_tokens %x3, %rows : tensor<?x48xf32>
    %a = transformer.activation silu %last : tensor<?x48xf32>
    %gl = transformer.glu gelu_erf %last, %a : tensor<?x48xf32>
    %head = deploy.weight %w[14] : tensor<48x40xf32>
    %logits = transformer.linear %gl, %head layout kn : (tensor<?x48xf32>, tensor<48x40xf32>) -> tensor<?x40xf32>
    return %logits, %cb : tensor<?x40xf32>, !transformer.kv_cache<layers = 2, heads = 2, key_dim = 20, value_dim = 12, element = f32>
  }
}
)";
}
