// RUN: tandem-opt %s --tandem-verify-primitives | FileCheck %s

// CHECK-LABEL: func.func @typed_primitive(
func.func @typed_primitive(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = onnx.node "Relu" (%x) {} : (tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}
