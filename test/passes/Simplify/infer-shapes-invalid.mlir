// RUN: tandem-opt %s --tandem-infer-shapes --verify-diagnostics --split-input-file

// Every contradiction is named, not only the first.
func.func @contradictions(%x: tensor<2x4xf32>, %w: tensor<5x8xf32>) -> (!onnx.unknown, !onnx.unknown) {
  // expected-error @+1 {{'onnx.node' op MatMul inner dimensions are 4 and 5, expected equal}}
  %0 = onnx.node "MatMul" (%x, %w) {} : (tensor<2x4xf32>, tensor<5x8xf32>) -> !onnx.unknown
  // expected-error @+1 {{'onnx.node' op Add broadcast dimensions are 2 and 5, expected equal}}
  %1 = onnx.node "Add" (%x, %w) {} : (tensor<2x4xf32>, tensor<5x8xf32>) -> !onnx.unknown
  return %0, %1 : !onnx.unknown, !onnx.unknown
}

// -----

func.func @axis_outside(%x: tensor<2x4xf32>) -> !onnx.unknown {
  // expected-error @+1 {{'onnx.node' op Concat axis is 2, expected one of rank 2}}
  %0 = onnx.node "Concat" (%x, %x) {axis = 2 : i64} : (tensor<2x4xf32>, tensor<2x4xf32>) -> !onnx.unknown
  return %0 : !onnx.unknown
}

// -----

func.func @reshape_to_other_count(%x: tensor<2x4xf32>) -> !onnx.unknown {
  %shape = onnx.constant dense<[3, 3]> : tensor<2xi64>
  // expected-error @+1 {{'onnx.node' op Reshape has 8 elements and a target of 9, expected equal}}
  %0 = onnx.node "Reshape" (%x, %shape) {} : (tensor<2x4xf32>, tensor<2xi64>) -> !onnx.unknown
  return %0 : !onnx.unknown
}

// -----

func.func @rank_depends_on_data(%x: tensor<?xf32>, %shape: tensor<?xi64>) -> !onnx.unknown {
  // expected-error @+1 {{'onnx.node' op Reshape has a result of unknown rank; its shape must follow from the graph}}
  %0 = onnx.node "Reshape" (%x, %shape) {} : (tensor<?xf32>, tensor<?xi64>) -> !onnx.unknown
  return %0 : !onnx.unknown
}

// -----

func.func @head_count_does_not_divide(%x: tensor<1x2x10xf32>) -> !onnx.unknown {
  // expected-error @+1 {{'onnx.node' op Attention key width is 10, expected a multiple of 4}}
  %0 = onnx.node "Attention" (%x, %x, %x) {kv_num_heads = 4 : i64, q_num_heads = 4 : i64} : (tensor<1x2x10xf32>, tensor<1x2x10xf32>, tensor<1x2x10xf32>) -> !onnx.unknown
  return %0 : !onnx.unknown
}
