// RUN: split-file %s %t
// RUN: %import %t types | FileCheck %s
// Tests the types of values: tensors with and without shape, types that are no
// tensors, and values without a type.

// CHECK: func.func @main(%arg0: tensor<*xui8> {onnx.name = "unranked"}, %arg1: tensor<i64> {onnx.dims = [], onnx.name = "scalar"}, %arg2: tensor<?x!onnx.string> {onnx.dims = [""], onnx.name = "text"})
// CHECK: onnx.node "SequenceConstruct" opset 18(%arg0) {} : (tensor<*xui8>) -> !onnx.opaque<"seq(tensor(UINT8))">
// CHECK: onnx.node "Optional" opset 18(%arg0) {} : (tensor<*xui8>) -> !onnx.opaque<"optional(seq(tensor(UINT8)))">
// CHECK: onnx.node "Identity" opset 18(%arg1) {} : (tensor<i64>) -> !onnx.unknown

//--- types.textproto
ir_version: 8
opset_import { version: 18 }
graph {
  input { name: "unranked" type { tensor_type { elem_type: 2 } } }
  input { name: "scalar" type { tensor_type { elem_type: 7 shape {} } } }
  input { name: "text" type { tensor_type { elem_type: 8 shape { dim {} } } } }
  output { name: "id" }
  value_info { name: "seq" type { sequence_type { elem_type { tensor_type { elem_type: 2 } } } } }
  value_info { name: "opt" type { optional_type { elem_type { sequence_type { elem_type { tensor_type { elem_type: 2 } } } } } } }
  node { op_type: "SequenceConstruct" input: "unranked" output: "seq" }
  node { op_type: "Optional" input: "unranked" output: "opt" }
  node { op_type: "Identity" input: "scalar" output: "id" }
}
