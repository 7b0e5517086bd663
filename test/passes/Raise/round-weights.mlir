// RUN: tandem-opt %s --tandem-round-weights --canonicalize --split-input-file | FileCheck %s

// Tests that the matrix of a linear layer is stored as bf16, its bias is not.
// CHECK-LABEL: func.func @linear(
func.func @linear(%x: tensor<?x?x64xf32>) -> tensor<?x?x96xf32> {
  // CHECK: %[[W:.*]] = onnx.constant #transformer.encoded<[#onnx.weight<"m", 0, 24576> : tensor<64x96xf32>]> : tensor<64x96xf32, #transformer.stored<bf16>>
  %w = onnx.constant #onnx.weight<"m", 0, 24576> : tensor<64x96xf32>
  // CHECK: %[[B:.*]] = onnx.constant #onnx.weight<"m", 24576, 384>
  %b = onnx.constant #onnx.weight<"m", 24576, 384> : tensor<96xf32>
  // CHECK: transformer.linear %arg0, %[[W]] bias(%[[B]]) layout kn : (tensor<?x?x64xf32>, tensor<64x96xf32, #transformer.stored<bf16>>, tensor<96xf32>) -> tensor<?x?x96xf32>
  %y = transformer.linear %x, %w bias(%b) layout kn : (tensor<?x?x64xf32>, tensor<64x96xf32>, tensor<96xf32>) -> tensor<?x?x96xf32>
  return %y : tensor<?x?x96xf32>
}

// -----

// Tests a linear layer without bias.
// CHECK-LABEL: func.func @without_bias(
func.func @without_bias(%x: tensor<?x?x64xf32>) -> tensor<?x?x96xf32> {
  %w = onnx.constant #onnx.weight<"m", 0, 24576> : tensor<64x96xf32>
  // CHECK: %1 = transformer.linear %arg0, %0 layout kn : (tensor<?x?x64xf32>, tensor<64x96xf32, #transformer.stored<bf16>>) -> tensor<?x?x96xf32>
  %y = transformer.linear %x, %w layout kn : (tensor<?x?x64xf32>, tensor<64x96xf32>) -> tensor<?x?x96xf32>
  return %y : tensor<?x?x96xf32>
}

// -----

// Tests an embedding.
// CHECK-LABEL: func.func @embedding(
func.func @embedding(%ids: tensor<?x?xi64>) -> tensor<?x?x64xf32> {
  %w = onnx.constant #onnx.weight<"m", 0, 24576> : tensor<96x64xf32>
  // CHECK: transformer.embedding %arg0, %{{.*}} layout nk : (tensor<?x?xi64>, tensor<96x64xf32, #transformer.stored<bf16>>)
  %y = transformer.embedding %ids, %w layout nk : (tensor<?x?xi64>, tensor<96x64xf32>) -> tensor<?x?x64xf32>
  return %y : tensor<?x?x64xf32>
}

// -----

// Tests that quantised matrices stay, and those of other types.
// CHECK-LABEL: func.func @others(
func.func @others(%x: tensor<?x32xf32>, %h: tensor<?x64xf16>) -> (tensor<?x4xf32>, tensor<?x4xf16>) {
  // CHECK-NOT: stored<bf16>
  %w = onnx.constant #transformer.encoded<[#onnx.weight<"m", 0, 64> : tensor<4x1x16xui8>, dense<0.5> : tensor<4x1xf32>]> : tensor<4x32xf32, #transformer.blocks<ui4, block = 32, scales = f32>>
  %y = transformer.linear %x, %w layout nk : (tensor<?x32xf32>, tensor<4x32xf32, #transformer.blocks<ui4, block = 32, scales = f32>>) -> tensor<?x4xf32>
  %v = onnx.constant #onnx.weight<"m", 64, 512> : tensor<4x64xf16>
  %z = transformer.linear %h, %v layout nk : (tensor<?x64xf16>, tensor<4x64xf16>) -> tensor<?x4xf16>
  return %y, %z : tensor<?x4xf32>, tensor<?x4xf16>
}
