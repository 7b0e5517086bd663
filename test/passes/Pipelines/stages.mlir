// RUN: tandem-opt %s --tandem-simplify | FileCheck %s
// RUN: tandem-opt %s --tandem-simplify --tandem-simplify | FileCheck %s
// RUN: tandem-opt %s --tandem-simplify --tandem-raise | FileCheck %s --check-prefix=RAISED
// RUN: tandem-opt %s --tandem-simplify | tandem-opt --tandem-raise | FileCheck %s --check-prefix=RAISED

// Tests that simplify leaves primitives of known types, in one spelling, also
// when it runs twice, and that raise finds the norm and the layer in them, also
// when it starts from the printed form.
// CHECK-LABEL: func.func @norm_and_layer(
// CHECK-SAME: -> tensor<?x?x8xf32>
// CHECK-NOT: opset
// CHECK: %[[SQUARE:.*]] = onnx.node "Mul"(%arg0, %arg0)
// CHECK: %[[MEAN:.*]] = onnx.node "ReduceMean"(%[[SQUARE]], %{{.*}})
// CHECK: %[[SUM:.*]] = onnx.node "Add"(%[[MEAN]], %{{.*}})
// CHECK-NEXT: %[[ROOT:.*]] = onnx.node "Sqrt"(%[[SUM]])
// CHECK-NEXT: %[[INVERSE:.*]] = onnx.node "Reciprocal"(%[[ROOT]])
// CHECK-NEXT: %[[NORM:.*]] = onnx.node "Mul"(%arg0, %[[INVERSE]])
// CHECK: %[[SCALED:.*]] = onnx.node "Mul"(%[[NORM]], %{{.*}})
// CHECK: %[[Y:.*]] = onnx.node "MatMul"(%[[SCALED]], %{{.*}}) {} : (tensor<?x?x4xf32>, tensor<4x8xf32>) -> tensor<?x?x8xf32>
// CHECK-NEXT: return %[[Y]]
// RAISED-LABEL: func.func @norm_and_layer(
// RAISED-NOT: onnx.node
// RAISED: %[[NORM:.*]] = transformer.rms_norm %arg0, %{{.*}} epsilon {{.*}} : tensor<?x?x4xf32>, tensor<4xf32>
// RAISED: %[[Y:.*]] = transformer.linear %[[NORM]], %{{.*}} layout kn :
// RAISED-NEXT: return %[[Y]]
func.func @norm_and_layer(%x: tensor<?x?x4xf32> {onnx.dims = ["b", "s", 4], onnx.name = "x"}) -> !onnx.unknown {
  %two = onnx.constant dense<2.0> : tensor<f32>
  %one = onnx.constant dense<1.0> : tensor<f32>
  %epsilon = onnx.constant dense<1.0e-6> : tensor<f32>
  %weight = onnx.constant #onnx.weight<"model.onnx", 0, 16> : tensor<4xf32>
  %matrix = onnx.constant #onnx.weight<"model.onnx", 16, 128> : tensor<4x8xf32>
  %0 = onnx.node "Identity" opset 17 (%x) {} : (tensor<?x?x4xf32>) -> !onnx.unknown
  %1 = onnx.node "Pow" opset 17 (%0, %two) {} : (!onnx.unknown, tensor<f32>) -> !onnx.unknown
  %2 = onnx.node "ReduceMean" opset 17 (%1) {axes = array<i64: -1>} : (!onnx.unknown) -> !onnx.unknown
  %3 = onnx.node "Add" opset 17 (%2, %epsilon) {} : (!onnx.unknown, tensor<f32>) -> !onnx.unknown
  %4 = onnx.node "Sqrt" opset 17 (%3) {} : (!onnx.unknown) -> !onnx.unknown
  %5 = onnx.node "Div" opset 17 (%one, %4) {} : (tensor<f32>, !onnx.unknown) -> !onnx.unknown
  %6 = onnx.node "Mul" opset 17 (%0, %5) {} : (!onnx.unknown, !onnx.unknown) -> !onnx.unknown
  %7 = onnx.node "Mul" opset 17 (%weight, %6) {} : (tensor<4xf32>, !onnx.unknown) -> !onnx.unknown
  %8 = onnx.node "MatMul" opset 17 (%7, %matrix) {} : (!onnx.unknown, tensor<4x8xf32>) -> !onnx.unknown
  return %8 : !onnx.unknown
}
