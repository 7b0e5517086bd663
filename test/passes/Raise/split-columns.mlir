// RUN: tandem-opt %s --tandem-split-columns --split-input-file | FileCheck %s

// Tests that slices of the last axis, with bounds counted from either end,
// become results of one split, and that columns nobody takes are a piece too.
// CHECK-LABEL: func.func @two_halves(
// CHECK: %[[SIZES:.*]] = onnx.constant dense<4> : tensor<2xi64>
// CHECK: %1:2 = onnx.node "Split"(%arg0, %0) {axis = 2 : i64} : (tensor<?x?x8xf32>, tensor<2xi64>) -> (tensor<?x?x4xf32>, tensor<?x?x4xf32>)
// CHECK: return %1#0, %1#1
func.func @two_halves(%x: tensor<?x?x8xf32>) -> (tensor<?x?x4xf32>, tensor<?x?x4xf32>) {
  %zero = onnx.constant dense<0> : tensor<1xi64>
  %one = onnx.constant dense<1> : tensor<1xi64>
  %four = onnx.constant dense<4> : tensor<1xi64>
  %last = onnx.constant dense<-1> : tensor<1xi64>
  %back = onnx.constant dense<-4> : tensor<1xi64>
  %end = onnx.constant dense<9223372036854775807> : tensor<1xi64>
  %a = onnx.node "Slice" (%x, %zero, %four, %last, %one) {} : (tensor<?x?x8xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?x?x4xf32>
  %b = onnx.node "Slice" (%x, %back, %end, %last, %one) {} : (tensor<?x?x8xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?x?x4xf32>
  return %a, %b : tensor<?x?x4xf32>, tensor<?x?x4xf32>
}

// -----

// Tests that slices that overlap, have a step or another axis stay.
// CHECK-LABEL: func.func @others_stay(
// CHECK-COUNT-3: onnx.node "Slice"
func.func @others_stay(%x: tensor<?x?x8xf32>) -> (tensor<?x?x4xf32>, tensor<?x?x6xf32>, tensor<?x?x4xf32>, tensor<?x1x8xf32>) {
  %zero = onnx.constant dense<0> : tensor<1xi64>
  %one = onnx.constant dense<1> : tensor<1xi64>
  %two = onnx.constant dense<2> : tensor<1xi64>
  %four = onnx.constant dense<4> : tensor<1xi64>
  %six = onnx.constant dense<6> : tensor<1xi64>
  %eight = onnx.constant dense<8> : tensor<1xi64>
  %a = onnx.node "Slice" (%x, %zero, %four, %two, %one) {} : (tensor<?x?x8xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?x?x4xf32>
  %b = onnx.node "Slice" (%x, %zero, %six, %two, %one) {} : (tensor<?x?x8xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?x?x6xf32>
  %c = onnx.node "Slice" (%x, %zero, %eight, %two, %two) {} : (tensor<?x?x8xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?x?x4xf32>
  %d = onnx.node "Slice" (%x, %zero, %one, %one, %one) {} : (tensor<?x?x8xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?x1x8xf32>
  return %a, %b, %c, %d : tensor<?x?x4xf32>, tensor<?x?x6xf32>, tensor<?x?x4xf32>, tensor<?x1x8xf32>
}
