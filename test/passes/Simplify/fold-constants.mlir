// RUN: tandem-opt %s --tandem-fold-constants --split-input-file | FileCheck %s

// CHECK-LABEL: func.func @known_dimension(
// CHECK: %[[C:.*]] = onnx.constant dense<4> : tensor<1xi64>
// CHECK: return %[[C]]
func.func @known_dimension(%x: tensor<?x4xf32>) -> tensor<1xi64> {
  %0 = onnx.node "Shape" (%x) {start = 1 : i64} : (tensor<?x4xf32>) -> tensor<1xi64>
  return %0 : tensor<1xi64>
}

// -----

// CHECK-LABEL: func.func @unknown_dimension_stays(
// CHECK: onnx.node "Shape"
func.func @unknown_dimension_stays(%x: tensor<?x4xf32>) -> tensor<1xi64> {
  %0 = onnx.node "Shape" (%x) {end = 1 : i64} : (tensor<?x4xf32>) -> tensor<1xi64>
  return %0 : tensor<1xi64>
}

// -----

// What exporters write around Expand: no dimension is ever -1.
// CHECK-LABEL: func.func @comparison_with_minus_one(
// CHECK: %[[SHAPE:.*]] = onnx.node "Shape"(%arg0)
// CHECK-NOT: "Where"
// CHECK: return %[[SHAPE]]
func.func @comparison_with_minus_one(%x: tensor<?x?xf32> {onnx.dims = ["b", "s"]}) -> tensor<2xi64> {
  %minus = onnx.constant dense<-1> : tensor<2xi64>
  %ones = onnx.constant dense<1> : tensor<2xi64>
  %0 = onnx.node "Shape" (%x) {} : (tensor<?x?xf32>) -> tensor<2xi64>
  %1 = onnx.node "Equal" (%0, %minus) {} : (tensor<2xi64>, tensor<2xi64>) -> tensor<2xi1>
  %2 = onnx.node "Where" (%1, %ones, %0) {} : (tensor<2xi1>, tensor<2xi64>, tensor<2xi64>) -> tensor<2xi64>
  return %2 : tensor<2xi64>
}

// -----

// The scale of an attention, computed from the head size: floats are evaluated.
// CHECK-LABEL: func.func @evaluated_floats(
// CHECK: %[[C:.*]] = onnx.constant dense<4.000000e+00> : tensor<f32>
// CHECK: return %[[C]]
func.func @evaluated_floats(%x: tensor<?x16xf32>) -> tensor<f32> {
  %index = onnx.constant dense<1> : tensor<i64>
  %0 = onnx.node "Shape" (%x) {} : (tensor<?x16xf32>) -> tensor<2xi64>
  %1 = onnx.node "Gather" (%0, %index) {axis = 0 : i64} : (tensor<2xi64>, tensor<i64>) -> tensor<i64>
  %2 = onnx.node "Cast" (%1) {to = 1 : i64} : (tensor<i64>) -> tensor<f32>
  %3 = onnx.node "Sqrt" (%2) {} : (tensor<f32>) -> tensor<f32>
  return %3 : tensor<f32>
}

// -----

// Weights are not touched: who consumes the transpose absorbs it.
// CHECK-LABEL: func.func @weight_is_left_alone(
// CHECK: onnx.node "Transpose"
func.func @weight_is_left_alone() -> tensor<64x32xf32> {
  %0 = onnx.constant #onnx.weight<"model.onnx", 0, 8192> : tensor<32x64xf32>
  %1 = onnx.node "Transpose" (%0) {perm = array<i64: 1, 0>} : (tensor<32x64xf32>) -> tensor<64x32xf32>
  return %1 : tensor<64x32xf32>
}

// -----

// The boundary: 128 int64 elements are 1024 bytes, one more is too many.
// CHECK-LABEL: func.func @size_boundary(
// CHECK: %[[C:.*]] = onnx.constant dense<7> : tensor<128xi64>
// CHECK: %[[N:.*]] = onnx.node "Expand"
// CHECK: return %[[C]], %[[N]]
func.func @size_boundary() -> (tensor<128xi64>, tensor<129xi64>) {
  %seven = onnx.constant dense<7> : tensor<1xi64>
  %fits = onnx.constant dense<128> : tensor<1xi64>
  %large = onnx.constant dense<129> : tensor<1xi64>
  %0 = onnx.node "Expand" (%seven, %fits) {} : (tensor<1xi64>, tensor<1xi64>) -> tensor<128xi64>
  %1 = onnx.node "Expand" (%seven, %large) {} : (tensor<1xi64>, tensor<1xi64>) -> tensor<129xi64>
  return %0, %1 : tensor<128xi64>, tensor<129xi64>
}

// -----

// CHECK-LABEL: func.func @constant_condition(
// CHECK-NOT: "If"
// CHECK: %[[R:.*]] = onnx.node "Exp"(%arg0)
// CHECK: return %[[R]]
func.func @constant_condition(%x: tensor<4xf32>) -> tensor<4xf32> {
  %false = onnx.constant dense<false> : tensor<i1>
  %0 = onnx.node "If" (%false) {} subgraphs ["then_branch", "else_branch"] {
    %1 = onnx.node "Neg" (%x) {} : (tensor<4xf32>) -> tensor<4xf32>
    onnx.yield %1 : tensor<4xf32>
  }, {
    %1 = onnx.node "Exp" (%x) {} : (tensor<4xf32>) -> tensor<4xf32>
    onnx.yield %1 : tensor<4xf32>
  } : (tensor<i1>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

// A comparison of dimensions that can go either way stays.
// CHECK-LABEL: func.func @symbolic_condition_stays(
// CHECK: onnx.node "If"
func.func @symbolic_condition_stays(%x: tensor<?xf32>) -> tensor<f32> {
  %limit = onnx.constant dense<16> : tensor<i64>
  %0 = onnx.node "Size" (%x) {} : (tensor<?xf32>) -> tensor<i64>
  %1 = onnx.node "Greater" (%0, %limit) {} : (tensor<i64>, tensor<i64>) -> tensor<i1>
  %2 = onnx.node "If" (%1) {} subgraphs ["then_branch", "else_branch"] {
    %3 = onnx.constant dense<1.0> : tensor<f32>
    onnx.yield %3 : tensor<f32>
  }, {
    %3 = onnx.constant dense<2.0> : tensor<f32>
    onnx.yield %3 : tensor<f32>
  } : (tensor<i1>) -> tensor<f32>
  return %2 : tensor<f32>
}
