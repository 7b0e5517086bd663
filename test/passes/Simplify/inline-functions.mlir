// RUN: tandem-opt %s --tandem-inline-functions --mlir-print-debuginfo --mlir-print-local-scope --split-input-file | FileCheck %s

// A node that names a model-local function becomes its body; the attribute of
// the call replaces the reference and names are joined.
// CHECK-LABEL: func.func @function_shadows_contributed_operator(
// CHECK: %[[SUM:.*]] = onnx.node "Add" opset 24(%arg0, %arg1) {} {{.*}} loc("norm/sum"(callsite
// CHECK: onnx.node "RMSNormalization" opset 24(%[[SUM]], %arg0) {epsilon = 9.99999997E-7 : f32}
// CHECK: return
// CHECK-NOT: onnx.function
onnx.function @skip "SkipNorm" domain "com.microsoft" required ["epsilon"] defaults {} {
^bb0(%x: !onnx.unknown, %y: !onnx.unknown):
  %0 = onnx.node "Add" opset 24 (%x, %y) {} : (!onnx.unknown, !onnx.unknown) -> !onnx.unknown loc("sum")
  %1 = onnx.node "RMSNormalization" opset 24 (%0, %x) {epsilon = #onnx.ref<"epsilon">} : (!onnx.unknown, !onnx.unknown) -> !onnx.unknown loc("norm")
  onnx.yield %1 : !onnx.unknown
}
func.func @function_shadows_contributed_operator(%x: tensor<4xf32>, %y: tensor<4xf32>) -> !onnx.unknown {
  %0 = onnx.node "SkipNorm" domain "com.microsoft" opset 1 (%x, %y) {epsilon = 1.0e-6 : f32} : (tensor<4xf32>, tensor<4xf32>) -> !onnx.unknown loc("norm")
  return %0 : !onnx.unknown
}

// -----

// An optional attribute that the call lacks takes its default, and a missing
// input becomes none.
// CHECK-LABEL: func.func @defaults_and_missing_inputs(
// CHECK: %[[NONE:.*]] = onnx.none
// CHECK: onnx.node "Clip" opset 24(%arg0, %[[NONE]]) {mode = 3 : i64}
onnx.function @f "F" domain "local" required [] defaults {mode = 3 : i64} {
^bb0(%x: !onnx.unknown, %y: !onnx.unknown):
  %0 = onnx.node "Clip" opset 24 (%x, %y) {mode = #onnx.ref<"mode">} : (!onnx.unknown, !onnx.unknown) -> !onnx.unknown
  onnx.yield %0 : !onnx.unknown
}
func.func @defaults_and_missing_inputs(%x: tensor<4xf32>) -> !onnx.unknown {
  %0 = onnx.node "F" domain "local" opset 1 (%x) {} : (tensor<4xf32>) -> !onnx.unknown
  return %0 : !onnx.unknown
}

// -----

// A function may call another; an operator of another domain stays.
// CHECK-LABEL: func.func @nested_calls(
// CHECK: onnx.node "Neg" opset 24
// CHECK: onnx.node "Inner" domain "other" opset 1
onnx.function @outer "Outer" domain "local" required [] defaults {} {
^bb0(%x: !onnx.unknown):
  %0 = onnx.node "Inner" domain "local" opset 1 (%x) {} : (!onnx.unknown) -> !onnx.unknown
  onnx.yield %0 : !onnx.unknown
}
onnx.function @inner "Inner" domain "local" required [] defaults {} {
^bb0(%x: !onnx.unknown):
  %0 = onnx.node "Neg" opset 24 (%x) {} : (!onnx.unknown) -> !onnx.unknown
  onnx.yield %0 : !onnx.unknown
}
func.func @nested_calls(%x: tensor<4xf32>) -> !onnx.unknown {
  %0 = onnx.node "Outer" domain "local" opset 1 (%x) {} : (tensor<4xf32>) -> !onnx.unknown
  %1 = onnx.node "Inner" domain "other" opset 1 (%0) {} : (!onnx.unknown) -> !onnx.unknown
  return %1 : !onnx.unknown
}
