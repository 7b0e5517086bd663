// RUN: split-file %s %t
// RUN: %import %t all --verify-diagnostics
// Tests that a tensor has its elements once, in the right field and number.

//--- short.textproto
# expected-error@unknown {{initialiser 'w': has 12 bytes of elements, expected 16 from its type and dimensions}}
ir_version: 8 opset_import { version: 18 }
graph {
  output { name: "w" }
  initializer { name: "w" data_type: 1 dims: 4 float_data: [1, 2, 3] }
}

//--- missing.textproto
# expected-error@unknown {{initialiser 'w': has 0 bytes of elements, expected 16 from its type and dimensions}}
ir_version: 8 opset_import { version: 18 }
graph {
  output { name: "w" }
  initializer { name: "w" data_type: 1 dims: 4 }
}

//--- twice.textproto
# expected-error@unknown {{initialiser 'w': has its elements twice: in raw_data and float_data}}
ir_version: 8 opset_import { version: 18 }
graph {
  output { name: "w" }
  initializer { name: "w" data_type: 1 dims: 1 float_data: 1 raw_data: "abcd" }
}

//--- inline_and_external.textproto
# expected-error@unknown {{initialiser 'w': has its elements twice: in raw_data and external data}}
ir_version: 8 opset_import { version: 18 }
graph {
  output { name: "w" }
  initializer { name: "w" raw_data: "abcd" data_type: 1 dims: 4 data_location: EXTERNAL external_data { key: "location" value: "w.bin" } }
}

//--- wrong_field.textproto
# expected-error@unknown {{initialiser 'w': has its elements of type FLOAT in int32_data, expected float_data or raw_data}}
ir_version: 8 opset_import { version: 18 }
graph {
  output { name: "w" }
  initializer { name: "w" data_type: 1 dims: 1 int32_data: 1 }
}

//--- strings.textproto
# expected-error@unknown {{initialiser 'w': has 1 strings, expected 2 from its dimensions}}
ir_version: 8 opset_import { version: 18 }
graph {
  output { name: "w" }
  initializer { name: "w" data_type: 8 dims: 2 string_data: "a" }
}

//--- no_type.textproto
# expected-error@unknown {{initialiser 'w': element type UNDEFINED is not supported, expected one of TensorProto.DataType 1 to 26}}
ir_version: 8 opset_import { version: 18 }
graph {
  output { name: "w" }
  initializer { name: "w" dims: 1 float_data: 1 }
}

//--- unknown_type.textproto
# expected-error@unknown {{initialiser 'w': element type 99 is not supported, expected one of TensorProto.DataType 1 to 26}}
ir_version: 8 opset_import { version: 18 }
graph {
  output { name: "w" }
  initializer { name: "w" data_type: 99 dims: 1 float_data: 1 }
}

//--- negative_dimension.textproto
# expected-error@unknown {{initialiser 'w': dimension is -4, expected 0 or more; name it (dim_param) if it is only known at run time}}
ir_version: 8 opset_import { version: 18 }
graph {
  output { name: "w" }
  initializer { name: "w" data_type: 1 dims: -4 float_data: 1 }
}

//--- overflow.textproto
# expected-error@unknown {{initialiser 'w': its dimensions multiply to more elements than a 64-bit size can hold}}
ir_version: 8 opset_import { version: 18 }
graph {
  output { name: "w" }
  initializer { name: "w" data_type: 1 dims: [4294967296, 4294967296] float_data: 1 }
}

//--- rank.textproto
# expected-error@unknown {{initialiser 'w': rank is 65, expected at most 64}}
ir_version: 8 opset_import { version: 18 }
graph {
  output { name: "w" }
  initializer { name: "w" data_type: 1 dims: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1] float_data: 1 }
}

//--- unnamed.textproto
# expected-error@unknown {{an initialiser has no name}}
ir_version: 8 opset_import { version: 18 }
graph {
  output { name: "w" }
  initializer { name: "w" data_type: 1 dims: 1 float_data: 1 }
  initializer { data_type: 1 dims: 1 float_data: 1 }
}

//--- segment.textproto
# expected-error@unknown {{byte 10: the tensor is a segment of a larger one, which is not supported; store it whole}}
ir_version: 8 opset_import { version: 18 }
graph {
  output { name: "w" }
  initializer { name: "w" data_type: 1 dims: 1 segment { begin: 0 end: 4 } }
}
