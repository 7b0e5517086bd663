// RUN: tandem-opt %s --tandem-simplify | FileCheck %s
// RUN: tandem-opt %s --tandem-simplify --tandem-simplify | FileCheck %s

// From the file's spelling to primitives: an RMS norm as PyTorch exports it.
// The stage run twice gives the same.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: -> tensor<?x?x4xf32>
// CHECK: %[[SQUARE:.*]] = onnx.node "Mul"(%arg0, %arg0)
// CHECK: %[[MEAN:.*]] = onnx.node "ReduceMean"(%[[SQUARE]],
// CHECK: %[[SUM:.*]] = onnx.node "Add"(%[[MEAN]],
// CHECK: %[[ROOT:.*]] = onnx.node "Sqrt"(%[[SUM]])
// CHECK: %[[INVERSE:.*]] = onnx.node "Reciprocal"(%[[ROOT]])
// CHECK: %[[NORM:.*]] = onnx.node "Mul"(%arg0, %[[INVERSE]])
// CHECK: return %[[NORM]]
func.func @main(%x: tensor<?x?x4xf32> {onnx.dims = ["b", "s", 4], onnx.name = "x"}) -> !onnx.unknown {
  %two = onnx.constant dense<2.0> : tensor<f32>
  %one = onnx.constant dense<1.0> : tensor<f32>
  %epsilon = onnx.constant dense<1.0e-6> : tensor<f32>
  %0 = onnx.node "Cast" opset 14 (%x) {to = 1 : i64} : (tensor<?x?x4xf32>) -> !onnx.unknown
  %1 = onnx.node "Pow" opset 14 (%0, %two) {} : (!onnx.unknown, tensor<f32>) -> !onnx.unknown
  %2 = onnx.node "ReduceMean" opset 14 (%1) {axes = array<i64: -1>} : (!onnx.unknown) -> !onnx.unknown
  %3 = onnx.node "Add" opset 14 (%2, %epsilon) {} : (!onnx.unknown, tensor<f32>) -> !onnx.unknown
  %4 = onnx.node "Sqrt" opset 14 (%3) {} : (!onnx.unknown) -> !onnx.unknown
  %5 = onnx.node "Div" opset 14 (%one, %4) {} : (tensor<f32>, !onnx.unknown) -> !onnx.unknown
  %6 = onnx.node "Mul" opset 14 (%0, %5) {} : (!onnx.unknown, !onnx.unknown) -> !onnx.unknown
  %7 = onnx.node "Cast" opset 14 (%6) {to = 1 : i64} : (!onnx.unknown) -> !onnx.unknown
  return %7 : !onnx.unknown
}
