// RUN: tandem-opt %s --tandem-raise-rotary --split-input-file | FileCheck %s

// Tests the operator of ai.onnx, whose positions come last.
// CHECK-LABEL: func.func @rotary_embedding(
func.func @rotary_embedding(%x: tensor<?x?x64xf32>, %cos: tensor<128x8xf32>, %sin: tensor<128x8xf32>, %positions: tensor<?x?xi64>) -> tensor<?x?x64xf32> {
  // CHECK-NEXT: %0 = transformer.rotary %arg0, %arg3, %arg1, %arg2 heads 4 : (tensor<?x?x64xf32>, tensor<?x?xi64>, tensor<128x8xf32>, tensor<128x8xf32>) -> tensor<?x?x64xf32>
  %r = onnx.node "RotaryEmbedding" (%x, %cos, %sin, %positions) {num_heads = 4 : i64} : (tensor<?x?x64xf32>, tensor<128x8xf32>, tensor<128x8xf32>, tensor<?x?xi64>) -> tensor<?x?x64xf32>
  return %r : tensor<?x?x64xf32>
}

// -----

// Tests the operator of com.microsoft, whose positions come second, interleaved
// and with the number of heads left to the tables.
// CHECK-LABEL: func.func @contributed_rotary_embedding(
func.func @contributed_rotary_embedding(%x: tensor<?x?x64xf32>, %cos: tensor<128x8xf32>, %sin: tensor<128x8xf32>, %positions: tensor<?x?xi64>) -> tensor<?x?x64xf32> {
  // CHECK-NEXT: transformer.rotary %arg0, %arg3, %arg1, %arg2 heads 4 interleaved
  %r = onnx.node "RotaryEmbedding" domain "com.microsoft" (%x, %positions, %cos, %sin) {interleaved = 1 : i64} : (tensor<?x?x64xf32>, tensor<?x?xi64>, tensor<128x8xf32>, tensor<128x8xf32>) -> tensor<?x?x64xf32>
  return %r : tensor<?x?x64xf32>
}

// -----

// Tests that cosines looked up per token are traced to table and positions.
// CHECK-LABEL: func.func @cosines_per_token(
func.func @cosines_per_token(%x: tensor<?x?x64xf32> {onnx.dims = ["b", "s", 64]}, %positions: tensor<?x?xi64> {onnx.dims = ["b", "s"]}) -> tensor<?x?x64xf32> {
  // CHECK: %[[C:.*]] = onnx.constant #onnx.weight<"m", 0, 4096>
  %c = onnx.constant #onnx.weight<"m", 0, 4096> : tensor<128x8xf32>
  // CHECK: %[[S:.*]] = onnx.constant #onnx.weight<"m", 4096, 4096>
  %s = onnx.constant #onnx.weight<"m", 4096, 4096> : tensor<128x8xf32>
  %cos = onnx.node "Gather" (%c, %positions) {axis = 0 : i64} : (tensor<128x8xf32>, tensor<?x?xi64>) -> tensor<?x?x8xf32>
  %sin = transformer.embedding %positions, %s layout nk : (tensor<?x?xi64>, tensor<128x8xf32>) -> tensor<?x?x8xf32>
  // CHECK: transformer.rotary %arg0, %arg1, %[[C]], %[[S]] heads 4
  %r = onnx.node "RotaryEmbedding" (%x, %cos, %sin) {num_heads = 4 : i64} : (tensor<?x?x64xf32>, tensor<?x?x8xf32>, tensor<?x?x8xf32>) -> tensor<?x?x64xf32>
  return %r : tensor<?x?x64xf32>
}

// -----

// Tests that scaled inputs stay an operator.
// CHECK-LABEL: func.func @scaled(
func.func @scaled(%x: tensor<?x?x64xf32>, %cos: tensor<128x8xf32>, %sin: tensor<128x8xf32>, %positions: tensor<?x?xi64>) -> tensor<?x?x64xf32> {
  // CHECK: onnx.node "RotaryEmbedding"
  %r = onnx.node "RotaryEmbedding" domain "com.microsoft" (%x, %positions, %cos, %sin) {num_heads = 4 : i64, scale = 0.5 : f32} : (tensor<?x?x64xf32>, tensor<?x?xi64>, tensor<128x8xf32>, tensor<128x8xf32>) -> tensor<?x?x64xf32>
  return %r : tensor<?x?x64xf32>
}

// -----

// Tests rotate_half: frequencies times positions, halves swapped and negated.
// CHECK-LABEL: func.func @rotate_half(
func.func @rotate_half(%x: tensor<?x?x8xf32> {onnx.dims = ["b", "s", 8]}, %positions: tensor<?x?xi64> {onnx.dims = ["b", "s"]}) -> tensor<?x2x?x4xf32> {
  %f = onnx.constant dense<[1.0, 0.5]> : tensor<2xf32>
  %i0 = onnx.constant dense<0> : tensor<1xi64>
  %i1 = onnx.constant dense<1> : tensor<1xi64>
  %i2 = onnx.constant dense<2> : tensor<1xi64>
  %i3 = onnx.constant dense<3> : tensor<1xi64>
  %end = onnx.constant dense<9223372036854775807> : tensor<1xi64>
  %split = onnx.constant dense<[0, 0, 2, 4]> : tensor<4xi64>
  %column = onnx.node "Unsqueeze" (%positions, %i2) {} : (tensor<?x?xi64>, tensor<1xi64>) -> tensor<?x?x1xi64>
  %real = onnx.node "Cast" (%column) {to = 1 : i64} : (tensor<?x?x1xi64>) -> tensor<?x?x1xf32>
  %angle = onnx.node "Mul" (%real, %f) {} : (tensor<?x?x1xf32>, tensor<2xf32>) -> tensor<?x?x2xf32>
  %twice = onnx.node "Concat" (%angle, %angle) {axis = -1 : i64} : (tensor<?x?x2xf32>, tensor<?x?x2xf32>) -> tensor<?x?x4xf32>
  %c = onnx.node "Cos" (%twice) {} : (tensor<?x?x4xf32>) -> tensor<?x?x4xf32>
  %s = onnx.node "Sin" (%twice) {} : (tensor<?x?x4xf32>) -> tensor<?x?x4xf32>
  %cos = onnx.node "Unsqueeze" (%c, %i1) {} : (tensor<?x?x4xf32>, tensor<1xi64>) -> tensor<?x1x?x4xf32>
  %sin = onnx.node "Unsqueeze" (%s, %i1) {} : (tensor<?x?x4xf32>, tensor<1xi64>) -> tensor<?x1x?x4xf32>
  %heads = onnx.node "Reshape" (%x, %split) {} : (tensor<?x?x8xf32>, tensor<4xi64>) -> tensor<?x?x2x4xf32>
  %q = onnx.node "Transpose" (%heads) {perm = array<i64: 0, 2, 1, 3>} : (tensor<?x?x2x4xf32>) -> tensor<?x2x?x4xf32>
  %low = onnx.node "Slice" (%q, %i0, %i2, %i3, %i1) {} : (tensor<?x2x?x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?x2x?x2xf32>
  %high = onnx.node "Slice" (%q, %i2, %end, %i3, %i1) {} : (tensor<?x2x?x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?x2x?x2xf32>
  %minus = onnx.node "Neg" (%high) {} : (tensor<?x2x?x2xf32>) -> tensor<?x2x?x2xf32>
  %half = onnx.node "Concat" (%minus, %low) {axis = -1 : i64} : (tensor<?x2x?x2xf32>, tensor<?x2x?x2xf32>) -> tensor<?x2x?x4xf32>
  %a = onnx.node "Mul" (%q, %cos) {} : (tensor<?x2x?x4xf32>, tensor<?x1x?x4xf32>) -> tensor<?x2x?x4xf32>
  %b = onnx.node "Mul" (%half, %sin) {} : (tensor<?x2x?x4xf32>, tensor<?x1x?x4xf32>) -> tensor<?x2x?x4xf32>
  // CHECK: %[[COS:.*]], %[[SIN:.*]] = transformer.rotary_table dense<[1.000000e+00, 5.000000e-01]> : tensor<2xf32> scale 1.000000e+00
  // CHECK: %[[R:.*]] = transformer.rotary %arg0, %arg1, %[[COS]], %[[SIN]] heads 2 :
  // CHECK: onnx.node "Reshape"(%[[R]]
  %r = onnx.node "Add" (%a, %b) {} : (tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>) -> tensor<?x2x?x4xf32>
  return %r : tensor<?x2x?x4xf32>
}

// -----

// Tests that a rotation the other way (sin not negated) is not taken for one.
// CHECK-LABEL: func.func @half_not_negated(
func.func @half_not_negated(%x: tensor<?x?x8xf32> {onnx.dims = ["b", "s", 8]}, %positions: tensor<?x?xi64> {onnx.dims = ["b", "s"]}) -> tensor<?x?x2x4xf32> {
  %f = onnx.constant dense<[1.0, 0.5, 1.0, 0.5]> : tensor<4xf32>
  %i2 = onnx.constant dense<2> : tensor<1xi64>
  %lead = onnx.constant dense<[2, 3]> : tensor<2xi64>
  %halves = onnx.constant dense<[2, 2]> : tensor<2xi64>
  %split = onnx.constant dense<[0, 0, 2, 4]> : tensor<4xi64>
  %column = onnx.node "Unsqueeze" (%positions, %lead) {} : (tensor<?x?xi64>, tensor<2xi64>) -> tensor<?x?x1x1xi64>
  %real = onnx.node "Cast" (%column) {to = 1 : i64} : (tensor<?x?x1x1xi64>) -> tensor<?x?x1x1xf32>
  %angle = onnx.node "Mul" (%real, %f) {} : (tensor<?x?x1x1xf32>, tensor<4xf32>) -> tensor<?x?x1x4xf32>
  %cos = onnx.node "Cos" (%angle) {} : (tensor<?x?x1x4xf32>) -> tensor<?x?x1x4xf32>
  %sin = onnx.node "Sin" (%angle) {} : (tensor<?x?x1x4xf32>) -> tensor<?x?x1x4xf32>
  %q = onnx.node "Reshape" (%x, %split) {} : (tensor<?x?x8xf32>, tensor<4xi64>) -> tensor<?x?x2x4xf32>
  %h:2 = onnx.node "Split" (%q, %halves) {axis = 3 : i64} : (tensor<?x?x2x4xf32>, tensor<2xi64>) -> (tensor<?x?x2x2xf32>, tensor<?x?x2x2xf32>)
  %half = onnx.node "Concat" (%h#1, %h#0) {axis = -1 : i64} : (tensor<?x?x2x2xf32>, tensor<?x?x2x2xf32>) -> tensor<?x?x2x4xf32>
  %a = onnx.node "Mul" (%q, %cos) {} : (tensor<?x?x2x4xf32>, tensor<?x?x1x4xf32>) -> tensor<?x?x2x4xf32>
  %b = onnx.node "Mul" (%half, %sin) {} : (tensor<?x?x2x4xf32>, tensor<?x?x1x4xf32>) -> tensor<?x?x2x4xf32>
  // CHECK-NOT: transformer.rotary
  %r = onnx.node "Add" (%a, %b) {} : (tensor<?x?x2x4xf32>, tensor<?x?x2x4xf32>) -> tensor<?x?x2x4xf32>
  return %r : tensor<?x?x2x4xf32>
}
