// RUN: split-file %s %t
// RUN: %import %t all --verify-diagnostics
// Tests that an attribute has one name, one type and a value of that type.

//--- type_mismatch.textproto
# expected-error@unknown {{node 'n' (Op) attribute 'a': its value is of type INT, expected FLOAT as its type field says}}
ir_version: 8 opset_import { version: 18 }
graph {
  input { name: "x" type { tensor_type { elem_type: 1 shape { dim {} } } } }
  output { name: "y" }
  node { op_type: "Op" name: "n" input: "x" output: "y"
    attribute { name: "a" type: FLOAT i: 1 } }
}

//--- no_type.textproto
# expected-error@unknown {{node 'n' (Op) attribute 'a': its type is UNDEFINED, expected one of AttributeProto.AttributeType but UNDEFINED and GRAPHS}}
ir_version: 8 opset_import { version: 18 }
graph {
  input { name: "x" type { tensor_type { elem_type: 1 shape { dim {} } } } }
  output { name: "y" }
  node { op_type: "Op" name: "n" input: "x" output: "y"
    attribute { name: "a" } }
}

//--- graphs.textproto
# expected-error@unknown {{node 'n' (Op) attribute 'a': its type is GRAPHS, expected one of AttributeProto.AttributeType but UNDEFINED and GRAPHS}}
ir_version: 8 opset_import { version: 18 }
graph {
  input { name: "x" type { tensor_type { elem_type: 1 shape { dim {} } } } }
  output { name: "y" }
  node { op_type: "Op" name: "n" input: "x" output: "y"
    attribute { name: "a" type: GRAPHS graphs {} } }
}

//--- missing_graph.textproto
# expected-error@unknown {{node 'n' (Op) attribute 'a': its type is GRAPH, expected one of AttributeProto.AttributeType but UNDEFINED and GRAPHS}}
ir_version: 8 opset_import { version: 18 }
graph {
  input { name: "x" type { tensor_type { elem_type: 1 shape { dim {} } } } }
  output { name: "y" }
  node { op_type: "Op" name: "n" input: "x" output: "y"
    attribute { name: "a" type: GRAPH } }
}

//--- duplicate.textproto
# expected-error@unknown {{node 'n' (Op) attribute 'a': expected a unique, non-empty name}}
ir_version: 8 opset_import { version: 18 }
graph {
  input { name: "x" type { tensor_type { elem_type: 1 shape { dim {} } } } }
  output { name: "y" }
  node { op_type: "Op" name: "n" input: "x" output: "y"
    attribute { name: "a" type: INT i: 1 } attribute { name: "a" type: INT i: 1 } }
}

//--- unnamed.textproto
# expected-error@unknown {{node 'n' (Op) attribute '': expected a unique, non-empty name}}
ir_version: 8 opset_import { version: 18 }
graph {
  input { name: "x" type { tensor_type { elem_type: 1 shape { dim {} } } } }
  output { name: "y" }
  node { op_type: "Op" name: "n" input: "x" output: "y"
    attribute { type: INT i: 1 } }
}

//--- tensor.textproto
# expected-error@unknown {{node 'n' (Op) attribute 'a': has 4 bytes of elements, expected 8 from its type and dimensions}}
ir_version: 8 opset_import { version: 18 }
graph {
  input { name: "x" type { tensor_type { elem_type: 1 shape { dim {} } } } }
  output { name: "y" }
  node { op_type: "Op" name: "n" input: "x" output: "y"
    attribute { name: "a" type: TENSOR t { data_type: 1 dims: 2 float_data: 1 } } }
}

//--- constant_without_value.textproto
# expected-error@unknown {{node 0 (Constant): has 0 attributes, 0 inputs and 1 outputs, expected 1, 0 and 1}}
ir_version: 8 opset_import { version: 18 }
graph {
  output { name: "y" }
  node { op_type: "Constant" output: "y" }
}

//--- constant_of_type.textproto
# expected-error@unknown {{node 0 (Constant): its type is TYPE_PROTO, which no constant has}}
ir_version: 8 opset_import { version: 18 }
graph {
  output { name: "y" }
  node { op_type: "Constant" output: "y" attribute { name: "value" type: TYPE_PROTO tp {} } }
}

//--- sparse_index.textproto
# expected-error@unknown {{node 0 (Constant): index 9 is not in 0..3}}
ir_version: 8 opset_import { version: 18 }
graph {
  output { name: "y" }
  node { op_type: "Constant" output: "y" attribute { name: "sparse_value" type: SPARSE_TENSOR sparse_tensor {
    dims: 4 values { dims: 1 data_type: 1 float_data: 1 } indices { dims: 1 data_type: 7 int64_data: 9 } } } }
}

//--- sparse_size.textproto
# expected-error@unknown {{node 0 (Constant): sparse tensors are supported up to 1048576 bytes of whole-byte elements; store it dense}}
ir_version: 8 opset_import { version: 18 }
graph {
  output { name: "y" }
  node { op_type: "Constant" output: "y" attribute { name: "sparse_value" type: SPARSE_TENSOR sparse_tensor {
    dims: 4000000 values { dims: 1 data_type: 1 float_data: 1 } indices { dims: 1 data_type: 7 int64_data: 9 } } } }
}
