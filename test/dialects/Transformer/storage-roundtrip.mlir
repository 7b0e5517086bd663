// RUN: tandem-opt %s | tandem-opt | FileCheck %s
// Tests that stored weights print as they are read and serve as any matrix.

// CHECK-LABEL: func.func @blocks(
func.func @blocks(%x: tensor<?x64xf32>) -> tensor<?x96xf32> {
  // CHECK: onnx.constant #transformer.encoded<[#onnx.weight<"m", 0, 3072> : tensor<96x2x16xui8>, #onnx.weight<"m", 3072, 768> : tensor<96x2xf32>, #onnx.weight<"m", 3840, 96> : tensor<96x1xui8>]> : tensor<96x64xf32, #transformer.blocks<ui4, block = 32, scales = f32, zero_points = ui4>>
  %w = onnx.constant #transformer.encoded<[#onnx.weight<"m", 0, 3072> : tensor<96x2x16xui8>, #onnx.weight<"m", 3072, 768> : tensor<96x2xf32>, #onnx.weight<"m", 3840, 96> : tensor<96x1xui8>]> : tensor<96x64xf32, #transformer.blocks<ui4, block = 32, scales = f32, zero_points = ui4>>
  // CHECK: transformer.linear %{{.*}}, %{{.*}} layout nk accuracy_level 4 : (tensor<?x64xf32>, tensor<96x64xf32, #transformer.blocks<ui4, block = 32, scales = f32, zero_points = ui4>>) -> tensor<?x96xf32>
  %y = transformer.linear %x, %w layout nk accuracy_level 4 : (tensor<?x64xf32>, tensor<96x64xf32, #transformer.blocks<ui4, block = 32, scales = f32, zero_points = ui4>>) -> tensor<?x96xf32>
  return %y : tensor<?x96xf32>
}

// CHECK-LABEL: func.func @last_block_is_stored_whole(
func.func @last_block_is_stored_whole(%ids: tensor<?xi64>) -> tensor<?x40xf32> {
  // CHECK: tensor<50x40xf32, #transformer.blocks<ui8, block = 32, scales = f16>>
  %w = onnx.constant #transformer.encoded<[#onnx.weight<"m", 0, 3200> : tensor<50x2x32xui8>, #onnx.weight<"m", 3200, 400> : tensor<50x2xf32>]> : tensor<50x40xf32, #transformer.blocks<ui8, block = 32, scales = f16>>
  %y = transformer.embedding %ids, %w layout nk : (tensor<?xi64>, tensor<50x40xf32, #transformer.blocks<ui8, block = 32, scales = f16>>) -> tensor<?x40xf32>
  return %y : tensor<?x40xf32>
}

// CHECK-LABEL: func.func @int8_activations(
func.func @int8_activations(%x: tensor<?x64xf32>) -> tensor<?x4xf32> {
  %w = onnx.constant #transformer.encoded<[#onnx.weight<"m", 0, 128> : tensor<4x2x16xui8>, #onnx.weight<"m", 128, 32> : tensor<4x2xf32>]> : tensor<4x64xf32, #transformer.blocks<ui4, block = 32, scales = f32>>
  // CHECK: transformer.linear %arg0, %0 layout nk accuracy_level 4 int8_activations : (tensor<?x64xf32>, tensor<4x64xf32, #transformer.blocks<ui4, block = 32, scales = f32>>) -> tensor<?x4xf32>
  %y = transformer.linear %x, %w layout nk accuracy_level 4 int8_activations : (tensor<?x64xf32>, tensor<4x64xf32, #transformer.blocks<ui4, block = 32, scales = f32>>) -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// CHECK-LABEL: func.func @stored(
func.func @stored() {
  // CHECK: onnx.constant #transformer.encoded<[#onnx.weight<"m", 0, 8192> : tensor<64x32xf32>]> : tensor<64x32xf32, #transformer.stored<bf16>>
  %w = onnx.constant #transformer.encoded<[#onnx.weight<"m", 0, 8192> : tensor<64x32xf32>]> : tensor<64x32xf32, #transformer.stored<bf16>>
  return
}
