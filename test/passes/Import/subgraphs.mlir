// RUN: split-file %s %t
// RUN: %import %t subgraphs | FileCheck %s
// Tests that subgraphs become regions that use values of the graph around them,
// with constants and arguments of their own.

// CHECK: func.func @main(%[[COND:.*]]: tensor<i1> {{.*}}, %[[X:.*]]: tensor<?xf32>
// CHECK: %[[IF:.*]] = onnx.node "If" opset 18(%[[COND]]) {} subgraphs ["then_branch", "else_branch"] {
// CHECK:   %[[R:.*]] = onnx.node "Relu" opset 18(%[[X]]) {} : (tensor<?xf32>) -> tensor<?xf32>
// CHECK:   onnx.yield %[[R]] : tensor<?xf32>
// CHECK: }, {
// CHECK:   onnx.yield %[[X]] : tensor<?xf32>
// CHECK: } : (tensor<i1>) -> !onnx.unknown
// CHECK: onnx.node "Loop" opset 18(%{{.*}}, %{{.*}}, %[[IF]]) {} subgraphs ["body"] {
// CHECK: ^bb0(%{{.*}}: tensor<i64>, %[[GO:.*]]: tensor<i1>, %[[STATE:.*]]: !onnx.unknown):
// CHECK:   %[[ONE:.*]] = onnx.constant dense<1.000000e+00> : tensor<1xf32>
// CHECK:   %[[SUM:.*]] = onnx.node "Add" opset 18(%[[STATE]], %[[ONE]])
// CHECK:   onnx.yield %[[GO]], %[[SUM]] : tensor<i1>, !onnx.unknown

//--- subgraphs.textproto
ir_version: 8
opset_import { version: 18 }
graph {
  input { name: "cond" type { tensor_type { elem_type: 9 shape {} } } }
  input { name: "x" type { tensor_type { elem_type: 1 shape { dim {} } } } }
  output { name: "y" }
  node {
    op_type: "If" input: "cond" output: "branch"
    attribute { name: "then_branch" type: GRAPH g {
      node { op_type: "Relu" input: "x" output: "r" }
      output { name: "r" type { tensor_type { elem_type: 1 shape { dim {} } } } } } }
    attribute { name: "else_branch" type: GRAPH g { output { name: "x" } } }
  }
  node {
    op_type: "Loop" input: "" input: "" input: "branch" output: "y"
    attribute { name: "body" type: GRAPH g {
      input { name: "i" type { tensor_type { elem_type: 7 shape {} } } }
      input { name: "go" type { tensor_type { elem_type: 9 shape {} } } }
      input { name: "state" }
      initializer { name: "one" data_type: 1 dims: 1 float_data: 1 }
      node { op_type: "Add" input: "state" input: "one" output: "sum" }
      output { name: "go" }
      output { name: "sum" } } }
  }
}
