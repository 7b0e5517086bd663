// RUN: tandem-opt %s --tandem-rebuild-shape-arithmetic --split-input-file | FileCheck %s

// The limit of a range, computed through an intermediate value, is computed
// from the arguments.
// CHECK-LABEL: func.func @limit_of_a_range(
// CHECK-DAG: %[[NEW:.*]] = onnx.node "Shape"(%arg0) {end = 1 : i64, start = 0 : i64}
// CHECK-DAG: %[[PAST:.*]] = onnx.node "Shape"(%arg1) {end = 2 : i64, start = 1 : i64}
// CHECK: %[[SUM:.*]] = onnx.node "Add"(%[[NEW]], %[[PAST]])
// CHECK: %[[LIMIT:.*]] = onnx.node "Squeeze"(%[[SUM]],
// CHECK: onnx.node "Range"(%{{.*}}, %[[LIMIT]], %{{.*}})
func.func @limit_of_a_range(%ids: tensor<?xi64> {onnx.dims = ["new"]}, %past: tensor<2x?xf32> {onnx.dims = [2, "past"]}) -> tensor<?xi64> {
  %zero = onnx.constant dense<0> : tensor<i64>
  %one = onnx.constant dense<1> : tensor<i64>
  %0 = onnx.node "Shape" (%past) {} : (tensor<2x?xf32>) -> tensor<2xi64>
  %1 = onnx.node "Gather" (%0, %one) {axis = 0 : i64} : (tensor<2xi64>, tensor<i64>) -> tensor<i64>
  %2 = onnx.node "Neg" (%ids) {} : (tensor<?xi64>) -> tensor<?xi64>
  %3 = onnx.node "Size" (%2) {} : (tensor<?xi64>) -> tensor<i64>
  %4 = onnx.node "Add" (%1, %3) {} : (tensor<i64>, tensor<i64>) -> tensor<i64>
  %5 = onnx.node "Range" (%zero, %4, %one) {} : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  return %5 : tensor<?xi64>
}

// -----

// A length that only the data tells cannot be computed from arguments.
// CHECK-LABEL: func.func @data_dependent_length_stays(
// CHECK: %[[N:.*]] = onnx.node "NonZero"
// CHECK: onnx.node "Shape"(%[[N]])
func.func @data_dependent_length_stays(%x: tensor<?xf32> {onnx.dims = ["n"]}) -> tensor<2xi64> {
  %0 = onnx.node "NonZero" (%x) {} : (tensor<?xf32>) -> tensor<1x?xi64>
  %1 = onnx.node "Shape" (%0) {} : (tensor<1x?xi64>) -> tensor<2xi64>
  return %1 : tensor<2xi64>
}
