// RUN: tandem-opt %s --tandem-split-phases --split-input-file | FileCheck %s

// Tests that outputs in another order than the inputs pair by their names.
// CHECK-LABEL: func.func @step
// CHECK-SAME: layers = 2
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids"}, %k: tensor<?x1x?x4xf32> {onnx.name = "past.0.key"}, %v: tensor<?x1x?x4xf32> {onnx.name = "past.0.value"}, %l: tensor<?x1x?x4xf32> {onnx.name = "past.1.key"}, %w: tensor<?x1x?x4xf32> {onnx.name = "past.1.value"}) -> (tensor<?x?x4xf32> {onnx.name = "logits"}, tensor<?x1x?x4xf32> {onnx.name = "present.0.key"}, tensor<?x1x?x4xf32> {onnx.name = "present.1.key"}, tensor<?x1x?x4xf32> {onnx.name = "present.0.value"}, tensor<?x1x?x4xf32> {onnx.name = "present.1.value"}) {
  %table = onnx.constant dense<1.0> : tensor<16x4xf32>
  %x = transformer.embedding %ids, %table layout nk : (tensor<?x?xi64>, tensor<16x4xf32>) -> tensor<?x?x4xf32>
  %y, %p:2 = transformer.attention %x, %x, %x past(%k, %v) heads 1, 1 scale 0.5 keep <causal = true> : (tensor<?x?x4xf32>, tensor<?x?x4xf32>, tensor<?x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>) -> (tensor<?x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>) loc("layer0")
  %z, %q:2 = transformer.attention %y, %x, %x past(%l, %w) heads 1, 1 scale 0.5 keep <causal = true> : (tensor<?x?x4xf32>, tensor<?x?x4xf32>, tensor<?x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>) -> (tensor<?x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>) loc("layer1")
  return %z, %p#0, %q#0, %p#1, %q#1 : tensor<?x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>
}

// -----

// Tests that a past which no attention reads needs no present.
// CHECK-LABEL: func.func @step
// CHECK-SAME: layers = 1
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids"}, %k: tensor<?x1x?x4xf32> {onnx.name = "past.0.key"}, %v: tensor<?x1x?x4xf32> {onnx.name = "past.0.value"}, %l: tensor<?x1x?x4xf32> {onnx.name = "past.1.key"}, %w: tensor<?x1x?x4xf32> {onnx.name = "past.1.value"}) -> (tensor<?x?x4xf32> {onnx.name = "logits"}, tensor<?x1x?x4xf32> {onnx.name = "present.0.key"}, tensor<?x1x?x4xf32> {onnx.name = "present.0.value"}) {
  %table = onnx.constant dense<1.0> : tensor<16x4xf32>
  %x = transformer.embedding %ids, %table layout nk : (tensor<?x?xi64>, tensor<16x4xf32>) -> tensor<?x?x4xf32>
  %y, %p:2 = transformer.attention %x, %x, %x past(%k, %v) heads 1, 1 scale 0.5 keep <causal = true> : (tensor<?x?x4xf32>, tensor<?x?x4xf32>, tensor<?x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>) -> (tensor<?x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>) loc("layer0")
  return %y, %p#0, %p#1 : tensor<?x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>
}

// -----

// Tests that a graph without a cache needs no presents.
// CHECK-LABEL: func.func @step
// CHECK-SAME: layers = 1
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids"}, %k: tensor<?x1x?x4xf32> {onnx.name = "past.0.key"}, %v: tensor<?x1x?x4xf32> {onnx.name = "past.0.value"}) -> (tensor<?x?x4xf32> {onnx.name = "logits"}) {
  %table = onnx.constant dense<1.0> : tensor<16x4xf32>
  %x = transformer.embedding %ids, %table layout nk : (tensor<?x?xi64>, tensor<16x4xf32>) -> tensor<?x?x4xf32>
  %y = transformer.attention %x, %x, %x heads 1, 1 scale 0.5 keep <causal = true> : (tensor<?x?x4xf32>, tensor<?x?x4xf32>, tensor<?x?x4xf32>) -> tensor<?x?x4xf32> loc("layer0")
  return %y : tensor<?x?x4xf32>
}
