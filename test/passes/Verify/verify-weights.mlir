// RUN: tandem-opt %s --tandem-verify-weights | FileCheck %s

// Tests that weights which are constants, casts of what tokens compute, of
// vectors and to shorter floats, and another domain's operators are left alone.
// CHECK-LABEL: func.func @other_casts(
func.func @other_casts(%x: tensor<?x64xf16>) -> (tensor<?x96xf32>, tensor<64xf32>, tensor<64x96xf16>, tensor<64x96xf32>) {
  %w = onnx.constant #onnx.weight<"m", 0, 24576> : tensor<64x96xf32>
  %v = onnx.constant #onnx.weight<"m", 0, 128> : tensor<64xf16>
  %codes = onnx.constant #onnx.weight<"m", 0, 6144> : tensor<64x96xi8>
  // CHECK: onnx.node "Cast"
  %a = onnx.node "Cast" (%x) {to = 1 : i64} : (tensor<?x64xf16>) -> tensor<?x64xf32>
  %b = onnx.node "Cast" (%v) {to = 1 : i64} : (tensor<64xf16>) -> tensor<64xf32>
  %c = onnx.node "Cast" (%w) {to = 10 : i64} : (tensor<64x96xf32>) -> tensor<64x96xf16>
  %d = onnx.node "DequantizeLinear" domain "com.acme" opset 1 (%codes) {} : (tensor<64x96xi8>) -> tensor<64x96xf32>
  %y = transformer.linear %a, %w layout kn : (tensor<?x64xf32>, tensor<64x96xf32>) -> tensor<?x96xf32>
  return %y, %b, %c, %d : tensor<?x96xf32>, tensor<64xf32>, tensor<64x96xf16>, tensor<64x96xf32>
}
