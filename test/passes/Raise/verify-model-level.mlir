// RUN: tandem-opt %s --tandem-verify-model-level | FileCheck %s

// Tests that primitives and transformer operations are accepted.
// CHECK-LABEL: func.func @primitives(
func.func @primitives(%x: tensor<?x4xf32>, %scale: tensor<4xf32>) -> tensor<?x4xf32> {
  // CHECK: %0 = onnx.node "Add"(%arg0, %arg0) {} : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  %0 = onnx.node "Add" (%x, %x) {} : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  %1 = transformer.rms_norm %0, %scale epsilon 1.0e-6 : tensor<?x4xf32>, tensor<4xf32>
  return %1 : tensor<?x4xf32>
}
