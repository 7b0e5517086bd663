// RUN: split-file %s %t
// RUN: %import %t model --mlir-print-debuginfo --mlir-print-local-scope | FileCheck %s
// RUN: %import %t model | tandem-opt | FileCheck %s --check-prefix=EXAMPLE
// Tests that a graph imports node for node, with names, types and versions.

// CHECK: module attributes {onnx.ir_version = 8 : i64, onnx.opsets = {ai.onnx = 18 : i64, com.microsoft = 1 : i64}, onnx.producer = "pytorch 2.9"}
// CHECK: func.func @main(%arg0: tensor<?x4xf32> {onnx.dims = ["batch", 4], onnx.name = "x"} loc("x"))
// CHECK-SAME: -> (tensor<?x4xf32> {onnx.dims = ["batch", 4], onnx.name = "y"}, !onnx.unknown {onnx.name = "z"})
// CHECK: %[[R:.*]] = onnx.node "Relu" opset 18(%arg0) {} : (tensor<?x4xf32>) -> tensor<?x4xf32> loc("/relu")
// CHECK: %[[NONE:.*]] = onnx.none loc("Clip #1")
// CHECK: %[[C:.*]] = onnx.node "Clip" opset 18(%[[R]], %[[NONE]], %arg0) {} : (tensor<?x4xf32>, none, tensor<?x4xf32>) -> !onnx.unknown loc("Clip #1")
// CHECK: %[[S:.*]]:2 = onnx.node "SkipLayerNormalization" domain "com.microsoft" opset 1(%[[C]])
// CHECK-SAME: {axes = array<i64: 1, 2>, epsilon = 5.000000e-01 : f32, mode = "linear", modes = ["a", "b"], scales = array<f32: 1.000000e+00, 2.000000e+00>, to = 1 : i64, type = tensor<?xi64>}
// CHECK: return %[[R]], %[[S]]#1 : tensor<?x4xf32>, !onnx.unknown

// EXAMPLE: %0 = onnx.node "Relu" opset 18(%arg0) {} : (tensor<?x4xf32>) -> tensor<?x4xf32>

//--- model.textproto
ir_version: 8
producer_name: "pytorch"
producer_version: "2.9"
opset_import { version: 18 }
opset_import { domain: "com.microsoft" version: 1 }
graph {
  input { name: "x" type { tensor_type { elem_type: 1 shape { dim { dim_param: "batch" } dim { dim_value: 4 } } } } }
  output { name: "y" type { tensor_type { elem_type: 1 shape { dim { dim_param: "batch" } dim { dim_value: 4 } } } } }
  output { name: "z" }
  node { op_type: "Relu" name: "/relu" input: "x" output: "y" domain: "ai.onnx" }
  node { op_type: "Clip" input: "y" input: "" input: "x" output: "c" }
  node {
    op_type: "SkipLayerNormalization" domain: "com.microsoft"
    input: "c" output: "" output: "z"
    attribute { name: "epsilon" type: FLOAT f: 0.5 }
    attribute { name: "to" type: INT i: 1 }
    attribute { name: "mode" type: STRING s: "linear" }
    attribute { name: "axes" type: INTS ints: [1, 2] }
    attribute { name: "scales" type: FLOATS floats: [1, 2] }
    attribute { name: "modes" type: STRINGS strings: ["a", "b"] }
    attribute { name: "type" type: TYPE_PROTO tp { tensor_type { elem_type: 7 shape { dim {} } } } }
  }
}
