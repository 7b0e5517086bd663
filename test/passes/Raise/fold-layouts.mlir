// RUN: tandem-opt %s --tandem-fold-layouts --split-input-file | FileCheck %s

// Tests that heads split and merged again are the value itself.
// CHECK-LABEL: func.func @split_and_merged(
func.func @split_and_merged(%x: tensor<?x?x64xf32>) -> tensor<?x?x64xf32> {
  %split = onnx.constant dense<[0, 0, 4, 16]> : tensor<4xi64>
  %merge = onnx.constant dense<[0, 0, 64]> : tensor<3xi64>
  %heads = onnx.node "Reshape" (%x, %split) {} : (tensor<?x?x64xf32>, tensor<4xi64>) -> tensor<?x?x4x16xf32>
  // CHECK-NEXT: return %arg0 : tensor<?x?x64xf32>
  %rows = onnx.node "Reshape" (%heads, %merge) {} : (tensor<?x?x4x16xf32>, tensor<3xi64>) -> tensor<?x?x64xf32>
  return %rows : tensor<?x?x64xf32>
}

// -----

// Tests that two transposes between reshapes cancel as well.
// CHECK-LABEL: func.func @heads_first_and_back(
func.func @heads_first_and_back(%x: tensor<?x?x64xf32>) -> tensor<?x?x64xf32> {
  %split = onnx.constant dense<[0, 0, 4, 16]> : tensor<4xi64>
  %merge = onnx.constant dense<[0, 0, 64]> : tensor<3xi64>
  %heads = onnx.node "Reshape" (%x, %split) {} : (tensor<?x?x64xf32>, tensor<4xi64>) -> tensor<?x?x4x16xf32>
  %first = onnx.node "Transpose" (%heads) {perm = array<i64: 0, 2, 1, 3>} : (tensor<?x?x4x16xf32>) -> tensor<?x4x?x16xf32>
  %back = onnx.node "Transpose" (%first) {perm = array<i64: 0, 2, 1, 3>} : (tensor<?x4x?x16xf32>) -> tensor<?x?x4x16xf32>
  // CHECK-NEXT: return %arg0
  %rows = onnx.node "Reshape" (%back, %merge) {} : (tensor<?x?x4x16xf32>, tensor<3xi64>) -> tensor<?x?x64xf32>
  return %rows : tensor<?x?x64xf32>
}

// -----

// Tests that heads merged in another order are not the value.
// CHECK-LABEL: func.func @heads_swapped(
func.func @heads_swapped(%x: tensor<?x?x64xf32>) -> tensor<?x?x64xf32> {
  %split = onnx.constant dense<[0, 0, 4, 16]> : tensor<4xi64>
  %merge = onnx.constant dense<[0, 0, 64]> : tensor<3xi64>
  %heads = onnx.node "Reshape" (%x, %split) {} : (tensor<?x?x64xf32>, tensor<4xi64>) -> tensor<?x?x4x16xf32>
  %swapped = onnx.node "Transpose" (%heads) {perm = array<i64: 0, 1, 3, 2>} : (tensor<?x?x4x16xf32>) -> tensor<?x?x16x4xf32>
  // CHECK: onnx.node "Transpose"
  // CHECK: %[[ROWS:.*]] = onnx.node "Reshape"
  // CHECK: return %[[ROWS]]
  %rows = onnx.node "Reshape" (%swapped, %merge) {} : (tensor<?x?x16x4xf32>, tensor<3xi64>) -> tensor<?x?x64xf32>
  return %rows : tensor<?x?x64xf32>
}

// -----

// Tests that a cast to a narrower type and back stays: it rounds.
// CHECK-LABEL: func.func @rounded(
func.func @rounded(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %axes = onnx.constant dense<0> : tensor<1xi64>
  %narrow = onnx.node "Cast" (%x) {to = 10 : i64} : (tensor<?x4xf32>) -> tensor<?x4xf16>
  %wide = onnx.node "Cast" (%narrow) {to = 1 : i64} : (tensor<?x4xf16>) -> tensor<?x4xf32>
  %up = onnx.node "Unsqueeze" (%wide, %axes) {} : (tensor<?x4xf32>, tensor<1xi64>) -> tensor<1x?x4xf32>
  // CHECK: %[[WIDE:.*]] = onnx.node "Cast"(%{{.*}}) {to = 1 : i64}
  // CHECK: return %[[WIDE]]
  %down = onnx.node "Squeeze" (%up, %axes) {} : (tensor<1x?x4xf32>, tensor<1xi64>) -> tensor<?x4xf32>
  return %down : tensor<?x4xf32>
}
