// RUN: tandem-opt %s --tandem-convert-opset --split-input-file | FileCheck %s

// Axes were an attribute before version 13.
// CHECK-LABEL: func.func @axes_become_an_input(
// CHECK: %[[AXES:.*]] = onnx.constant dense<1> : tensor<1xi64>
// CHECK: onnx.node "Squeeze"(%arg0, %[[AXES]]) {} :
func.func @axes_become_an_input(%x: tensor<2x1xf32>) -> !onnx.unknown {
  %0 = onnx.node "Squeeze" opset 11 (%x) {axes = array<i64: 1>} : (tensor<2x1xf32>) -> !onnx.unknown
  return %0 : !onnx.unknown
}

// -----

// The boundary: version 17 of ReduceMean has the attribute, version 18 the input.
// CHECK-LABEL: func.func @reduce_mean_boundary(
// CHECK: %[[AXES:.*]] = onnx.constant dense<-1> : tensor<1xi64>
// CHECK: onnx.node "ReduceMean"(%arg0, %[[AXES]]) {keepdims = 1 : i64} :
// CHECK: onnx.node "ReduceMean"(%arg0, %arg1) {} :
func.func @reduce_mean_boundary(%x: tensor<2x4xf32>, %axes: tensor<1xi64>) -> (!onnx.unknown, !onnx.unknown) {
  %0 = onnx.node "ReduceMean" opset 17 (%x) {axes = array<i64: -1>, keepdims = 1 : i64} : (tensor<2x4xf32>) -> !onnx.unknown
  %1 = onnx.node "ReduceMean" opset 18 (%x, %axes) {} : (tensor<2x4xf32>, tensor<1xi64>) -> !onnx.unknown
  return %0, %1 : !onnx.unknown, !onnx.unknown
}

// -----

// Before version 13, softmax ran over all axes from `axis` on.
// CHECK-LABEL: func.func @softmax_was_flattened(
// CHECK: %[[FLAT:.*]] = onnx.node "Flatten"(%arg0) {axis = 1 : i64}
// CHECK: %[[SOFTMAX:.*]] = onnx.node "Softmax"(%[[FLAT]]) {axis = -1 : i64}
// CHECK: %[[SHAPE:.*]] = onnx.node "Shape"(%arg0)
// CHECK: onnx.node "Reshape"(%[[SOFTMAX]], %[[SHAPE]])
func.func @softmax_was_flattened(%x: tensor<2x3x4xf32>) -> !onnx.unknown {
  %0 = onnx.node "Softmax" opset 11 (%x) {} : (tensor<2x3x4xf32>) -> !onnx.unknown
  return %0 : !onnx.unknown
}

// -----

// CHECK-LABEL: func.func @clip_bounds_become_inputs(
// CHECK: %[[MIN:.*]] = onnx.none
// CHECK: %[[MAX:.*]] = onnx.constant dense<6.000000e+00> : tensor<f32>
// CHECK: onnx.node "Clip"(%arg0, %[[MIN]], %[[MAX]]) {} :
func.func @clip_bounds_become_inputs(%x: tensor<4xf32>) -> !onnx.unknown {
  %0 = onnx.node "Clip" opset 10 (%x) {max = 6.0 : f32} : (tensor<4xf32>) -> !onnx.unknown
  return %0 : !onnx.unknown
}

// -----

// CHECK-LABEL: func.func @slice_attributes_become_inputs(
// CHECK: onnx.node "Slice"(%arg0, %{{.*}}, %{{.*}}, %{{.*}}) {} :
func.func @slice_attributes_become_inputs(%x: tensor<4xf32>) -> !onnx.unknown {
  %0 = onnx.node "Slice" opset 9 (%x) {axes = array<i64: 0>, ends = array<i64: 2>, starts = array<i64: 0>} : (tensor<4xf32>) -> !onnx.unknown
  return %0 : !onnx.unknown
}

// -----

// CHECK-LABEL: func.func @identity_dropout_and_constant_go(
// CHECK-NOT: "Identity"
// CHECK-NOT: "Dropout"
// CHECK: %[[C:.*]] = onnx.constant dense<2.000000e+00> : tensor<f32>
// CHECK: onnx.node "Add"(%arg0, %[[C]])
func.func @identity_dropout_and_constant_go(%x: tensor<4xf32>) -> !onnx.unknown {
  %0 = onnx.node "Identity" opset 18 (%x) {} : (tensor<4xf32>) -> !onnx.unknown
  %1 = onnx.node "Dropout" opset 18 (%0) {} : (!onnx.unknown) -> !onnx.unknown
  %2 = onnx.node "Constant" opset 18 () {value_float = 2.0 : f32} : () -> !onnx.unknown
  %3 = onnx.node "Add" opset 18 (%1, %2) {} : (!onnx.unknown, !onnx.unknown) -> !onnx.unknown
  return %3 : !onnx.unknown
}

// -----

// CHECK-LABEL: func.func @many_operands_become_a_chain(
// CHECK: %[[A:.*]] = onnx.node "Max"(%arg0, %arg1)
// CHECK: onnx.node "Max"(%[[A]], %arg2)
// CHECK: onnx.node "Add"(%arg0, %arg1)
func.func @many_operands_become_a_chain(%x: tensor<4xi64>, %y: tensor<4xi64>, %z: tensor<4xi64>) -> (!onnx.unknown, !onnx.unknown) {
  %0 = onnx.node "Max" opset 18 (%x, %y, %z) {} : (tensor<4xi64>, tensor<4xi64>, tensor<4xi64>) -> !onnx.unknown
  %1 = onnx.node "Sum" opset 18 (%x, %y) {} : (tensor<4xi64>, tensor<4xi64>) -> !onnx.unknown
  return %0, %1 : !onnx.unknown, !onnx.unknown
}

// -----

// Neither unknown operators nor unknown versions are guessed; a contributed
// operator keeps its domain.
// CHECK-LABEL: func.func @what_is_not_known_stays(
// CHECK: onnx.node "Softmx" opset 18
// CHECK: onnx.node "Relu" opset 26
// CHECK: onnx.node "GroupNormalization" opset 18
// CHECK: onnx.node "FastGelu" domain "com.microsoft" opset 1
func.func @what_is_not_known_stays(%x: tensor<4xf32>) -> (!onnx.unknown, !onnx.unknown, !onnx.unknown, !onnx.unknown) {
  %0 = onnx.node "Softmx" opset 18 (%x) {} : (tensor<4xf32>) -> !onnx.unknown
  %1 = onnx.node "Relu" opset 26 (%x) {} : (tensor<4xf32>) -> !onnx.unknown
  %2 = onnx.node "GroupNormalization" opset 18 (%x, %x, %x) {num_groups = 1 : i64} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> !onnx.unknown
  %3 = onnx.node "FastGelu" domain "com.microsoft" opset 1 (%x) {} : (tensor<4xf32>) -> !onnx.unknown
  return %0, %1, %2, %3 : !onnx.unknown, !onnx.unknown, !onnx.unknown, !onnx.unknown
}
