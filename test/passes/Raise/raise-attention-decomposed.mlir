// RUN: tandem-opt %s --tandem-raise-attention --tandem-fold-layouts --split-input-file | FileCheck %s

// Tests scaled products with repeated key heads, a scale on either side, a causal
// and padded mask, and the guard behind the softmax.
// CHECK-LABEL: func.func @grouped(
func.func @grouped(%q: tensor<?x?x16xf32> {onnx.dims = ["b", "s", 16]}, %k: tensor<?x?x8xf32> {onnx.dims = ["b", "s", 8]}, %v: tensor<?x?x8xf32> {onnx.dims = ["b", "s", 8]}, %past_k: tensor<?x2x?x4xf32> {onnx.dims = ["b", 2, "p", 4]}, %past_v: tensor<?x2x?x4xf32> {onnx.dims = ["b", 2, "p", 4]}, %mask: tensor<?x?xi64> {onnx.dims = ["b", "p + s"]}) -> (tensor<?x?x16xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>) {
  %i0 = onnx.constant dense<0> : tensor<1xi64>
  %i1 = onnx.constant dense<1> : tensor<1xi64>
  %i2 = onnx.constant dense<2> : tensor<1xi64>
  %lead = onnx.constant dense<[1, 2]> : tensor<2xi64>
  %zero = onnx.constant dense<0> : tensor<i64>
  %one = onnx.constant dense<1> : tensor<i64>
  %column = onnx.constant dense<[-1, 1]> : tensor<2xi64>
  %four = onnx.constant dense<[0, 0, 4, 4]> : tensor<4xi64>
  %two = onnx.constant dense<[0, 0, 2, 4]> : tensor<4xi64>
  %ones = onnx.constant dense<[1, 1, 2, 1, 1]> : tensor<5xi64>
  %merge = onnx.constant dense<[0, 4, -1, 4]> : tensor<4xi64>
  %rows = onnx.constant dense<[0, 0, 16]> : tensor<3xi64>
  %half = onnx.constant dense<0.5> : tensor<f32>
  %none = onnx.constant dense<0xFF800000> : tensor<f32>
  %nothing = onnx.constant dense<0.0> : tensor<f32>
  %q4 = onnx.node "Reshape" (%q, %four) {} : (tensor<?x?x16xf32>, tensor<4xi64>) -> tensor<?x?x4x4xf32>
  %qh = onnx.node "Transpose" (%q4) {perm = array<i64: 0, 2, 1, 3>} : (tensor<?x?x4x4xf32>) -> tensor<?x4x?x4xf32>
  %qs = onnx.node "Mul" (%qh, %half) {} : (tensor<?x4x?x4xf32>, tensor<f32>) -> tensor<?x4x?x4xf32>
  %k4 = onnx.node "Reshape" (%k, %two) {} : (tensor<?x?x8xf32>, tensor<4xi64>) -> tensor<?x?x2x4xf32>
  %kh = onnx.node "Transpose" (%k4) {perm = array<i64: 0, 2, 1, 3>} : (tensor<?x?x2x4xf32>) -> tensor<?x2x?x4xf32>
  %v4 = onnx.node "Reshape" (%v, %two) {} : (tensor<?x?x8xf32>, tensor<4xi64>) -> tensor<?x?x2x4xf32>
  %vh = onnx.node "Transpose" (%v4) {perm = array<i64: 0, 2, 1, 3>} : (tensor<?x?x2x4xf32>) -> tensor<?x2x?x4xf32>
  %pk = onnx.node "Concat" (%past_k, %kh) {axis = -2 : i64} : (tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>) -> tensor<?x2x?x4xf32>
  %pv = onnx.node "Concat" (%past_v, %vh) {axis = -2 : i64} : (tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>) -> tensor<?x2x?x4xf32>
  %k5 = onnx.node "Unsqueeze" (%pk, %i2) {} : (tensor<?x2x?x4xf32>, tensor<1xi64>) -> tensor<?x2x1x?x4xf32>
  %kx = onnx.node "Expand" (%k5, %ones) {} : (tensor<?x2x1x?x4xf32>, tensor<5xi64>) -> tensor<?x2x2x?x4xf32>
  %kr = onnx.node "Reshape" (%kx, %merge) {} : (tensor<?x2x2x?x4xf32>, tensor<4xi64>) -> tensor<?x4x?x4xf32>
  %v5 = onnx.node "Unsqueeze" (%pv, %i2) {} : (tensor<?x2x?x4xf32>, tensor<1xi64>) -> tensor<?x2x1x?x4xf32>
  %vx = onnx.node "Expand" (%v5, %ones) {} : (tensor<?x2x1x?x4xf32>, tensor<5xi64>) -> tensor<?x2x2x?x4xf32>
  %vr = onnx.node "Reshape" (%vx, %merge) {} : (tensor<?x2x2x?x4xf32>, tensor<4xi64>) -> tensor<?x4x?x4xf32>
  %kt = onnx.node "Transpose" (%kr) {perm = array<i64: 0, 1, 3, 2>} : (tensor<?x4x?x4xf32>) -> tensor<?x4x4x?xf32>
  %ks = onnx.node "Mul" (%kt, %half) {} : (tensor<?x4x4x?xf32>, tensor<f32>) -> tensor<?x4x4x?xf32>
  %scores = onnx.node "MatMul" (%qs, %ks) {} : (tensor<?x4x?x4xf32>, tensor<?x4x4x?xf32>) -> tensor<?x4x?x?xf32>
  %dp = onnx.node "Shape" (%past_k) {end = 3 : i64, start = 2 : i64} : (tensor<?x2x?x4xf32>) -> tensor<1xi64>
  %ds = onnx.node "Shape" (%q) {end = 2 : i64, start = 1 : i64} : (tensor<?x?x16xf32>) -> tensor<1xi64>
  %p = onnx.node "Squeeze" (%dp, %i0) {} : (tensor<1xi64>, tensor<1xi64>) -> tensor<i64>
  %s = onnx.node "Squeeze" (%ds, %i0) {} : (tensor<1xi64>, tensor<1xi64>) -> tensor<i64>
  %t = onnx.node "Add" (%p, %s) {} : (tensor<i64>, tensor<i64>) -> tensor<i64>
  %keys = onnx.node "Range" (%zero, %t, %one) {} : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  %new = onnx.node "Range" (%p, %t, %one) {} : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  %queries = onnx.node "Reshape" (%new, %column) {} : (tensor<?xi64>, tensor<2xi64>) -> tensor<?x1xi64>
  %causal = onnx.node "LessOrEqual" (%keys, %queries) {} : (tensor<?xi64>, tensor<?x1xi64>) -> tensor<?x?xi1>
  %bits = onnx.node "Cast" (%mask) {to = 9 : i64} : (tensor<?x?xi64>) -> tensor<?x?xi1>
  %padded = onnx.node "Unsqueeze" (%bits, %lead) {} : (tensor<?x?xi1>, tensor<2xi64>) -> tensor<?x1x1x?xi1>
  %keep = onnx.node "And" (%causal, %padded) {} : (tensor<?x?xi1>, tensor<?x1x1x?xi1>) -> tensor<?x1x?x?xi1>
  %additive = onnx.node "Where" (%keep, %nothing, %none) {} : (tensor<?x1x?x?xi1>, tensor<f32>, tensor<f32>) -> tensor<?x1x?x?xf32>
  %masked = onnx.node "Add" (%scores, %additive) {} : (tensor<?x4x?x?xf32>, tensor<?x1x?x?xf32>) -> tensor<?x4x?x?xf32>
  %soft = onnx.node "Softmax" (%masked) {axis = -1 : i64} : (tensor<?x4x?x?xf32>) -> tensor<?x4x?x?xf32>
  %nan = onnx.node "IsNaN" (%soft) {} : (tensor<?x4x?x?xf32>) -> tensor<?x4x?x?xi1>
  %guarded = onnx.node "Where" (%nan, %nothing, %soft) {} : (tensor<?x4x?x?xi1>, tensor<f32>, tensor<?x4x?x?xf32>) -> tensor<?x4x?x?xf32>
  %y4 = onnx.node "MatMul" (%guarded, %vr) {} : (tensor<?x4x?x?xf32>, tensor<?x4x?x4xf32>) -> tensor<?x4x?x4xf32>
  %yt = onnx.node "Transpose" (%y4) {perm = array<i64: 0, 2, 1, 3>} : (tensor<?x4x?x4xf32>) -> tensor<?x?x4x4xf32>
  // CHECK-NEXT: %output, %presents:2 = transformer.attention %arg0, %arg1, %arg2 past(%arg3, %arg4) padding(%arg5) heads 4, 2 scale 2.500000e-01 keep <causal = true>
  // CHECK-NEXT: return %output, %presents#0, %presents#1
  %y = onnx.node "Reshape" (%yt, %rows) {} : (tensor<?x?x4x4xf32>, tensor<3xi64>) -> tensor<?x?x16xf32>
  return %y, %pk, %pv : tensor<?x?x16xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
}

// -----

// Tests an encoder: no past, an additive mask of unknown values stays a bias.
// CHECK-LABEL: func.func @biased(
func.func @biased(%q: tensor<?x?x8xf32> {onnx.dims = ["b", "s", 8]}, %k: tensor<?x?x8xf32> {onnx.dims = ["b", "s", 8]}, %v: tensor<?x?x8xf32> {onnx.dims = ["b", "s", 8]}, %bias: tensor<?x1x?x?xf32> {onnx.dims = ["b", 1, "s", "s"]}) -> tensor<?x?x8xf32> {
  %two = onnx.constant dense<[0, 0, 2, 4]> : tensor<4xi64>
  %rows = onnx.constant dense<[0, 0, 8]> : tensor<3xi64>
  %root = onnx.constant dense<2.0> : tensor<f32>
  %q4 = onnx.node "Reshape" (%q, %two) {} : (tensor<?x?x8xf32>, tensor<4xi64>) -> tensor<?x?x2x4xf32>
  %qh = onnx.node "Transpose" (%q4) {perm = array<i64: 0, 2, 1, 3>} : (tensor<?x?x2x4xf32>) -> tensor<?x2x?x4xf32>
  %k4 = onnx.node "Reshape" (%k, %two) {} : (tensor<?x?x8xf32>, tensor<4xi64>) -> tensor<?x?x2x4xf32>
  %kt = onnx.node "Transpose" (%k4) {perm = array<i64: 0, 2, 3, 1>} : (tensor<?x?x2x4xf32>) -> tensor<?x2x4x?xf32>
  %v4 = onnx.node "Reshape" (%v, %two) {} : (tensor<?x?x8xf32>, tensor<4xi64>) -> tensor<?x?x2x4xf32>
  %vh = onnx.node "Transpose" (%v4) {perm = array<i64: 0, 2, 1, 3>} : (tensor<?x?x2x4xf32>) -> tensor<?x2x?x4xf32>
  %scores = onnx.node "MatMul" (%qh, %kt) {} : (tensor<?x2x?x4xf32>, tensor<?x2x4x?xf32>) -> tensor<?x2x?x?xf32>
  %scaled = onnx.node "Div" (%scores, %root) {} : (tensor<?x2x?x?xf32>, tensor<f32>) -> tensor<?x2x?x?xf32>
  %masked = onnx.node "Add" (%scaled, %bias) {} : (tensor<?x2x?x?xf32>, tensor<?x1x?x?xf32>) -> tensor<?x2x?x?xf32>
  %soft = onnx.node "Softmax" (%masked) {axis = 3 : i64} : (tensor<?x2x?x?xf32>) -> tensor<?x2x?x?xf32>
  %y4 = onnx.node "MatMul" (%soft, %vh) {} : (tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32>) -> tensor<?x2x?x4xf32>
  %yt = onnx.node "Transpose" (%y4) {perm = array<i64: 0, 2, 1, 3>} : (tensor<?x2x?x4xf32>) -> tensor<?x?x2x4xf32>
  // CHECK-NEXT: %output = transformer.attention %arg0, %arg1, %arg2 bias(%arg3) heads 2, 2 scale 5.000000e-01 keep <causal = false>
  // CHECK-NEXT: return %output
  %y = onnx.node "Reshape" (%yt, %rows) {} : (tensor<?x?x2x4xf32>, tensor<3xi64>) -> tensor<?x?x8xf32>
  return %y : tensor<?x?x8xf32>
}

// -----

// Tests that a softmax over queries is no attention.
// CHECK-LABEL: func.func @softmax_over_queries(
func.func @softmax_over_queries(%scores: tensor<?x2x?x?xf32>, %v: tensor<?x2x?x4xf32>) -> tensor<?x2x?x4xf32> {
  // CHECK: onnx.node "Softmax"
  %soft = onnx.node "Softmax" (%scores) {axis = 2 : i64} : (tensor<?x2x?x?xf32>) -> tensor<?x2x?x?xf32>
  %y = onnx.node "MatMul" (%soft, %v) {} : (tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32>) -> tensor<?x2x?x4xf32>
  return %y : tensor<?x2x?x4xf32>
}
