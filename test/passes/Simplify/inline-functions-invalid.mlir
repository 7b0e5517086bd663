// RUN: tandem-opt %s --tandem-inline-functions --verify-diagnostics --split-input-file

// expected-error @+1 {{'onnx.function' op of A calls itself, directly or through others; ONNX does not allow recursion}}
onnx.function @a "A" domain "local" required [] defaults {} {
^bb0(%x: !onnx.unknown):
  %0 = onnx.node "B" domain "local" opset 1 (%x) {} : (!onnx.unknown) -> !onnx.unknown
  onnx.yield %0 : !onnx.unknown
}
onnx.function @b "B" domain "local" required [] defaults {} {
^bb0(%x: !onnx.unknown):
  %0 = onnx.node "A" domain "local" opset 1 (%x) {} : (!onnx.unknown) -> !onnx.unknown
  onnx.yield %0 : !onnx.unknown
}

// -----

onnx.function @f "F" domain "local" required ["alpha"] defaults {} {
^bb0(%x: !onnx.unknown):
  %0 = onnx.node "Elu" opset 24 (%x) {alpha = #onnx.ref<"alpha">} : (!onnx.unknown) -> !onnx.unknown
  onnx.yield %0 : !onnx.unknown
}
func.func @missing_attribute(%x: tensor<4xf32>) -> !onnx.unknown {
  // expected-error @+1 {{'onnx.node' op local.F lacks attribute 'alpha', which its model-local function requires}}
  %0 = onnx.node "F" domain "local" opset 1 (%x) {} : (tensor<4xf32>) -> !onnx.unknown
  return %0 : !onnx.unknown
}

// -----

onnx.function @f "F" domain "local" required [] defaults {} {
^bb0(%x: !onnx.unknown):
  onnx.yield %x : !onnx.unknown
}
func.func @too_many_inputs(%x: tensor<4xf32>) -> !onnx.unknown {
  // expected-error @+1 {{'onnx.node' op local.F has 2 inputs, its model-local function takes 1}}
  %0 = onnx.node "F" domain "local" opset 1 (%x, %x) {} : (tensor<4xf32>, tensor<4xf32>) -> !onnx.unknown
  return %0 : !onnx.unknown
}

// -----

onnx.function @f "F" domain "local" required [] defaults {} {
^bb0(%x: !onnx.unknown):
  onnx.yield %x : !onnx.unknown
}
func.func @too_many_results(%x: tensor<4xf32>) -> !onnx.unknown {
  // expected-error @+1 {{'onnx.node' op local.F has 2 results, its model-local function yields 1}}
  %0:2 = onnx.node "F" domain "local" opset 1 (%x) {} : (tensor<4xf32>) -> (!onnx.unknown, !onnx.unknown)
  return %0#0 : !onnx.unknown
}
