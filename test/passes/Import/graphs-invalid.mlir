// RUN: split-file %s %t
// RUN: %import %t all --verify-diagnostics
// Tests that names must be unique, defined, and defined before use.

//--- duplicate_output.textproto
# expected-error@unknown {{value 'y' is defined twice; names must be unique in a graph}}
ir_version: 8 opset_import { version: 18 }
graph {
  input { name: "x" type { tensor_type { elem_type: 1 shape { dim {} } } } }
  output { name: "y" }
  node { op_type: "Relu" input: "x" output: "y" }
  node { op_type: "Relu" input: "x" output: "y" }
}

//--- duplicate_input.textproto
# expected-error@unknown {{value 'x' is defined twice; names must be unique in a graph}}
ir_version: 8 opset_import { version: 18 }
graph {
  input { name: "x" type { tensor_type { elem_type: 1 shape { dim {} } } } }
  input { name: "x" type { tensor_type { elem_type: 1 shape { dim {} } } } }
  output { name: "x" }
}

//--- duplicate_initializer.textproto
# expected-error@unknown {{value 'w' is defined twice; names must be unique in a graph}}
ir_version: 8 opset_import { version: 18 }
graph {
  output { name: "w" }
  initializer { name: "w" data_type: 1 dims: 1 float_data: 1 }
  initializer { name: "w" data_type: 1 dims: 1 float_data: 1 }
}

//--- dangling_inputs.textproto
# expected-error@unknown {{node 'first' (Add): input 'a' is made by no node, initialiser or graph input}}
# expected-error@unknown {{node 'first' (Add): input 'b' is made by no node, initialiser or graph input}}
# expected-error@unknown {{output 'z' is made by no node, initialiser or graph input}}
ir_version: 8 opset_import { version: 18 }
graph {
  output { name: "z" }
  node { op_type: "Add" name: "first" input: "a" input: "b" output: "y" }
}

//--- use_before_definition.textproto
# expected-error@unknown {{node 0 (Relu): input 'b' is used before the node that makes it; nodes must be sorted, without cycles}}
ir_version: 8 opset_import { version: 18 }
graph {
  input { name: "x" type { tensor_type { elem_type: 1 shape { dim {} } } } }
  output { name: "y" }
  node { op_type: "Relu" input: "b" output: "y" }
  node { op_type: "Relu" input: "x" output: "b" }
}

//--- cycle.textproto
# expected-error@unknown {{node 0 (Relu): input 'b' is used before the node that makes it; nodes must be sorted, without cycles}}
ir_version: 8 opset_import { version: 18 }
graph {
  output { name: "b" }
  node { op_type: "Relu" input: "b" output: "a" }
  node { op_type: "Relu" input: "a" output: "b" }
}

//--- self_cycle.textproto
# expected-error@unknown {{node 0 (Relu): input 'a' is used before the node that makes it; nodes must be sorted, without cycles}}
ir_version: 8 opset_import { version: 18 }
graph {
  output { name: "a" }
  node { op_type: "Relu" input: "a" output: "a" }
}

//--- use_of_inner_name.textproto
# expected-error@unknown {{output 'inner' is made by no node, initialiser or graph input}}
ir_version: 8 opset_import { version: 18 }
graph {
  input { name: "c" type { tensor_type { elem_type: 9 } } }
  output { name: "inner" }
  node { op_type: "If" input: "c" output: "y" attribute { name: "then_branch" type: GRAPH g {
    node { op_type: "Relu" input: "c" output: "inner" } output { name: "inner" } } } }
}

//--- no_outputs.textproto
# expected-error@unknown {{the graph has no outputs}}
ir_version: 8 opset_import { version: 18 }
graph {
  input { name: "x" type { tensor_type { elem_type: 1 shape { dim {} } } } }
}

//--- no_operator.textproto
# expected-error@unknown {{node 0 (): has no operator}}
ir_version: 8 opset_import { version: 18 }
graph {
  input { name: "x" type { tensor_type { elem_type: 1 shape { dim {} } } } }
  output { name: "x" }
  node { input: "x" output: "y" }
}

//--- untyped_input.textproto
# expected-error@unknown {{input 'x' has no name or no tensor type}}
ir_version: 8 opset_import { version: 18 }
graph {
  input { name: "x" }
  output { name: "x" }
}

//--- negative_dimension.textproto
# expected-error@unknown {{input 'x': dimension is -1, expected 0 or more; name it (dim_param) if it is only known at run time}}
ir_version: 8 opset_import { version: 18 }
graph {
  input { name: "x" type { tensor_type { elem_type: 1 shape { dim { dim_value: -1 } } } } }
  output { name: "x" }
}

//--- huge_shape.textproto
# expected-error@unknown {{value 'y': its dimensions multiply to more elements than a 64-bit size can hold}}
ir_version: 8 opset_import { version: 18 }
graph {
  input { name: "x" type { tensor_type { elem_type: 1 shape { dim {} } } } }
  output { name: "y" type { tensor_type { elem_type: 1 shape { dim { dim_value: 4611686018427387904 } dim { dim_value: 4 } } } } }
  node { op_type: "Relu" input: "x" output: "y" }
}

//--- sparse_initializer.textproto
# expected-error@unknown {{initialiser 's' is sparse, which is not supported; store it dense}}
ir_version: 8 opset_import { version: 18 }
graph {
  input { name: "x" type { tensor_type { elem_type: 1 shape { dim {} } } } }
  output { name: "x" }
  sparse_initializer { dims: 4 values { name: "s" data_type: 1 dims: 1 float_data: 1 } indices { data_type: 7 dims: 1 int64_data: 1 } }
}
