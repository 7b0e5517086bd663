// RUN: tandem-opt %s --tandem-remove-noops --split-input-file | FileCheck %s

// CHECK-LABEL: func.func @cast_to_own_type(
// CHECK-NEXT: return %arg0
func.func @cast_to_own_type(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %0 = onnx.node "Cast" (%x) {to = 1 : i64} : (tensor<?x4xf32>) -> tensor<?x4xf32>
  return %0 : tensor<?x4xf32>
}

// -----

// CHECK-LABEL: func.func @cast_to_other_type_stays(
// CHECK: onnx.node "Cast"
func.func @cast_to_other_type_stays(%x: tensor<?x4xf32>) -> tensor<?x4xf16> {
  %0 = onnx.node "Cast" (%x) {to = 10 : i64} : (tensor<?x4xf32>) -> tensor<?x4xf16>
  return %0 : tensor<?x4xf16>
}

// -----

// A slice up to the length of the dimension takes all of it.
// CHECK-LABEL: func.func @slice_of_everything(
// CHECK-NEXT: return %arg0
func.func @slice_of_everything(%x: tensor<?x?xf32> {onnx.dims = ["b", "t"]}) -> tensor<?x?xf32> {
  %zero = onnx.constant dense<0> : tensor<1xi64>
  %one = onnx.constant dense<1> : tensor<1xi64>
  %length = onnx.node "Shape" (%x) {start = 1 : i64} : (tensor<?x?xf32>) -> tensor<1xi64>
  %0 = onnx.node "Slice" (%x, %zero, %length, %one) {} : (tensor<?x?xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

// -----

// Equal lengths are not enough: this one reverses.
// CHECK-LABEL: func.func @reversing_slice_stays(
// CHECK: onnx.node "Slice"
func.func @reversing_slice_stays(%x: tensor<4xf32>) -> tensor<4xf32> {
  %start = onnx.constant dense<3> : tensor<1xi64>
  %end = onnx.constant dense<-9223372036854775808> : tensor<1xi64>
  %axis = onnx.constant dense<0> : tensor<1xi64>
  %step = onnx.constant dense<-1> : tensor<1xi64>
  %0 = onnx.node "Slice" (%x, %start, %end, %axis, %step) {} : (tensor<4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

// CHECK-LABEL: func.func @chain_that_returns(
// CHECK-NEXT: return %arg0
func.func @chain_that_returns(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %one = onnx.constant dense<1> : tensor<1xi64>
  %0 = onnx.node "Unsqueeze" (%x, %one) {} : (tensor<?x4xf32>, tensor<1xi64>) -> tensor<?x1x4xf32>
  %1 = onnx.node "Squeeze" (%0, %one) {} : (tensor<?x1x4xf32>, tensor<1xi64>) -> tensor<?x4xf32>
  return %1 : tensor<?x4xf32>
}

// -----

// A permutation of equal lengths moves elements.
// CHECK-LABEL: func.func @transpose_of_square_stays(
// CHECK: onnx.node "Transpose"
func.func @transpose_of_square_stays(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %0 = onnx.node "Transpose" (%x) {perm = array<i64: 1, 0>} : (tensor<4x4xf32>) -> tensor<4x4xf32>
  return %0 : tensor<4x4xf32>
}
