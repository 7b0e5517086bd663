// RUN: tandem-opt %s --tandem-raise-linear --split-input-file | FileCheck %s

// Tests that a product with a constant and the bias behind it become one layer.
// CHECK-LABEL: func.func @bias(
func.func @bias(%x: tensor<?x?x64xf32>) -> tensor<?x?x96xf32> {
  // CHECK: %0 = onnx.constant #onnx.weight<"m", 0, 24576>
  %w = onnx.constant #onnx.weight<"m", 0, 24576> : tensor<64x96xf32>
  %b = onnx.constant #onnx.weight<"m", 24576, 384> : tensor<96xf32>
  %y = onnx.node "MatMul" (%x, %w) {} : (tensor<?x?x64xf32>, tensor<64x96xf32>) -> tensor<?x?x96xf32>
  // CHECK: %2 = transformer.linear %arg0, %0 bias(%1) layout kn : (tensor<?x?x64xf32>, tensor<64x96xf32>, tensor<96xf32>) -> tensor<?x?x96xf32>
  // CHECK-NEXT: return %2
  %z = onnx.node "Add" (%y, %b) {} : (tensor<?x?x96xf32>, tensor<96xf32>) -> tensor<?x?x96xf32>
  return %z : tensor<?x?x96xf32>
}

// -----

// Tests that the transpose of a weight becomes its layout.
// CHECK-LABEL: func.func @transposed_weight(
func.func @transposed_weight(%x: tensor<?x?x64xf32>) -> tensor<?x?x96xf32> {
  %w = onnx.constant #onnx.weight<"m", 0, 24576> : tensor<96x64xf32>
  %t = onnx.node "Transpose" (%w) {perm = array<i64: 1, 0>} : (tensor<96x64xf32>) -> tensor<64x96xf32>
  // CHECK: transformer.linear %arg0, %0 layout nk
  %y = onnx.node "MatMul" (%x, %t) {} : (tensor<?x?x64xf32>, tensor<64x96xf32>) -> tensor<?x?x96xf32>
  return %y : tensor<?x?x96xf32>
}

// -----

// Tests that the product of two activations is no linear layer.
// CHECK-LABEL: func.func @two_activations(
func.func @two_activations(%x: tensor<4x64xf32>, %y: tensor<64x8xf32>) -> tensor<4x8xf32> {
  // CHECK: onnx.node "MatMul"
  %z = onnx.node "MatMul" (%x, %y) {} : (tensor<4x64xf32>, tensor<64x8xf32>) -> tensor<4x8xf32>
  return %z : tensor<4x8xf32>
}

// -----

// Tests Gemm with its weight transposed, and one that scales.
// CHECK-LABEL: func.func @gemm(
func.func @gemm(%x: tensor<?x64xf32>) -> (tensor<?x96xf32>, tensor<?x96xf32>) {
  %w = onnx.constant #onnx.weight<"m", 0, 24576> : tensor<96x64xf32>
  %b = onnx.constant #onnx.weight<"m", 24576, 384> : tensor<96xf32>
  // CHECK: transformer.linear %arg0, %0 bias(%1) layout nk
  %y = onnx.node "Gemm" (%x, %w, %b) {transB = 1 : i64} : (tensor<?x64xf32>, tensor<96x64xf32>, tensor<96xf32>) -> tensor<?x96xf32>
  // CHECK: onnx.node "Gemm"
  %z = onnx.node "Gemm" (%x, %w, %b) {alpha = 0.5 : f32, transB = 1 : i64} : (tensor<?x64xf32>, tensor<96x64xf32>, tensor<96xf32>) -> tensor<?x96xf32>
  return %y, %z : tensor<?x96xf32>, tensor<?x96xf32>
}

// -----

// Tests GPT-2's Conv1D: a layer on merged dimensions, which are restored.
// CHECK-LABEL: func.func @merged_dimensions(
func.func @merged_dimensions(%x: tensor<?x?x64xf32> {onnx.dims = ["batch", "sequence", 64]}) -> tensor<?x?x96xf32> {
  %w = onnx.constant #onnx.weight<"m", 0, 24576> : tensor<64x96xf32>
  %b = onnx.constant #onnx.weight<"m", 24576, 384> : tensor<96xf32>
  %merge = onnx.constant dense<[-1, 64]> : tensor<2xi64>
  %width = onnx.constant dense<96> : tensor<1xi64>
  %rows = onnx.node "Reshape" (%x, %merge) {} : (tensor<?x?x64xf32>, tensor<2xi64>) -> tensor<?x64xf32>
  %y = onnx.node "Gemm" (%rows, %w, %b) {} : (tensor<?x64xf32>, tensor<64x96xf32>, tensor<96xf32>) -> tensor<?x96xf32>
  %leading = onnx.node "Shape" (%x) {end = 2 : i64, start = 0 : i64} : (tensor<?x?x64xf32>) -> tensor<2xi64>
  %split = onnx.node "Concat" (%leading, %width) {axis = 0 : i64} : (tensor<2xi64>, tensor<1xi64>) -> tensor<3xi64>
  // CHECK: %[[Y:.*]] = transformer.linear %arg0, %{{.*}} bias(%{{.*}}) layout kn : (tensor<?x?x64xf32>, tensor<64x96xf32>, tensor<96xf32>) -> tensor<?x?x96xf32>
  // CHECK-NEXT: return %[[Y]]
  %z = onnx.node "Reshape" (%y, %split) {} : (tensor<?x96xf32>, tensor<3xi64>) -> tensor<?x?x96xf32>
  return %z : tensor<?x?x96xf32>
}

// -----

// Tests that rows taken apart in another way stay as they are.
// CHECK-LABEL: func.func @rows_restored_in_another_order(
func.func @rows_restored_in_another_order(%x: tensor<?x?x64xf32> {onnx.dims = ["batch", "sequence", 64]}) -> tensor<?x?x96xf32> {
  %w = onnx.constant #onnx.weight<"m", 0, 24576> : tensor<64x96xf32>
  %merge = onnx.constant dense<[-1, 64]> : tensor<2xi64>
  %width = onnx.constant dense<96> : tensor<1xi64>
  %rows = onnx.node "Reshape" (%x, %merge) {} : (tensor<?x?x64xf32>, tensor<2xi64>) -> tensor<?x64xf32>
  %y = onnx.node "MatMul" (%rows, %w) {} : (tensor<?x64xf32>, tensor<64x96xf32>) -> tensor<?x96xf32>
  %batch = onnx.node "Shape" (%x) {end = 1 : i64, start = 0 : i64} : (tensor<?x?x64xf32>) -> tensor<1xi64>
  %sequence = onnx.node "Shape" (%x) {end = 2 : i64, start = 1 : i64} : (tensor<?x?x64xf32>) -> tensor<1xi64>
  %split = onnx.node "Concat" (%sequence, %batch, %width) {axis = 0 : i64} : (tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<3xi64>
  // CHECK: %[[Y:.*]] = transformer.linear %{{.*}} -> tensor<?x96xf32>
  // CHECK: onnx.node "Reshape"(%[[Y]], %{{.*}})
  %z = onnx.node "Reshape" (%y, %split) {} : (tensor<?x96xf32>, tensor<3xi64>) -> tensor<?x?x96xf32>
  return %z : tensor<?x?x96xf32>
}

// -----

// Tests lookups of rows, also of a table shared with an output layer.
// CHECK-LABEL: func.func @embedding(
func.func @embedding(%ids: tensor<?x?xi64>) -> (tensor<?x?x64xf32>, tensor<?x?x64xf32>) {
  %a = onnx.constant #onnx.weight<"m", 0, 65536> : tensor<256x64xf32>
  %b = onnx.constant #onnx.weight<"m", 0, 65536> : tensor<64x256xf32>
  %t = onnx.node "Transpose" (%b) {perm = array<i64: 1, 0>} : (tensor<64x256xf32>) -> tensor<256x64xf32>
  // CHECK: transformer.embedding %arg0, %0 layout nk
  %x = onnx.node "Gather" (%a, %ids) {axis = 0 : i64} : (tensor<256x64xf32>, tensor<?x?xi64>) -> tensor<?x?x64xf32>
  // CHECK: transformer.embedding %arg0, %1 layout kn
  %y = onnx.node "Gather" (%t, %ids) {axis = 0 : i64} : (tensor<256x64xf32>, tensor<?x?xi64>) -> tensor<?x?x64xf32>
  return %x, %y : tensor<?x?x64xf32>, tensor<?x?x64xf32>
}

// -----

// Tests that a lookup of columns stays a Gather.
// CHECK-LABEL: func.func @columns(
func.func @columns(%ids: tensor<?xi64>) -> tensor<256x?xf32> {
  %a = onnx.constant #onnx.weight<"m", 0, 65536> : tensor<256x64xf32>
  // CHECK: onnx.node "Gather"
  %x = onnx.node "Gather" (%a, %ids) {axis = 1 : i64} : (tensor<256x64xf32>, tensor<?xi64>) -> tensor<256x?xf32>
  return %x : tensor<256x?xf32>
}

// -----

// Tests that heads merged together with the leading dimensions become rows.
// CHECK-LABEL: func.func @merged_heads(
func.func @merged_heads(%x: tensor<?x?x4x16xf32> {onnx.dims = ["batch", "sequence", 4, 16]}) -> tensor<?x?x96xf32> {
  %w = onnx.constant #onnx.weight<"m", 0, 24576> : tensor<64x96xf32>
  %merge = onnx.constant dense<[-1, 64]> : tensor<2xi64>
  %width = onnx.constant dense<96> : tensor<1xi64>
  %rows = onnx.node "Reshape" (%x, %merge) {} : (tensor<?x?x4x16xf32>, tensor<2xi64>) -> tensor<?x64xf32>
  %y = onnx.node "MatMul" (%rows, %w) {} : (tensor<?x64xf32>, tensor<64x96xf32>) -> tensor<?x96xf32>
  %leading = onnx.node "Shape" (%x) {end = 2 : i64, start = 0 : i64} : (tensor<?x?x4x16xf32>) -> tensor<2xi64>
  %split = onnx.node "Concat" (%leading, %width) {axis = 0 : i64} : (tensor<2xi64>, tensor<1xi64>) -> tensor<3xi64>
  // CHECK: %[[ROWS:.*]] = onnx.node "Reshape"(%arg0, %{{.*}}) {} : (tensor<?x?x4x16xf32>, tensor<3xi64>) -> tensor<?x?x64xf32>
  // CHECK: transformer.linear %[[ROWS]], %{{.*}} layout kn : (tensor<?x?x64xf32>, tensor<64x96xf32>) -> tensor<?x?x96xf32>
  %z = onnx.node "Reshape" (%y, %split) {} : (tensor<?x96xf32>, tensor<3xi64>) -> tensor<?x?x96xf32>
  return %z : tensor<?x?x96xf32>
}
