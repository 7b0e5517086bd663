// RUN: tandem-opt %s --tandem-verify-operators --verify-diagnostics

func.func @every_gap_at_once(%x: tensor<4xf32>) -> (!onnx.unknown, !onnx.unknown, !onnx.unknown, !onnx.unknown, !onnx.unknown, !onnx.unknown) {
  // expected-error @+1 {{'onnx.node' op Sofmax of domain ai.onnx, opset 18, is not supported: the operator is unknown; the nearest supported form is Softmax}}
  %0 = onnx.node "Sofmax" opset 18 (%x) {} : (tensor<4xf32>) -> !onnx.unknown
  // expected-error @+1 {{'onnx.node' op FastGelu of domain com.contributor, opset 1, is not supported: the operator is unknown; the nearest supported form is com.microsoft.FastGelu}}
  %1 = onnx.node "FastGelu" domain "com.contributor" opset 1 (%x) {} : (tensor<4xf32>) -> !onnx.unknown
  // expected-error @+1 {{'onnx.node' op Relu of domain ai.onnx, opset 26, is not supported: opsets 7 to 25 of ai.onnx are known}}
  %2 = onnx.node "Relu" opset 26 (%x) {} : (tensor<4xf32>) -> !onnx.unknown
  // expected-error @+1 {{'onnx.node' op GroupNormalization of domain ai.onnx, opset 18, is not supported: this version means something else than the internal opset 24 and has no conversion; the nearest supported form is GroupNormalization of opset 25}}
  %3 = onnx.node "GroupNormalization" opset 18 (%x, %x, %x) {num_groups = 1 : i64} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> !onnx.unknown
  // expected-error @+1 {{'onnx.node' op Add of domain ai.onnx is not supported: it has 1 inputs, expected 2}}
  %4 = onnx.node "Add" (%x) {} : (tensor<4xf32>) -> !onnx.unknown
  // expected-error @+1 {{'onnx.node' op StringNormalizer of domain ai.onnx, opset 18, is not supported: the operator is unknown}}
  %5 = onnx.node "StringNormalizer" opset 18 (%x) {} : (tensor<4xf32>) -> !onnx.unknown
  return %0, %1, %2, %3, %4, %5 : !onnx.unknown, !onnx.unknown, !onnx.unknown, !onnx.unknown, !onnx.unknown, !onnx.unknown
}
