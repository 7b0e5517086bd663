// RUN: tandem-opt %s --tandem-round-weights=half --canonicalize | FileCheck %s

// Tests that the matrix of a linear layer is stored as f16, its bias is not.
// CHECK-LABEL: func.func @linear(
func.func @linear(%x: tensor<?x?x64xf32>) -> tensor<?x?x96xf32> {
  // CHECK: %[[W:.*]] = onnx.constant #transformer.encoded<[#onnx.weight<"m", 0, 24576> : tensor<64x96xf32>]> : tensor<64x96xf32, #transformer.stored<f16>>
  %w = onnx.constant #onnx.weight<"m", 0, 24576> : tensor<64x96xf32>
  // CHECK: %[[B:.*]] = onnx.constant #onnx.weight<"m", 24576, 384>
  %b = onnx.constant #onnx.weight<"m", 24576, 384> : tensor<96xf32>
  // CHECK: transformer.linear %arg0, %[[W]] bias(%[[B]]) layout kn
  %y = transformer.linear %x, %w bias(%b) layout kn : (tensor<?x?x64xf32>, tensor<64x96xf32>, tensor<96xf32>) -> tensor<?x?x96xf32>
  return %y : tensor<?x?x96xf32>
}
