// RUN: tandem-opt %s --tandem-canonicalize-idioms --split-input-file | FileCheck %s

// CHECK-LABEL: func.func @square(
// CHECK: onnx.node "Mul"(%arg0, %arg0)
// CHECK: onnx.node "Pow"
func.func @square(%x: tensor<?x4xf32>) -> (tensor<?x4xf32>, tensor<?x4xf32>) {
  %two = onnx.constant dense<2.0> : tensor<f32>
  %three = onnx.constant dense<3.0> : tensor<f32>
  %0 = onnx.node "Pow" (%x, %two) {} : (tensor<?x4xf32>, tensor<f32>) -> tensor<?x4xf32>
  %1 = onnx.node "Pow" (%x, %three) {} : (tensor<?x4xf32>, tensor<f32>) -> tensor<?x4xf32>
  return %0, %1 : tensor<?x4xf32>, tensor<?x4xf32>
}

// -----

// CHECK-LABEL: func.func @reciprocal_square_root(
// CHECK: %[[S:.*]] = onnx.node "Sqrt"(%arg0)
// CHECK: onnx.node "Reciprocal"(%[[S]])
func.func @reciprocal_square_root(%x: tensor<?xf32>) -> tensor<?xf32> {
  %one = onnx.constant dense<1.0> : tensor<f32>
  %0 = onnx.node "Sqrt" (%x) {} : (tensor<?xf32>) -> tensor<?xf32>
  %1 = onnx.node "Div" (%one, %0) {} : (tensor<f32>, tensor<?xf32>) -> tensor<?xf32>
  return %1 : tensor<?xf32>
}

// -----

// Exact only for powers of two, and only for floating point.
// CHECK-LABEL: func.func @division(
// CHECK-DAG: %[[C:.*]] = onnx.constant dense<2.500000e-01> : tensor<f32>
// CHECK: onnx.node "Mul"(%arg0, %[[C]])
// CHECK: onnx.node "Div"(%arg0,
// CHECK: onnx.node "Div"(%arg1,
func.func @division(%x: tensor<?xf32>, %n: tensor<?xi64>) -> (tensor<?xf32>, tensor<?xf32>, tensor<?xi64>) {
  %four = onnx.constant dense<4.0> : tensor<f32>
  %three = onnx.constant dense<3.0> : tensor<f32>
  %two = onnx.constant dense<2> : tensor<i64>
  %0 = onnx.node "Div" (%x, %four) {} : (tensor<?xf32>, tensor<f32>) -> tensor<?xf32>
  %1 = onnx.node "Div" (%x, %three) {} : (tensor<?xf32>, tensor<f32>) -> tensor<?xf32>
  %2 = onnx.node "Div" (%n, %two) {} : (tensor<?xi64>, tensor<i64>) -> tensor<?xi64>
  return %0, %1, %2 : tensor<?xf32>, tensor<?xf32>, tensor<?xi64>
}

// -----

// CHECK-LABEL: func.func @constants_stand_right(
// CHECK: onnx.node "Add"(%arg0, %{{.*}})
// CHECK: onnx.node "Sub"(%arg0, %arg1)
func.func @constants_stand_right(%x: tensor<4xf32>, %y: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %c = onnx.constant dense<5.0> : tensor<4xf32>
  %0 = onnx.node "Add" (%c, %x) {} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %1 = onnx.node "Neg" (%y) {} : (tensor<4xf32>) -> tensor<4xf32>
  %2 = onnx.node "Add" (%x, %1) {} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %0, %2 : tensor<4xf32>, tensor<4xf32>
}

// -----

// A one that broadcasts to a larger shape is not without effect.
// CHECK-LABEL: func.func @multiplication_by_one(
// CHECK: %[[BROADCAST:.*]] = onnx.node "Mul"(%arg0, %{{.*}}) {} : (tensor<4xf32>, tensor<2x4xf32>)
// CHECK: return %arg0, %[[BROADCAST]]
func.func @multiplication_by_one(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<2x4xf32>) {
  %one = onnx.constant dense<1.0> : tensor<f32>
  %ones = onnx.constant dense<1.0> : tensor<2x4xf32>
  %0 = onnx.node "Mul" (%x, %one) {} : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %1 = onnx.node "Mul" (%x, %ones) {} : (tensor<4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  return %0, %1 : tensor<4xf32>, tensor<2x4xf32>
}

// -----

// The other operand has the batch already.
// CHECK-LABEL: func.func @expand_that_the_product_repeats(
// CHECK-NOT: "Expand"
// CHECK: onnx.node "MatMul"(%{{.*}}, %arg0) {} : (tensor<1x8x1xf32>, tensor<?x1x?xf32>)
func.func @expand_that_the_product_repeats(%x: tensor<?x1x?xf32> {onnx.dims = ["b", 1, "s"]}) -> tensor<?x8x?xf32> {
  %c = onnx.constant dense<2.0> : tensor<1x8x1xf32>
  %ones = onnx.constant dense<1> : tensor<2xi64>
  %0 = onnx.node "Shape" (%x) {end = 1 : i64} : (tensor<?x1x?xf32>) -> tensor<1xi64>
  %1 = onnx.node "Concat" (%0, %ones) {axis = 0 : i64} : (tensor<1xi64>, tensor<2xi64>) -> tensor<3xi64>
  %2 = onnx.node "Expand" (%c, %1) {} : (tensor<1x8x1xf32>, tensor<3xi64>) -> tensor<?x8x1xf32>
  %3 = onnx.node "MatMul" (%2, %x) {} : (tensor<?x8x1xf32>, tensor<?x1x?xf32>) -> tensor<?x8x?xf32>
  return %3 : tensor<?x8x?xf32>
}

// -----

// An Expand that gives the result its batch stays.
// CHECK-LABEL: func.func @expand_that_counts_stays(
// CHECK: onnx.node "Expand"
func.func @expand_that_counts_stays(%x: tensor<1x4xf32>, %y: tensor<?xf32> {onnx.dims = ["b"]}) -> tensor<?x4xf32> {
  %four = onnx.constant dense<4> : tensor<1xi64>
  %0 = onnx.node "Shape" (%y) {} : (tensor<?xf32>) -> tensor<1xi64>
  %1 = onnx.node "Concat" (%0, %four) {axis = 0 : i64} : (tensor<1xi64>, tensor<1xi64>) -> tensor<2xi64>
  %2 = onnx.node "Expand" (%x, %1) {} : (tensor<1x4xf32>, tensor<2xi64>) -> tensor<?x4xf32>
  %3 = onnx.node "Add" (%2, %x) {} : (tensor<?x4xf32>, tensor<1x4xf32>) -> tensor<?x4xf32>
  return %3 : tensor<?x4xf32>
}

// -----

// CHECK-LABEL: func.func @batched_transpose(
// CHECK: onnx.node "Transpose"(%arg0) {perm = array<i64: 0, 1, 3, 2>}
// CHECK-NOT: "Reshape"
func.func @batched_transpose(%x: tensor<?x4x?x16xf32> {onnx.dims = ["b", 4, "t", 16]}) -> tensor<?x4x16x?xf32> {
  %minus = onnx.constant dense<-1> : tensor<1xi64>
  %1 = onnx.node "Shape" (%x) {start = 2 : i64} : (tensor<?x4x?x16xf32>) -> tensor<2xi64>
  %2 = onnx.node "Concat" (%minus, %1) {axis = 0 : i64} : (tensor<1xi64>, tensor<2xi64>) -> tensor<3xi64>
  %3 = onnx.node "Reshape" (%x, %2) {} : (tensor<?x4x?x16xf32>, tensor<3xi64>) -> tensor<?x?x16xf32>
  %4 = onnx.node "Transpose" (%3) {perm = array<i64: 0, 2, 1>} : (tensor<?x?x16xf32>) -> tensor<?x16x?xf32>
  %t = onnx.node "Shape" (%x) {end = 3 : i64, start = 2 : i64} : (tensor<?x4x?x16xf32>) -> tensor<1xi64>
  %known = onnx.constant dense<[-1, 4, 16]> : tensor<3xi64>
  %5 = onnx.node "Concat" (%known, %t) {axis = 0 : i64} : (tensor<3xi64>, tensor<1xi64>) -> tensor<4xi64>
  %6 = onnx.node "Reshape" (%4, %5) {} : (tensor<?x16x?xf32>, tensor<4xi64>) -> tensor<?x4x16x?xf32>
  return %6 : tensor<?x4x16x?xf32>
}

// -----

// CHECK-LABEL: func.func @softmax_of_the_last_axis(
// CHECK: onnx.node "Softmax"(%arg0) {axis = -1 : i64} : (tensor<2x3x4xf32>)
func.func @softmax_of_the_last_axis(%x: tensor<2x3x4xf32>) -> tensor<2x3x4xf32> {
  %shape = onnx.constant dense<[2, 3, 4]> : tensor<3xi64>
  %0 = onnx.node "Flatten" (%x) {axis = 2 : i64} : (tensor<2x3x4xf32>) -> tensor<6x4xf32>
  %1 = onnx.node "Softmax" (%0) {axis = -1 : i64} : (tensor<6x4xf32>) -> tensor<6x4xf32>
  %2 = onnx.node "Reshape" (%1, %shape) {} : (tensor<6x4xf32>, tensor<3xi64>) -> tensor<2x3x4xf32>
  return %2 : tensor<2x3x4xf32>
}

// -----

// Tests that a softmax over the columns of a flattened matrix stays: each of
// them holds elements of many rows.
// CHECK-LABEL: func.func @columns_of_a_flattened_matrix(
// CHECK: onnx.node "Softmax"(%{{.*}}) {axis = 0 : i64}
func.func @columns_of_a_flattened_matrix(%x: tensor<2x3x4xf32>) -> tensor<2x3x4xf32> {
  %shape = onnx.constant dense<[2, 3, 4]> : tensor<3xi64>
  %0 = onnx.node "Flatten" (%x) {axis = 2 : i64} : (tensor<2x3x4xf32>) -> tensor<6x4xf32>
  %1 = onnx.node "Softmax" (%0) {axis = 0 : i64} : (tensor<6x4xf32>) -> tensor<6x4xf32>
  %2 = onnx.node "Reshape" (%1, %shape) {} : (tensor<6x4xf32>, tensor<3xi64>) -> tensor<2x3x4xf32>
  return %2 : tensor<2x3x4xf32>
}

// -----

// Tests that a maximum of three keeps its three inputs.
// CHECK-LABEL: func.func @maximum_of_three(
// CHECK: onnx.node "Max"(%0, %arg0, %arg1)
func.func @maximum_of_three(%x: tensor<4xf32>, %y: tensor<4xf32>) -> tensor<4xf32> {
  %c = onnx.constant dense<1.0> : tensor<4xf32>
  %0 = onnx.node "Max" (%c, %x, %y) {} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}
