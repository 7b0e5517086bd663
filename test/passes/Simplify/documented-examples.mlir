// RUN: split-file %s %t
// RUN: tandem-opt %t/inline.mlir --tandem-inline-functions | FileCheck %t/inline.mlir
// RUN: tandem-opt %t/opset.mlir --tandem-convert-opset | FileCheck %t/opset.mlir
// RUN: tandem-opt %t/idioms.mlir --tandem-canonicalize-idioms | FileCheck %t/idioms.mlir
// RUN: tandem-opt %t/shapes.mlir --tandem-rebuild-shape-arithmetic | FileCheck %t/shapes.mlir

//--- inline.mlir
// Tests that a call becomes the function's body, without the function.
// CHECK-NOT: onnx.function
// CHECK-LABEL: func.func @call_becomes_body(
// CHECK-NEXT: %[[SUM:.*]] = onnx.node "Add" opset 24(%arg0, %arg1) {} : (tensor<2x4xf32>, tensor<2x4xf32>) -> !onnx.unknown
// CHECK-NEXT: return %[[SUM]]
onnx.function @skip "SkipNorm" domain "com.microsoft" required ["epsilon"] defaults {} {
^bb0(%x: !onnx.unknown, %y: !onnx.unknown):
  %0 = onnx.node "Add" opset 24 (%x, %y) {} : (!onnx.unknown, !onnx.unknown) -> !onnx.unknown
  onnx.yield %0 : !onnx.unknown
}
func.func @call_becomes_body(%x: tensor<2x4xf32>, %y: tensor<2x4xf32>) -> !onnx.unknown {
  %0 = onnx.node "SkipNorm" domain "com.microsoft" opset 1 (%x, %y) {epsilon = 1.0e-6 : f32} : (tensor<2x4xf32>, tensor<2x4xf32>) -> !onnx.unknown
  return %0 : !onnx.unknown
}

//--- opset.mlir
// Tests that axes become an input and the version goes.
// CHECK-LABEL: func.func @axes_become_an_input(
// CHECK-NEXT: %[[AXES:.*]] = onnx.constant dense<1> : tensor<1xi64>
// CHECK-NEXT: %[[Y:.*]] = onnx.node "Squeeze"(%arg0, %[[AXES]]) {} : (tensor<2x1xf32>, tensor<1xi64>) -> !onnx.unknown
// CHECK-NEXT: return %[[Y]]
func.func @axes_become_an_input(%x: tensor<2x1xf32>) -> !onnx.unknown {
  %0 = onnx.node "Squeeze" opset 11 (%x) {axes = array<i64: 1>} : (tensor<2x1xf32>) -> !onnx.unknown
  return %0 : !onnx.unknown
}

//--- idioms.mlir
// Tests that a square becomes a product.
// CHECK-LABEL: func.func @square_becomes_product(
// CHECK: %[[Y:.*]] = onnx.node "Mul"(%arg0, %arg0) {} : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
// CHECK-NEXT: return %[[Y]]
func.func @square_becomes_product(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %two = onnx.constant dense<2.0> : tensor<f32>
  %0 = onnx.node "Pow" (%x, %two) {} : (tensor<?x4xf32>, tensor<f32>) -> tensor<?x4xf32>
  return %0 : tensor<?x4xf32>
}

//--- shapes.mlir
// Tests that the number of positions is computed from the dimensions of the
// arguments, not from intermediate values.
// CHECK-LABEL: func.func @positions_from_arguments(
// CHECK-DAG: %[[NEW:.*]] = onnx.node "Shape"(%arg0) {end = 1 : i64, start = 0 : i64} : (tensor<?xi64>) -> tensor<1xi64>
// CHECK-DAG: %[[PAST:.*]] = onnx.node "Shape"(%arg1) {end = 3 : i64, start = 2 : i64} : (tensor<?x2x?x16xf32>) -> tensor<1xi64>
// CHECK: %[[SUM:.*]] = onnx.node "Add"(%[[NEW]], %[[PAST]])
// CHECK: %[[LIMIT:.*]] = onnx.node "Squeeze"(%[[SUM]], %{{.*}})
// CHECK: onnx.node "Range"(%{{.*}}, %[[LIMIT]], %{{.*}})
func.func @positions_from_arguments(%ids: tensor<?xi64> {onnx.dims = ["new"]}, %cache: tensor<?x2x?x16xf32> {onnx.dims = ["batch", 2, "past", 16]}) -> tensor<?xi64> {
  %zero = onnx.constant dense<0> : tensor<i64>
  %one = onnx.constant dense<1> : tensor<i64>
  %two = onnx.constant dense<2> : tensor<i64>
  %0 = onnx.node "Shape" (%cache) {} : (tensor<?x2x?x16xf32>) -> tensor<4xi64>
  %1 = onnx.node "Gather" (%0, %two) {axis = 0 : i64} : (tensor<4xi64>, tensor<i64>) -> tensor<i64>
  %2 = onnx.node "Size" (%ids) {} : (tensor<?xi64>) -> tensor<i64>
  %3 = onnx.node "Add" (%2, %1) {} : (tensor<i64>, tensor<i64>) -> tensor<i64>
  %4 = onnx.node "Range" (%zero, %3, %one) {} : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  return %4 : tensor<?xi64>
}
