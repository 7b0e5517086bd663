// RUN: tandem-opt %s --tandem-verify-primitives --verify-diagnostics

// expected-error @+1 {{'onnx.function' op of F is left after stage simplify; run tandem-inline-functions first}}
onnx.function @f "F" domain "local" required [] defaults {} {
^bb0(%x: !onnx.unknown):
  onnx.yield %x : !onnx.unknown
}
func.func @untyped_value(%x: tensor<4xf32>) -> !onnx.unknown {
  // expected-error @+1 {{'onnx.node' op Relu result 0 has type '!onnx.unknown', expected a ranked tensor; run tandem-infer-shapes first}}
  %0 = onnx.node "Relu" (%x) {} : (tensor<4xf32>) -> !onnx.unknown
  return %0 : !onnx.unknown
}
