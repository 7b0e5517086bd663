// RUN: tandem-opt %s | tandem-opt | FileCheck %s
// Tests that the operations of the model level print as they are read.

// CHECK-LABEL: func.func @embedding(
func.func @embedding(%ids: tensor<?x?xi64>, %table: tensor<256x64xf32>) -> tensor<?x?x64xf32> {
  // CHECK: transformer.embedding %{{.*}}, %{{.*}} layout nk : (tensor<?x?xi64>, tensor<256x64xf32>) -> tensor<?x?x64xf32>
  %x = transformer.embedding %ids, %table layout nk : (tensor<?x?xi64>, tensor<256x64xf32>) -> tensor<?x?x64xf32>
  return %x : tensor<?x?x64xf32>
}

// CHECK-LABEL: func.func @linear(
func.func @linear(%x: tensor<?x?x64xf32>, %w: tensor<64x96xf32>, %b: tensor<96xf32>) -> tensor<?x?x96xf32> {
  // CHECK: transformer.linear %{{.*}}, %{{.*}} bias(%{{.*}}) layout kn : (tensor<?x?x64xf32>, tensor<64x96xf32>, tensor<96xf32>) -> tensor<?x?x96xf32>
  %q = transformer.linear %x, %w bias(%b) layout kn : (tensor<?x?x64xf32>, tensor<64x96xf32>, tensor<96xf32>) -> tensor<?x?x96xf32>
  return %q : tensor<?x?x96xf32>
}

// CHECK-LABEL: func.func @norms(
func.func @norms(%x: tensor<?x?x64xf32>, %scale: tensor<64xf32>, %b: tensor<64xf32>) -> (tensor<?x?x64xf32>, tensor<?x?x64xf32>) {
  // CHECK: transformer.rms_norm %{{.*}}, %{{.*}} epsilon 9.99{{.*}}E-7 : tensor<?x?x64xf32>, tensor<64xf32>
  %0 = transformer.rms_norm %x, %scale epsilon 1.000000e-06 : tensor<?x?x64xf32>, tensor<64xf32>
  // CHECK: transformer.layer_norm %{{.*}}, %{{.*}} bias(%{{.*}}) epsilon 1.000000e-05 : (tensor<?x?x64xf32>, tensor<64xf32>, tensor<64xf32>) -> tensor<?x?x64xf32>
  %1 = transformer.layer_norm %x, %scale bias(%b) epsilon 1.000000e-05 : (tensor<?x?x64xf32>, tensor<64xf32>, tensor<64xf32>) -> tensor<?x?x64xf32>
  return %0, %1 : tensor<?x?x64xf32>, tensor<?x?x64xf32>
}

// CHECK-LABEL: func.func @activations(
func.func @activations(%x: tensor<?x?x64xf32>, %gate: tensor<?x?x128xf32>, %up: tensor<?x?x128xf32>) -> (tensor<?x?x64xf32>, tensor<?x?x128xf32>) {
  // CHECK: transformer.activation gelu_tanh %{{.*}} : tensor<?x?x64xf32>
  %a = transformer.activation gelu_tanh %x : tensor<?x?x64xf32>
  // CHECK: transformer.glu silu %{{.*}}, %{{.*}} : tensor<?x?x128xf32>
  %g = transformer.glu silu %gate, %up : tensor<?x?x128xf32>
  return %a, %g : tensor<?x?x64xf32>, tensor<?x?x128xf32>
}

// CHECK-LABEL: func.func @rotary_table(
func.func @rotary_table() -> (tensor<?x2xf32>, tensor<?x2xf32>) {
  // CHECK: transformer.rotary_table dense<[1.000000e+00, 5.000000e-01]> : tensor<2xf32> scale 1.000000e+00 -> tensor<?x2xf32>, tensor<?x2xf32>
  %cos, %sin = transformer.rotary_table dense<[1.0, 0.5]> : tensor<2xf32> scale 1.000000e+00 -> tensor<?x2xf32>, tensor<?x2xf32>
  return %cos, %sin : tensor<?x2xf32>, tensor<?x2xf32>
}

// CHECK-LABEL: func.func @rotary(
func.func @rotary(%x: tensor<?x?x64xf32>, %positions: tensor<?x?xi64>, %cos: tensor<?x8xf32>, %sin: tensor<?x8xf32>) -> (tensor<?x?x64xf32>, tensor<?x?x64xf32>) {
  // CHECK: transformer.rotary %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} heads 4 : (
  %r = transformer.rotary %x, %positions, %cos, %sin heads 4 : (tensor<?x?x64xf32>, tensor<?x?xi64>, tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x?x64xf32>
  // CHECK: transformer.rotary %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} heads 4 interleaved : (
  %i = transformer.rotary %x, %positions, %cos, %sin heads 4 interleaved : (tensor<?x?x64xf32>, tensor<?x?xi64>, tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x?x64xf32>
  return %r, %i : tensor<?x?x64xf32>, tensor<?x?x64xf32>
}

// CHECK-LABEL: func.func @past_positions(
func.func @past_positions(%past_k: tensor<?x2x?x16xf32>, %x: tensor<?x?x64xf32>) -> tensor<?x?xi64> {
  // CHECK: transformer.past_positions %{{.*}}, %{{.*}} : (tensor<?x2x?x16xf32>, tensor<?x?x64xf32>) -> tensor<?x?xi64>
  %positions = transformer.past_positions %past_k, %x : (tensor<?x2x?x16xf32>, tensor<?x?x64xf32>) -> tensor<?x?xi64>
  return %positions : tensor<?x?xi64>
}

// CHECK-LABEL: func.func @attention(
func.func @attention(%q: tensor<?x?x64xf32>, %k: tensor<?x?x32xf32>, %v: tensor<?x?x32xf32>, %past_k: tensor<?x2x?x16xf32>, %past_v: tensor<?x2x?x16xf32>, %mask: tensor<?x?xi64>) -> (tensor<?x?x64xf32>, tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>) {
  // CHECK: transformer.attention %{{.*}}, %{{.*}}, %{{.*}} past(%{{.*}}, %{{.*}}) padding(%{{.*}}) heads 4, 2 scale 2.500000e-01 keep <causal = true> : (
  %y, %pk, %pv = transformer.attention %q, %k, %v past(%past_k, %past_v) padding(%mask) heads 4, 2 scale 2.500000e-01 keep <causal = true> : (tensor<?x?x64xf32>, tensor<?x?x32xf32>, tensor<?x?x32xf32>, tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>, tensor<?x?xi64>) -> (tensor<?x?x64xf32>, tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>)
  return %y, %pk, %pv : tensor<?x?x64xf32>, tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>
}

// CHECK-LABEL: func.func @attention_without_past(
func.func @attention_without_past(%q: tensor<?x?x64xf32>, %k: tensor<?x?x64xf32>, %v: tensor<?x?x64xf32>) -> tensor<?x?x64xf32> {
  // CHECK: transformer.attention %{{.*}}, %{{.*}}, %{{.*}} heads 4, 4 scale 2.500000e-01 keep <causal = true, window = 4096> softcap 5.000000e+01 : (
  %y = transformer.attention %q, %k, %v heads 4, 4 scale 2.500000e-01 keep <causal = true, window = 4096> softcap 5.000000e+01 : (tensor<?x?x64xf32>, tensor<?x?x64xf32>, tensor<?x?x64xf32>) -> tensor<?x?x64xf32>
  return %y : tensor<?x?x64xf32>
}
