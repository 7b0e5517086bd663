// RUN: tandem-opt %s --tandem-verify-operators | FileCheck %s

// CHECK-LABEL: func.func @primitives_and_contributed_operators(
func.func @primitives_and_contributed_operators(%x: tensor<4xf32>) -> (!onnx.unknown, !onnx.unknown) {
  %0 = onnx.node "Softmax" (%x) {} : (tensor<4xf32>) -> !onnx.unknown
  %1 = onnx.node "FastGelu" domain "com.microsoft" opset 1 (%x) {} : (tensor<4xf32>) -> !onnx.unknown
  return %0, %1 : !onnx.unknown, !onnx.unknown
}
