// RUN: tandem-opt %s --tandem-raise-quantized --split-input-file | FileCheck %s

// Tests that codes and scales become one weight, the accuracy level stays.
// CHECK-LABEL: func.func @matmul(
func.func @matmul(%x: tensor<?x?x64xf32>) -> tensor<?x?x96xf32> {
  // CHECK: %0 = onnx.constant #transformer.encoded<[#onnx.weight<"m", 0, 3072> : tensor<96x2x16xui8>, #onnx.weight<"m", 3072, 768> : tensor<96x2xf32>]> : tensor<96x64xf32, #transformer.blocks<ui4, block = 32, scales = f32>>
  %codes = onnx.constant #onnx.weight<"m", 0, 3072> : tensor<96x2x16xui8>
  %scales = onnx.constant #onnx.weight<"m", 3072, 768> : tensor<96x2xf32>
  // CHECK: %1 = transformer.linear %arg0, %0 layout nk accuracy_level 4 : (tensor<?x?x64xf32>, tensor<96x64xf32, #transformer.blocks<ui4, block = 32, scales = f32>>) -> tensor<?x?x96xf32>
  %y = onnx.node "MatMulNBits" domain "com.microsoft" (%x, %codes, %scales) {K = 64 : i64, N = 96 : i64, accuracy_level = 4 : i64, bits = 4 : i64, block_size = 32 : i64} : (tensor<?x?x64xf32>, tensor<96x2x16xui8>, tensor<96x2xf32>) -> tensor<?x?x96xf32>
  return %y : tensor<?x?x96xf32>
}

// -----

// Tests float zero points, a bias, and scales in a flat tensor.
// CHECK-LABEL: func.func @float_zero_points(
func.func @float_zero_points(%x: tensor<?x?x64xf32>) -> tensor<?x?x96xf32> {
  %codes = onnx.constant #onnx.weight<"m", 0, 6144> : tensor<96x2x32xui8>
  %scales = onnx.constant #onnx.weight<"m", 6144, 768> : tensor<192xf32>
  %zeros = onnx.constant #onnx.weight<"m", 6912, 768> : tensor<96x2xf32>
  %bias = onnx.constant #onnx.weight<"m", 7680, 384> : tensor<96xf32>
  %none = onnx.none
  // CHECK: transformer.linear %arg0, %{{.*}} bias(%{{.*}}) layout nk : (tensor<?x?x64xf32>, tensor<96x64xf32, #transformer.blocks<ui8, block = 32, scales = f32, zero_points = f32>>, tensor<96xf32>) -> tensor<?x?x96xf32>
  %y = onnx.node "MatMulNBits" domain "com.microsoft" (%x, %codes, %scales, %zeros, %none, %bias) {K = 64 : i64, N = 96 : i64, bits = 8 : i64, block_size = 32 : i64} : (tensor<?x?x64xf32>, tensor<96x2x32xui8>, tensor<192xf32>, tensor<96x2xf32>, none, tensor<96xf32>) -> tensor<?x?x96xf32>
  return %y : tensor<?x?x96xf32>
}

// -----

// Tests that an embedding which reads the head's codes has the head's weight.
// CHECK-LABEL: func.func @tied(
func.func @tied(%ids: tensor<?x?xi64>) -> tensor<?x?x96xf32> {
  // CHECK: %[[W:.*]] = onnx.constant #transformer.encoded<[#onnx.weight<"m", 0, 3072> : tensor<96x2x16xui8>, #onnx.weight<"m", 3072, 768> : tensor<96x2xf32>, #onnx.weight<"m", 3840, 96> : tensor<96x1xui8>]>
  %codes = onnx.constant #onnx.weight<"m", 0, 3072> : tensor<96x2x16xui8>
  %scales = onnx.constant #onnx.weight<"m", 3072, 768> : tensor<96x2xf32>
  %zeros = onnx.constant #onnx.weight<"m", 3840, 96> : tensor<96x1xui8>
  %shape = onnx.constant dense<[96, 32]> : tensor<2xi64>
  %flat = onnx.node "Reshape" (%codes, %shape) {} : (tensor<96x2x16xui8>, tensor<2xi64>) -> tensor<96x32xui8>
  // CHECK: %[[X:.*]] = transformer.embedding %arg0, %[[W]] layout nk
  %x = onnx.node "GatherBlockQuantized" domain "com.microsoft" (%flat, %ids, %scales, %zeros) {bits = 4 : i64, block_size = 32 : i64, gather_axis = 0 : i64, quantize_axis = 1 : i64} : (tensor<96x32xui8>, tensor<?x?xi64>, tensor<96x2xf32>, tensor<96x1xui8>) -> tensor<?x?x64xf32>
  // CHECK: onnx.constant #transformer.encoded<[#onnx.weight<"m", 0, 3072> : tensor<96x2x16xui8>, #onnx.weight<"m", 3072, 768> : tensor<96x2xf32>, #onnx.weight<"m", 3840, 96> : tensor<96x1xui8>]>
  %y = onnx.node "MatMulNBits" domain "com.microsoft" (%x, %codes, %scales, %zeros) {K = 64 : i64, N = 96 : i64, bits = 4 : i64, block_size = 32 : i64} : (tensor<?x?x64xf32>, tensor<96x2x16xui8>, tensor<96x2xf32>, tensor<96x1xui8>) -> tensor<?x?x96xf32>
  return %y : tensor<?x?x96xf32>
}

// -----

// Tests the boundary of whole blocks: a last block that is not full.
// CHECK-LABEL: func.func @last_block(
func.func @last_block(%x: tensor<?x?x40xf32>) -> tensor<?x?x96xf32> {
  %codes = onnx.constant #onnx.weight<"m", 0, 3072> : tensor<96x2x16xui8>
  %scales = onnx.constant #onnx.weight<"m", 3072, 768> : tensor<96x2xf32>
  // CHECK: transformer.linear %arg0, %0 layout nk : (tensor<?x?x40xf32>, tensor<96x40xf32, #transformer.blocks<ui4, block = 32, scales = f32>>)
  %y = onnx.node "MatMulNBits" domain "com.microsoft" (%x, %codes, %scales) {K = 40 : i64, N = 96 : i64, bits = 4 : i64, block_size = 32 : i64} : (tensor<?x?x40xf32>, tensor<96x2x16xui8>, tensor<96x2xf32>) -> tensor<?x?x96xf32>
  return %y : tensor<?x?x96xf32>
}
