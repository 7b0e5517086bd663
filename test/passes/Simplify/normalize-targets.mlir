// RUN: tandem-opt %s --tandem-normalize-targets --split-input-file | FileCheck %s

// CHECK-LABEL: func.func @copied_dimensions_are_zero(
// CHECK: %[[SHAPE:.*]] = onnx.constant dense<[0, 0, 4, 16]> : tensor<4xi64>
// CHECK: onnx.node "Reshape"(%arg0, %[[SHAPE]]) {}
func.func @copied_dimensions_are_zero(%x: tensor<?x?x64xf32> {onnx.dims = ["b", "s", 64]}) -> tensor<?x?x4x16xf32> {
  %rest = onnx.constant dense<[4, 16]> : tensor<2xi64>
  %0 = onnx.node "Shape" (%x) {end = 2 : i64} : (tensor<?x?x64xf32>) -> tensor<2xi64>
  %1 = onnx.node "Concat" (%0, %rest) {axis = 0 : i64} : (tensor<2xi64>, tensor<2xi64>) -> tensor<4xi64>
  %2 = onnx.node "Reshape" (%x, %1) {allowzero = 1 : i64} : (tensor<?x?x64xf32>, tensor<4xi64>) -> tensor<?x?x4x16xf32>
  return %2 : tensor<?x?x4x16xf32>
}

// -----

// The boundary: one dimension may be open, two may not.
// CHECK-LABEL: func.func @one_open_dimension(
// CHECK: dense<[-1, 64]>
func.func @one_open_dimension(%x: tensor<?x?x64xf32> {onnx.dims = ["b", "s", 64]}) -> tensor<?x64xf32> {
  %shape = onnx.constant dense<[-1, 64]> : tensor<2xi64>
  %0 = onnx.node "Reshape" (%x, %shape) {} : (tensor<?x?x64xf32>, tensor<2xi64>) -> tensor<?x64xf32>
  return %0 : tensor<?x64xf32>
}

// -----

// CHECK-LABEL: func.func @two_open_dimensions_stay(
// CHECK: %[[SHAPE:.*]] = onnx.node "Shape"(%arg1)
// CHECK: onnx.node "Reshape"(%arg0, %[[SHAPE]])
func.func @two_open_dimensions_stay(%x: tensor<?xf32> {onnx.dims = ["b*s"]}, %y: tensor<?x?xf32> {onnx.dims = ["b", "s"]}) -> tensor<?x?xf32> {
  %0 = onnx.node "Shape" (%y) {} : (tensor<?x?xf32>) -> tensor<2xi64>
  %1 = onnx.node "Reshape" (%x, %0) {} : (tensor<?xf32>, tensor<2xi64>) -> tensor<?x?xf32>
  return %1 : tensor<?x?xf32>
}

// -----

// Repeated key heads: kept dimensions are 1.
// CHECK-LABEL: func.func @expand_keeps_dimensions(
// CHECK: dense<[1, 1, 2, 1]> : tensor<4xi64>
func.func @expand_keeps_dimensions(%x: tensor<?x2x1x?xf32> {onnx.dims = ["b", 2, 1, "t"]}) -> tensor<?x2x2x?xf32> {
  %two = onnx.constant dense<2> : tensor<1xi64>
  %b = onnx.node "Shape" (%x) {end = 1 : i64} : (tensor<?x2x1x?xf32>) -> tensor<1xi64>
  %t = onnx.node "Shape" (%x) {start = 3 : i64} : (tensor<?x2x1x?xf32>) -> tensor<1xi64>
  %0 = onnx.node "Concat" (%b, %two, %two, %t) {axis = 0 : i64} : (tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<4xi64>
  %1 = onnx.node "Expand" (%x, %0) {} : (tensor<?x2x1x?xf32>, tensor<4xi64>) -> tensor<?x2x2x?xf32>
  return %1 : tensor<?x2x2x?xf32>
}

// -----

// Negative positions of a known length count from the front; the end is the
// largest integer.
// CHECK-LABEL: func.func @slice_positions(
// CHECK-DAG: %[[START:.*]] = onnx.constant dense<8> : tensor<1xi64>
// CHECK-DAG: %[[END:.*]] = onnx.constant dense<9223372036854775807> : tensor<1xi64>
// CHECK: onnx.node "Slice"(%arg0, %[[START]], %[[END]], %{{.*}}, %{{.*}})
func.func @slice_positions(%x: tensor<?x16xf32>) -> tensor<?x8xf32> {
  %start = onnx.constant dense<-8> : tensor<1xi64>
  %end = onnx.constant dense<16> : tensor<1xi64>
  %axis = onnx.constant dense<-1> : tensor<1xi64>
  %0 = onnx.node "Slice" (%x, %start, %end, %axis) {} : (tensor<?x16xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?x8xf32>
  return %0 : tensor<?x8xf32>
}

// -----

// CHECK-LABEL: func.func @unsqueezes_are_merged(
// CHECK: %[[AXES:.*]] = onnx.constant dense<[0, 1, 3]> : tensor<3xi64>
// CHECK: onnx.node "Unsqueeze"(%arg0, %[[AXES]])
// CHECK-NOT: "Unsqueeze"
func.func @unsqueezes_are_merged(%x: tensor<?xi64>) -> tensor<1x1x?x1xi64> {
  %first = onnx.constant dense<[0, 1]> : tensor<2xi64>
  %last = onnx.constant dense<3> : tensor<1xi64>
  %0 = onnx.node "Unsqueeze" (%x, %first) {} : (tensor<?xi64>, tensor<2xi64>) -> tensor<1x1x?xi64>
  %1 = onnx.node "Unsqueeze" (%0, %last) {} : (tensor<1x1x?xi64>, tensor<1xi64>) -> tensor<1x1x?x1xi64>
  return %1 : tensor<1x1x?x1xi64>
}
