// RUN: tandem-opt %s --tandem-outline-parts="capacity=128" --split-input-file | FileCheck %s

// Tests that constants become entries of the weight table with the role of
// their use, that a matrix used in two ways has two entries, that the rotary
// table gets one row per token of the capacity, and that scalars stay.
// CHECK-LABEL: deploy.part @cpu phases ["prefill", "decode"] on <"cpu", "toy"> mesh [1, 1] stage 0
// CHECK-SAME: #deploy.slot<table_nk, #onnx.weight<"model.onnx", 64, 65536> : tensor<256x64xf32>>
// CHECK-SAME: #deploy.slot<vector, #deploy.rotary<"cos", dense<[1.000000e+00, 5.000000e-01]> : tensor<2xf32>, 1.000000e+00 : f64> : tensor<128x2xf32>>
// CHECK-SAME: #deploy.slot<vector, #deploy.rotary<"sin", dense<[1.000000e+00, 5.000000e-01]> : tensor<2xf32>, 1.000000e+00 : f64> : tensor<128x2xf32>>
// CHECK-SAME: #deploy.slot<matrix_nk, #onnx.weight<"model.onnx", 64, 65536> : tensor<256x64xf32>>
// CHECK-LABEL: func.func @prefill
// CHECK: onnx.constant dense<2.000000e+00> : tensor<f32>
// CHECK: deploy.weight %arg3[0] : tensor<256x64xf32>
// CHECK: deploy.weight %arg3[3]
// CHECK-LABEL: func.func @decode
func.func @step(%tokens: tensor<?xi32>, %rows: !transformer.rows, %cache: !transformer.kv_cache<layers = 1, heads = 1, key_dim = 4, value_dim = 4, element = f32>) -> (tensor<?x256xf32>, !transformer.kv_cache<layers = 1, heads = 1, key_dim = 4, value_dim = 4, element = f32>) attributes {deploy.phases = ["prefill", "decode"], deploy.placement = {prefill = #deploy.chip<"cpu", "toy">, decode = #deploy.chip<"cpu", "toy">}} {
  %w = onnx.constant #onnx.weight<"model.onnx", 64, 65536> : tensor<256x64xf32>
  %two = onnx.constant dense<2.0> : tensor<f32>
  %p = transformer.positions %rows : tensor<?xi32>
  %x = transformer.embedding %tokens, %w layout nk : (tensor<?xi32>, tensor<256x64xf32>) -> tensor<?x64xf32>
  %cos, %sin = transformer.rotary_table dense<[1.0, 0.5]> : tensor<2xf32> scale 1.0 -> tensor<?x2xf32>, tensor<?x2xf32>
  %r = transformer.rotary %x, %p, %cos, %sin heads 1 : (tensor<?x64xf32>, tensor<?xi32>, tensor<?x2xf32>, tensor<?x2xf32>) -> tensor<?x64xf32>
  %s = onnx.node "Mul"(%r, %two) {} : (tensor<?x64xf32>, tensor<f32>) -> tensor<?x64xf32>
  %l = transformer.linear %s, %w layout nk : (tensor<?x64xf32>, tensor<256x64xf32>) -> tensor<?x256xf32>
  return %l, %cache : tensor<?x256xf32>, !transformer.kv_cache<layers = 1, heads = 1, key_dim = 4, value_dim = 4, element = f32>
}

// -----

// Tests that the one number of a norm over one column is a weight, though one
// beside the rows of a node is a factor.
// CHECK-LABEL: deploy.part @cpu
// CHECK-SAME: #deploy.slot<vector, dense<3.000000e+00> : tensor<1xf32>>
// CHECK: transformer.rms_norm %{{.*}}, %{{.*}} epsilon
func.func @step(%tokens: tensor<?xi32>, %rows: !transformer.rows, %cache: !transformer.kv_cache<layers = 1, heads = 1, key_dim = 4, value_dim = 4, element = f32>) -> (tensor<?x1xf32>, !transformer.kv_cache<layers = 1, heads = 1, key_dim = 4, value_dim = 4, element = f32>) attributes {deploy.phases = ["prefill", "decode"], deploy.placement = {prefill = #deploy.chip<"cpu", "toy">, decode = #deploy.chip<"cpu", "toy">}} {
  %w = onnx.constant #onnx.weight<"model.onnx", 64, 64> : tensor<16x1xf32>
  %scale = onnx.constant dense<3.0> : tensor<1xf32>
  %x = transformer.embedding %tokens, %w layout nk : (tensor<?xi32>, tensor<16x1xf32>) -> tensor<?x1xf32>
  %n = transformer.rms_norm %x, %scale epsilon 1.0e-6 : tensor<?x1xf32>, tensor<1xf32>
  return %n, %cache : tensor<?x1xf32>, !transformer.kv_cache<layers = 1, heads = 1, key_dim = 4, value_dim = 4, element = f32>
}
