// RUN: tandem-opt %s --tandem-outline-parts="capacity=128" | FileCheck %s

// Tests that phases on two chips become two parts with weight tables of their
// own, each with the functions of its phases only.
// CHECK-LABEL: deploy.part @dense phases ["prefill"] on <"dense", "toy", {cache_block_tokens = 128 : i64}> mesh [1, 1] stage 0 weights [#deploy.slot<vector, dense<[1.000000e+00, 2.000000e+00]> : tensor<2xf32>>]
// CHECK: func.func @prefill
// CHECK-NOT: func.func
// CHECK-LABEL: deploy.part @wide phases ["decode"] on <"wide", "toy"> mesh [1, 1] stage 0 weights [#deploy.slot<vector, dense<[1.000000e+00, 2.000000e+00]> : tensor<2xf32>>]
// CHECK: func.func @decode
// CHECK-NOT: func.func
func.func @step(%x: tensor<?x2xf32>, %rows: !transformer.rows) -> tensor<?x2xf32> attributes {deploy.phases = ["prefill", "decode"], deploy.placement = {prefill = #deploy.chip<"dense", "toy", {cache_block_tokens = 128 : i64}>, decode = #deploy.chip<"wide", "toy">}} {
  %w = onnx.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %n = transformer.rms_norm %x, %w epsilon 1.0e-6 : tensor<?x2xf32>, tensor<2xf32>
  return %n : tensor<?x2xf32>
}
