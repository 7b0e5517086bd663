// RUN: tandem-opt %s --tandem-simplify --verify-diagnostics

// Every gap is reported at once, and before shapes would contradict.
func.func @gaps(%x: tensor<2x4xf32>) -> (!onnx.unknown, !onnx.unknown, !onnx.unknown) {
  // expected-error @+1 {{'onnx.node' op Softmx of domain ai.onnx, opset 18, is not supported: the operator is unknown; the nearest supported form is Softmax}}
  %0 = onnx.node "Softmx" opset 18 (%x) {} : (tensor<2x4xf32>) -> !onnx.unknown
  // expected-error @+1 {{'onnx.node' op Relu of domain ai.onnx, opset 26, is not supported: opsets 7 to 25 of ai.onnx are known}}
  %1 = onnx.node "Relu" opset 26 (%x) {} : (tensor<2x4xf32>) -> !onnx.unknown
  %2 = onnx.node "MatMul" opset 18 (%x, %x) {} : (tensor<2x4xf32>, tensor<2x4xf32>) -> !onnx.unknown
  return %0, %1, %2 : !onnx.unknown, !onnx.unknown, !onnx.unknown
}
