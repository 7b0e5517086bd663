// RUN: tandem-opt %s --verify-diagnostics --split-input-file
// Tests the constraints of the onnx operations; a function is named by the
// operation and the label of the constraint it breaks.

func.func @node_c1_empty_operator(%x: tensor<4xf32>) {
  // expected-error @below {{'onnx.node' op has an empty operator name; expected one such as "MatMul"}}
  %0 = onnx.node "" opset 18 (%x) {} : (tensor<4xf32>) -> !onnx.unknown
  return
}

// -----

func.func @node_c2_names_without_subgraphs(%x: tensor<4xf32>) {
  // expected-error @below {{'onnx.node' op has 0 subgraphs and 2 subgraph names, expected as many}}
  %0 = onnx.node "If" opset 18 (%x) {} subgraphs ["then_branch", "else_branch"] : (tensor<4xf32>) -> !onnx.unknown
  return
}

// -----

func.func @node_c3_subgraph_without_yield(%x: tensor<4xf32>) {
  // expected-error @below {{'onnx.node' op has a subgraph that is not one block ending in 'onnx.yield'}}
  %0 = onnx.node "Loop" opset 18 (%x) {} subgraphs ["body"] {
    %none = onnx.none
  } : (tensor<4xf32>) -> !onnx.unknown
  return
}

// -----

func.func @constant_c1_neither_elements_nor_weight() {
  // expected-error @below {{'onnx.constant' op value is neither elements nor '#onnx.weight' nor made of these: 4 : i64}}
  %0 = onnx.constant 4 : i64
  return
}
