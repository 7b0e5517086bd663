// RUN: split-file %s %t
// RUN: %import %t nodes | FileCheck %s --check-prefix=NODES
// RUN: %import %t types | FileCheck %s --check-prefix=TYPES
// Tests that small initialisers and all forms of Constant become dense elements,
// in every field that a TensorProto may use.

// NODES: onnx.constant dense<[1, 2]> : tensor<2xi8>
// NODES: onnx.constant dense<5.000000e-01> : tensor<f32>
// NODES: onnx.constant dense<[5.000000e-01, 1.500000e+00]> : tensor<2xf32>
// NODES: onnx.constant dense<-3> : tensor<i64>
// NODES: onnx.constant dense<[3, 4]> : tensor<2xi64>
// NODES: onnx.constant dense<"a"> : tensor<!onnx.string>
// NODES: onnx.constant dense<["a", "b"]> : tensor<2x!onnx.string>
// NODES: onnx.constant dense<{{\[}}[0, 0, 7], [8, 0, 0]]> : tensor<2x3xi64>

// TYPES: onnx.constant dense<[1, -2]> : tensor<2xi32>
// TYPES: onnx.constant dense<[1.000000e+00, -2.000000e+00]> : tensor<2xf16>
// TYPES: onnx.constant dense<[1.000000e+00, -2.000000e+00]> : tensor<2xbf16>
// TYPES: onnx.constant dense<[true, false]> : tensor<2xi1>
// TYPES: onnx.constant dense<[1, -2, 7]> : tensor<3xi4>
// TYPES: onnx.constant dense<[1, 14, 7]> : tensor<3xui4>
// TYPES: onnx.constant dense<[1.000000e+00, -2.000000e+00]> : tensor<2xf8E4M3FN>
// TYPES: onnx.constant dense<[1.000000e+00, -2.000000e+00]> : tensor<2xf4E2M1FN>
// TYPES: onnx.constant dense<[1, 4294967295]> : tensor<2xui32>
// TYPES: onnx.constant dense<[1, 18446744073709551615]> : tensor<2xui64>
// TYPES: onnx.constant dense<[1.000000e+00, -2.000000e+00]> : tensor<2xf64>
// TYPES: onnx.constant dense<(1.000000e+00,-2.000000e+00)> : tensor<1xcomplex<f32>>
// TYPES: onnx.constant dense<> : tensor<0x4xf32>
// TYPES: onnx.constant dense<["x", "y"]> : tensor<2x!onnx.string>

//--- nodes.textproto
ir_version: 8
opset_import { version: 18 }
graph {
  output { name: "a" }
  node { op_type: "Constant" output: "a" attribute { name: "value" type: TENSOR t { dims: 2 data_type: 3 raw_data: "\001\002" } } }
  node { op_type: "Constant" output: "b" attribute { name: "value_float" type: FLOAT f: 0.5 } }
  node { op_type: "Constant" output: "c" attribute { name: "value_floats" type: FLOATS floats: [0.5, 1.5] } }
  node { op_type: "Constant" output: "d" attribute { name: "value_int" type: INT i: -3 } }
  node { op_type: "Constant" output: "e" attribute { name: "value_ints" type: INTS ints: [3, 4] } }
  node { op_type: "Constant" output: "f" attribute { name: "value_string" type: STRING s: "a" } }
  node { op_type: "Constant" output: "g" attribute { name: "value_strings" type: STRINGS strings: ["a", "b"] } }
  node { op_type: "Constant" output: "h" attribute { name: "sparse_value" type: SPARSE_TENSOR sparse_tensor {
    dims: [2, 3]
    values { dims: 2 data_type: 7 int64_data: [7, 8] }
    indices { dims: 2 data_type: 7 int64_data: [2, 3] } } } }
}
//--- types.textproto
ir_version: 12
opset_import { version: 24 }
graph {
  output { name: "i32" }
  initializer { name: "i32" data_type: 6 dims: 2 int32_data: [1, -2] }
  initializer { name: "f16" data_type: 10 dims: 2 int32_data: [0x3c00, 0xc000] }
  initializer { name: "bf16" data_type: 16 dims: 2 raw_data: "\x80\x3f\x00\xc0" }
  initializer { name: "bool" data_type: 9 dims: 2 int32_data: [1, 0] }
  initializer { name: "i4" data_type: 22 dims: 3 int32_data: [0xe1, 7] }
  initializer { name: "u4" data_type: 21 dims: 3 raw_data: "\xe1\x07" }
  initializer { name: "f8" data_type: 17 dims: 2 raw_data: "\x38\xc0" }
  initializer { name: "f4" data_type: 23 dims: 2 raw_data: "\xc2" }
  initializer { name: "u32" data_type: 12 dims: 2 uint64_data: [1, 4294967295] }
  initializer { name: "u64" data_type: 13 dims: 2 uint64_data: [1, 18446744073709551615] }
  initializer { name: "f64" data_type: 11 dims: 2 double_data: [1, -2] }
  initializer { name: "c64" data_type: 14 dims: 1 float_data: [1, -2] }
  initializer { name: "empty" data_type: 1 dims: [0, 4] }
  initializer { name: "text" data_type: 8 dims: 2 string_data: ["x", "y"] }
}
