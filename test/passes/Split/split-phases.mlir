// RUN: tandem-opt %s --tandem-split-phases --split-input-file | FileCheck %s

// Tests that one layer becomes a step over a cache: values lose their batch
// dimension, positions and padding come from the rows, and the head runs on the
// tokens that are asked for.
// CHECK-LABEL: func.func @step(%arg0: tensor<?xi32>, %arg1: !transformer.rows, %arg2: !transformer.kv_cache<layers = 1, heads = 1, key_dim = 4, value_dim = 4, element = f32>)
// CHECK-SAME: deploy.phases = ["prefill", "decode"]
// CHECK: %[[POSITIONS:.*]] = transformer.positions %arg1 : tensor<?xi32>
// CHECK: %[[X:.*]] = transformer.embedding %arg0, %{{.*}} layout nk : (tensor<?xi32>, tensor<16x8xf32>) -> tensor<?x8xf32>
// CHECK: transformer.rotary %{{.*}}, %[[POSITIONS]], %{{.*}} heads 2
// CHECK: %[[LAYER:.*]] = arith.constant 0 : index
// CHECK: %[[CACHE:.*]] = transformer.append %arg2 at %[[LAYER]]
// CHECK: %[[Y:.*]] = transformer.cached_attention %{{.*}}, %[[CACHE]] at %[[LAYER]], %arg1 heads 2 scale 5.000000e-01 keep <causal = true>
// CHECK: %[[SUM:.*]] = onnx.node "Add"(%[[X]], %[[Y]])
// CHECK: %[[LAST:.*]] = transformer.select_tokens %[[SUM]], %arg1
// CHECK: %[[LOGITS:.*]] = transformer.linear %[[LAST]]
// CHECK: return %[[LOGITS]], %[[CACHE]]
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids"}, %mask: tensor<?x?xi64> {onnx.name = "attention_mask"}, %pos: tensor<?x?xi64> {onnx.name = "position_ids"}, %pk: tensor<?x1x?x4xf32>, %pv: tensor<?x1x?x4xf32>) -> (tensor<?x?x16xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>) {
  %table = onnx.constant dense<1.0> : tensor<16x8xf32>
  %wk = onnx.constant dense<1.0> : tensor<8x4xf32>
  %x = transformer.embedding %ids, %table layout nk : (tensor<?x?xi64>, tensor<16x8xf32>) -> tensor<?x?x8xf32>
  %cos, %sin = transformer.rotary_table dense<[1.0, 0.5]> : tensor<2xf32> scale 1.0 -> tensor<?x2xf32>, tensor<?x2xf32>
  %k = transformer.linear %x, %wk layout kn : (tensor<?x?x8xf32>, tensor<8x4xf32>) -> tensor<?x?x4xf32>
  %q = transformer.rotary %x, %pos, %cos, %sin heads 2 : (tensor<?x?x8xf32>, tensor<?x?xi64>, tensor<?x2xf32>, tensor<?x2xf32>) -> tensor<?x?x8xf32>
  %y, %p:2 = transformer.attention %q, %k, %k past(%pk, %pv) padding(%mask) heads 2, 1 scale 0.5 keep <causal = true> : (tensor<?x?x8xf32>, tensor<?x?x4xf32>, tensor<?x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x?xi64>) -> (tensor<?x?x8xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>)
  %r = onnx.node "Add"(%x, %y) {} : (tensor<?x?x8xf32>, tensor<?x?x8xf32>) -> tensor<?x?x8xf32>
  %logits = transformer.linear %r, %table layout nk : (tensor<?x?x8xf32>, tensor<16x8xf32>) -> tensor<?x?x16xf32>
  return %logits, %p#0, %p#1 : tensor<?x?x16xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>
}

// -----

// Tests that positions computed behind the past become the rows' positions.
// CHECK-LABEL: func.func @step
// CHECK: %[[POSITIONS:.*]] = transformer.positions
// CHECK: transformer.embedding %[[POSITIONS]]
// CHECK-NOT: past_positions
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids"}, %pk: tensor<?x1x?x4xf32>, %pv: tensor<?x1x?x4xf32>) -> (tensor<?x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>) {
  %table = onnx.constant dense<1.0> : tensor<16x4xf32>
  %x = transformer.embedding %ids, %table layout nk : (tensor<?x?xi64>, tensor<16x4xf32>) -> tensor<?x?x4xf32>
  %pos = transformer.past_positions %pk, %x : (tensor<?x1x?x4xf32>, tensor<?x?x4xf32>) -> tensor<?x?xi64>
  %e = transformer.embedding %pos, %table layout nk : (tensor<?x?xi64>, tensor<16x4xf32>) -> tensor<?x?x4xf32>
  %y, %p:2 = transformer.attention %e, %x, %x past(%pk, %pv) heads 1, 1 scale 0.5 keep <causal = true> : (tensor<?x?x4xf32>, tensor<?x?x4xf32>, tensor<?x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>) -> (tensor<?x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>)
  return %y, %p#0, %p#1 : tensor<?x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>
}
