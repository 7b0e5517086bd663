// RUN: split-file %s %t
// RUN: %import %t all --verify-diagnostics
// Tests what import asks of a model, its versions and its functions.

//--- ir_version_2.textproto
# expected-error@unknown {{IR version is 2, expected 3 to 13; export with another version of onnx}}
ir_version: 2
graph { input { name: "x" type { tensor_type { elem_type: 1 shape { dim {} } } } } output { name: "x" } }

//--- ir_version_14.textproto
# expected-error@unknown {{IR version is 14, expected 3 to 13; export with another version of onnx}}
ir_version: 14
graph { input { name: "x" type { tensor_type { elem_type: 1 shape { dim {} } } } } output { name: "x" } }

//--- no_graph.textproto
# expected-error@unknown {{the model has no graph}}
ir_version: 8

//--- missing_opset.textproto
# expected-error@unknown {{node 'n' (com.microsoft.Gelu): domain 'com.microsoft' has no version; add it to opset_import}}
ir_version: 8 opset_import { version: 18 }
graph {
  input { name: "x" type { tensor_type { elem_type: 1 shape { dim {} } } } }
  output { name: "y" }
  node { op_type: "Gelu" domain: "com.microsoft" name: "n" input: "x" output: "y" }
}

//--- duplicate_opset.textproto
# expected-error@unknown {{opset_import has domain 'ai.onnx' twice}}
ir_version: 8 opset_import { version: 18 } opset_import { domain: "ai.onnx" version: 17 }
graph { input { name: "x" type { tensor_type { elem_type: 1 shape { dim {} } } } } output { name: "x" } }

//--- opset_0.textproto
# expected-error@unknown {{opset_import of domain 'ai.onnx' has version 0, expected 1 or more}}
ir_version: 8 opset_import { version: 0 }
graph { input { name: "x" type { tensor_type { elem_type: 1 shape { dim {} } } } } output { name: "x" } }

//--- duplicate_function.textproto
# expected-error@unknown {{function 'd.F' is defined twice}}
ir_version: 8 opset_import { version: 18 }
graph { input { name: "x" type { tensor_type { elem_type: 1 shape { dim {} } } } } output { name: "x" } }
functions { domain: "d" name: "F" }
functions { domain: "d" name: "F" }

//--- recursive_functions.textproto
# expected-error@unknown {{function 'd.A' calls itself}}
ir_version: 8 opset_import { version: 18 }
graph { input { name: "x" type { tensor_type { elem_type: 1 shape { dim {} } } } } output { name: "x" } }
functions { domain: "d" name: "A" opset_import { domain: "d" version: 1 } node { domain: "d" op_type: "B" } }
functions { domain: "d" name: "B" opset_import { domain: "d" version: 1 } node { domain: "d" op_type: "A" } }

//--- function_without_opset.textproto
# expected-error@unknown {{function 'd.F' node 0 (Relu): domain 'ai.onnx' has no version; add it to opset_import}}
ir_version: 8 opset_import { version: 18 }
graph { input { name: "x" type { tensor_type { elem_type: 1 shape { dim {} } } } } output { name: "x" } }
functions { domain: "d" name: "F" input: "a" output: "b" node { op_type: "Relu" input: "a" output: "b" } }

//--- function_attribute_twice.textproto
# expected-error@unknown {{function 'd.F' attribute 'a' is empty or declared twice}}
ir_version: 8 opset_import { version: 18 }
graph { input { name: "x" type { tensor_type { elem_type: 1 shape { dim {} } } } } output { name: "x" } }
functions { domain: "d" name: "F" attribute: ["a", "a"] }

//--- function_attribute_unknown.textproto
# expected-error@unknown {{function 'd.F' node 0 (Elu) attribute 'alpha': refers to 'beta', which is no attribute of a function around it}}
ir_version: 8 opset_import { version: 18 }
graph { input { name: "x" type { tensor_type { elem_type: 1 shape { dim {} } } } } output { name: "x" } }
functions { domain: "d" name: "F" input: "a" output: "b" opset_import { version: 18 }
  node { op_type: "Elu" input: "a" output: "b" attribute { name: "alpha" type: FLOAT ref_attr_name: "beta" } } }

//--- reference_outside_function.textproto
# expected-error@unknown {{node 0 (Elu) attribute 'alpha': refers to 'beta', which is no attribute of a function around it}}
ir_version: 8 opset_import { version: 18 }
graph {
  input { name: "x" type { tensor_type { elem_type: 1 shape { dim {} } } } }
  output { name: "b" }
  node { op_type: "Elu" input: "x" output: "b" attribute { name: "alpha" type: FLOAT ref_attr_name: "beta" } }
}

//--- exploding_functions.textproto
# expected-error@unknown {{the model has more than 65536 nodes with its functions inlined, the limit of import}}
ir_version: 8 opset_import { version: 18 }
graph { input { name: "x" type { tensor_type { elem_type: 1 shape { dim {} } } } } output { name: "x" } }
functions { domain: "d" name: "F0" opset_import { domain: "d" version: 1 } node { domain: "d" op_type: "F1" } node { domain: "d" op_type: "F1" } node { domain: "d" op_type: "F1" } node { domain: "d" op_type: "F1" } node { domain: "d" op_type: "F1" } node { domain: "d" op_type: "F1" } node { domain: "d" op_type: "F1" } node { domain: "d" op_type: "F1" } node { domain: "d" op_type: "F1" } node { domain: "d" op_type: "F1" } }
functions { domain: "d" name: "F1" opset_import { domain: "d" version: 1 } node { domain: "d" op_type: "F2" } node { domain: "d" op_type: "F2" } node { domain: "d" op_type: "F2" } node { domain: "d" op_type: "F2" } node { domain: "d" op_type: "F2" } node { domain: "d" op_type: "F2" } node { domain: "d" op_type: "F2" } node { domain: "d" op_type: "F2" } node { domain: "d" op_type: "F2" } node { domain: "d" op_type: "F2" } }
functions { domain: "d" name: "F2" opset_import { domain: "d" version: 1 } node { domain: "d" op_type: "F3" } node { domain: "d" op_type: "F3" } node { domain: "d" op_type: "F3" } node { domain: "d" op_type: "F3" } node { domain: "d" op_type: "F3" } node { domain: "d" op_type: "F3" } node { domain: "d" op_type: "F3" } node { domain: "d" op_type: "F3" } node { domain: "d" op_type: "F3" } node { domain: "d" op_type: "F3" } }
functions { domain: "d" name: "F3" opset_import { domain: "d" version: 1 } node { domain: "d" op_type: "F4" } node { domain: "d" op_type: "F4" } node { domain: "d" op_type: "F4" } node { domain: "d" op_type: "F4" } node { domain: "d" op_type: "F4" } node { domain: "d" op_type: "F4" } node { domain: "d" op_type: "F4" } node { domain: "d" op_type: "F4" } node { domain: "d" op_type: "F4" } node { domain: "d" op_type: "F4" } }
functions { domain: "d" name: "F4" opset_import { domain: "d" version: 1 } node { domain: "d" op_type: "F5" } node { domain: "d" op_type: "F5" } node { domain: "d" op_type: "F5" } node { domain: "d" op_type: "F5" } node { domain: "d" op_type: "F5" } node { domain: "d" op_type: "F5" } node { domain: "d" op_type: "F5" } node { domain: "d" op_type: "F5" } node { domain: "d" op_type: "F5" } node { domain: "d" op_type: "F5" } }
functions { domain: "d" name: "F5" opset_import { domain: "d" version: 1 } node { domain: "d" op_type: "F6" } node { domain: "d" op_type: "F6" } node { domain: "d" op_type: "F6" } node { domain: "d" op_type: "F6" } node { domain: "d" op_type: "F6" } node { domain: "d" op_type: "F6" } node { domain: "d" op_type: "F6" } node { domain: "d" op_type: "F6" } node { domain: "d" op_type: "F6" } node { domain: "d" op_type: "F6" } }
functions { domain: "d" name: "F6" opset_import { domain: "d" version: 1 } node { domain: "d" op_type: "F7" } node { domain: "d" op_type: "F7" } node { domain: "d" op_type: "F7" } node { domain: "d" op_type: "F7" } node { domain: "d" op_type: "F7" } node { domain: "d" op_type: "F7" } node { domain: "d" op_type: "F7" } node { domain: "d" op_type: "F7" } node { domain: "d" op_type: "F7" } node { domain: "d" op_type: "F7" } }
functions { domain: "d" name: "F7" opset_import { version: 18 } node { op_type: "Relu" } }
