// RUN: tandem-opt %s --tandem-fold-constants --verify-diagnostics

func.func @index_outside(%x: tensor<?x4xf32>) -> tensor<i64> {
  %index = onnx.constant dense<2> : tensor<i64>
  %0 = onnx.node "Shape" (%x) {} : (tensor<?x4xf32>) -> tensor<2xi64>
  // expected-error @+1 {{'onnx.node' op Gather index is 2, expected one of 2 elements}}
  %1 = onnx.node "Gather" (%0, %index) {axis = 0 : i64} : (tensor<2xi64>, tensor<i64>) -> tensor<i64>
  return %1 : tensor<i64>
}
