// RUN: tandem-opt %s --tandem-narrow-scales --split-input-file | FileCheck %s

// Tests that scales which are halves are stored as halves.
// CHECK-LABEL: func.func @halves(
func.func @halves(%x: tensor<?x32xf32>) -> tensor<?x4xf32> {
  // CHECK: %0 = onnx.constant #transformer.encoded<[#onnx.weight<"m", 0, 64> : tensor<4x1x16xui8>, dense<5.000000e-01> : tensor<4x1xf32>]> : tensor<4x32xf32, #transformer.blocks<ui4, block = 32, scales = f16>>
  %w = onnx.constant #transformer.encoded<[#onnx.weight<"m", 0, 64> : tensor<4x1x16xui8>, dense<0.5> : tensor<4x1xf32>]> : tensor<4x32xf32, #transformer.blocks<ui4, block = 32, scales = f32>>
  // CHECK: transformer.linear %arg0, %0 layout nk : (tensor<?x32xf32>, tensor<4x32xf32, #transformer.blocks<ui4, block = 32, scales = f16>>) -> tensor<?x4xf32>
  %y = transformer.linear %x, %w layout nk : (tensor<?x32xf32>, tensor<4x32xf32, #transformer.blocks<ui4, block = 32, scales = f32>>) -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// -----

// Tests the boundary: one of four scales needs a bit more than a half has
// (2049), so all of them stay; the zero points are narrowed by themselves.
// CHECK-LABEL: func.func @one_scale_is_wider(
func.func @one_scale_is_wider() {
  // CHECK: #transformer.blocks<ui4, block = 32, scales = f32, zero_points = f16>>
  %w = onnx.constant #transformer.encoded<[#onnx.weight<"m", 0, 64> : tensor<4x1x16xui8>, dense<[[0.5], [2048.0], [2049.0], [1.0]]> : tensor<4x1xf32>, dense<7.5> : tensor<4x1xf32>]> : tensor<4x32xf32, #transformer.blocks<ui4, block = 32, scales = f32, zero_points = f32>>
  return
}

// -----

// Tests that packed zero points and scales whose file is not at hand stay.
// CHECK-LABEL: func.func @file_is_not_at_hand(
func.func @file_is_not_at_hand() {
  // CHECK: #transformer.blocks<ui4, block = 32, scales = f32, zero_points = ui4>>
  %w = onnx.constant #transformer.encoded<[#onnx.weight<"m", 0, 64> : tensor<4x1x16xui8>, #onnx.weight<"m", 64, 16> : tensor<4x1xf32>, dense<7> : tensor<4x1xui8>]> : tensor<4x32xf32, #transformer.blocks<ui4, block = 32, scales = f32, zero_points = ui4>>
  return
}
