// RUN: split-file %s %t
// RUN: %import %t functions | FileCheck %s
// Tests that a model-local function keeps its attributes, defaults, overload and
// its own opset versions.

// CHECK: onnx.function @"my.domain.Scale:half" "Scale" domain "my.domain" overload "half" required ["factor"] defaults {bias = 2.000000e+00 : f32} {
// CHECK: ^bb0(%[[X:.*]]: !onnx.unknown):
// CHECK:   %[[F:.*]] = onnx.node "Constant" opset 17() {value_float = #onnx.ref<"factor">}
// CHECK:   %[[Y:.*]] = onnx.node "Mul" opset 17(%[[X]], %[[F]])
// CHECK:   %[[Z:.*]] = onnx.node "Elu" opset 17(%[[Y]]) {alpha = #onnx.ref<"bias">}
// CHECK:   onnx.yield %[[Z]] : !onnx.unknown
// CHECK: func.func @main
// CHECK:   onnx.node "Scale" domain "my.domain" overload "half" opset 1(%arg0) {factor = 3.000000e+00 : f32}

//--- functions.textproto
ir_version: 10
opset_import { version: 18 }
opset_import { domain: "my.domain" version: 1 }
graph {
  input { name: "x" type { tensor_type { elem_type: 1 } } }
  output { name: "y" }
  node {
    op_type: "Scale" domain: "my.domain" overload: "half" input: "x" output: "y"
    attribute { name: "factor" type: FLOAT f: 3 }
  }
}
functions {
  name: "Scale" domain: "my.domain" overload: "half"
  input: "x" output: "z" attribute: "factor"
  attribute_proto { name: "bias" type: FLOAT f: 2 }
  opset_import { version: 17 }
  node { op_type: "Constant" output: "f" attribute { name: "value_float" type: FLOAT ref_attr_name: "factor" } }
  node { op_type: "Mul" input: "x" input: "f" output: "y" }
  node { op_type: "Elu" input: "y" output: "z" attribute { name: "alpha" type: FLOAT ref_attr_name: "bias" } }
}
