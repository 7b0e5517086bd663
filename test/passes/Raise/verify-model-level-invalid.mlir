// RUN: tandem-opt %s --tandem-verify-model-level --split-input-file --verify-diagnostics

// Tests that every node that breaks a rule is named, not only the first.
func.func @two_errors(%arg0: tensor<?x4xf32>) {
  // expected-error @below {{'onnx.node' op "Add" is of opset 18, expected a primitive without opset at the model level; run stage simplify first}}
  %1 = onnx.node "Add" opset 18 (%arg0, %arg0) {} : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  // expected-error @below {{'onnx.node' op has a result of type '!onnx.unknown', expected a ranked tensor at the model level; run stage simplify first}}
  %2 = onnx.node "Relu" (%arg0) {} : (tensor<?x4xf32>) -> !onnx.unknown
  return
}

// -----

// expected-error @below {{'onnx.function' op is a model-local function, expected none at the model level; run stage simplify first}}
onnx.function @f "F" domain "local" required [] defaults {} {
^bb0(%x: !onnx.unknown):
  onnx.yield %x : !onnx.unknown
}

// -----

func.func @foreign_operation() {
  // expected-error @below {{'arith.constant' op is not of the model level, expected onnx, transformer or func}}
  %0 = arith.constant 0 : index
  return
}
