// RUN: tandem-opt %s --split-input-file | tandem-opt --split-input-file | FileCheck %s
// Tests that every form of the onnx dialect prints as it is read.

// CHECK-LABEL: func.func @node(
func.func @node(%ids: tensor<?x?xi64>) -> !onnx.unknown {
  // CHECK: onnx.constant #onnx.weight<"model.onnx", 64, 65536> : tensor<256x64xf32>
  %table = onnx.constant #onnx.weight<"model.onnx", 64, 65536> : tensor<256x64xf32>
  // CHECK: onnx.node "Gather" opset 18(%{{.*}}, %{{.*}}) {axis = 0 : i64} : (tensor<256x64xf32>, tensor<?x?xi64>) -> !onnx.unknown
  %0 = onnx.node "Gather" opset 18 (%table, %ids) {axis = 0 : i64} : (tensor<256x64xf32>, tensor<?x?xi64>) -> !onnx.unknown
  return %0 : !onnx.unknown
}

// -----

// CHECK-LABEL: func.func @omitted_input(
func.func @omitted_input() -> none {
  // CHECK: onnx.none
  %none = onnx.none
  return %none : none
}

// -----

// CHECK: onnx.function @f "SkipNorm" domain "com.microsoft" required ["epsilon"] defaults {} {
onnx.function @f "SkipNorm" domain "com.microsoft" required ["epsilon"] defaults {} {
^bb0(%x: !onnx.unknown):
  // CHECK: onnx.yield %{{.*}} : !onnx.unknown
  onnx.yield %x : !onnx.unknown
}

// -----

// CHECK-LABEL: func.func @subgraph(
func.func @subgraph(%0: tensor<4xf32>, %condition: tensor<i1>) -> tensor<4xf32> {
  // CHECK: subgraphs ["then_branch", "else_branch"]
  %1 = onnx.node "If" opset 18 (%condition) {} subgraphs ["then_branch", "else_branch"] {
    onnx.yield %0 : tensor<4xf32>
  }, {
    onnx.yield %0 : tensor<4xf32>
  } : (tensor<i1>) -> tensor<4xf32>
  return %1 : tensor<4xf32>
}
