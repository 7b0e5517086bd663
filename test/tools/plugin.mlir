// RUN: mlir-opt --load-dialect-plugin=%build_dir/lib/TandemPlugin.so --load-pass-plugin=%build_dir/lib/TandemPlugin.so %s --pass-pipeline="builtin.module(tandem-split-phases)" | FileCheck %s
// Tests that the stock mlir-opt reads our dialects and runs our passes.

// CHECK-LABEL: func.func @step(
// CHECK-SAME: !transformer.rows
// CHECK: transformer.cached_attention
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids"},
                %past_key: tensor<?x1x?x4xf32> {onnx.name = "past_key_values.0.key"},
                %past_value: tensor<?x1x?x4xf32> {onnx.name = "past_key_values.0.value"})
    -> (tensor<?x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>) {
  %table = onnx.constant dense<1.0> : tensor<8x4xf32>
  %x = transformer.embedding %ids, %table layout nk : (tensor<?x?xi64>, tensor<8x4xf32>) -> tensor<?x?x4xf32>
  %y, %key, %value = transformer.attention %x, %x, %x past(%past_key, %past_value) heads 1, 1 scale 5.000000e-01 keep <causal = true> : (tensor<?x?x4xf32>, tensor<?x?x4xf32>, tensor<?x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>) -> (tensor<?x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>)
  return %y, %key, %value : tensor<?x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>
}
