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

// -----

// Tests that primitives along axes behind batch and sequence stay, their axes
// counted from the end, and that sizes lose a dimension.
// CHECK-LABEL: func.func @step
// CHECK: %[[X:.*]] = transformer.embedding
// CHECK: %[[LAST:.*]] = onnx.constant dense<-1> : tensor<1xi64>
// CHECK: onnx.node "ReduceMean"(%[[X]], %[[LAST]]) {keepdims = 1 : i64} : (tensor<?x4xf32>, tensor<1xi64>) -> tensor<?x1xf32>
// CHECK: %[[D:.*]] = onnx.node "Sub"{{.*}} : (tensor<?x4xf32>, tensor<?x1xf32>) -> tensor<?x4xf32>
// CHECK: %[[SHAPE:.*]] = onnx.constant dense<[-1, 2, 2]> : tensor<3xi64>
// CHECK: %[[PAIRS:.*]] = onnx.node "Reshape"(%[[D]], %[[SHAPE]]) {} : (tensor<?x4xf32>, tensor<3xi64>) -> tensor<?x2x2xf32>
// CHECK: %[[SCALED:.*]] = onnx.node "Mul"(%[[PAIRS]], %{{.*}}) {} : (tensor<?x2x2xf32>, tensor<2x1xf32>) -> tensor<?x2x2xf32>
// CHECK: onnx.node "Transpose"(%[[SCALED]]) {perm = array<i64: 0, 2, 1>}
// CHECK: onnx.node "Softmax"(%{{.*}}) {axis = -2 : i64}
// CHECK: %[[REPEATS:.*]] = onnx.constant dense<[1, 2, 1]> : tensor<3xi64>
// CHECK: onnx.node "Tile"(%{{.*}}, %[[REPEATS]]) {} : (tensor<?x2x2xf32>, tensor<3xi64>) -> tensor<?x4x2xf32>
// CHECK: %[[AXES:.*]] = onnx.constant dense<-2> : tensor<1xi64>
// CHECK: onnx.node "Slice"(%{{.*}}, %{{.*}}, %{{.*}}, %[[AXES]])
// CHECK: onnx.node "Gather"(%{{.*}}, %{{.*}}) {axis = -1 : i64} : (tensor<?x4xf32>, tensor<4xi64>) -> tensor<?x4xf32>
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids"}, %pk: tensor<?x1x?x4xf32>, %pv: tensor<?x1x?x4xf32>) -> (tensor<?x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>) {
  %table = onnx.constant dense<1.0> : tensor<16x4xf32>
  %x = transformer.embedding %ids, %table layout nk : (tensor<?x?xi64>, tensor<16x4xf32>) -> tensor<?x?x4xf32>
  %two = onnx.constant dense<2> : tensor<1xi64>
  %mean = onnx.node "ReduceMean"(%x, %two) {keepdims = 1 : i64} : (tensor<?x?x4xf32>, tensor<1xi64>) -> tensor<?x?x1xf32>
  %d = onnx.node "Sub"(%x, %mean) {} : (tensor<?x?x4xf32>, tensor<?x?x1xf32>) -> tensor<?x?x4xf32>
  %to_pairs = onnx.constant dense<[0, 0, 2, 2]> : tensor<4xi64>
  %pairs = onnx.node "Reshape"(%d, %to_pairs) {} : (tensor<?x?x4xf32>, tensor<4xi64>) -> tensor<?x?x2x2xf32>
  %factors = onnx.constant dense<[[1.0], [2.0]]> : tensor<2x1xf32>
  %scaled = onnx.node "Mul"(%pairs, %factors) {} : (tensor<?x?x2x2xf32>, tensor<2x1xf32>) -> tensor<?x?x2x2xf32>
  %turned = onnx.node "Transpose"(%scaled) {perm = array<i64: 0, 1, 3, 2>} : (tensor<?x?x2x2xf32>) -> tensor<?x?x2x2xf32>
  %s = onnx.node "Softmax"(%turned) {axis = 2 : i64} : (tensor<?x?x2x2xf32>) -> tensor<?x?x2x2xf32>
  %repeats = onnx.constant dense<[1, 1, 2, 1]> : tensor<4xi64>
  %tiled = onnx.node "Tile"(%s, %repeats) {} : (tensor<?x?x2x2xf32>, tensor<4xi64>) -> tensor<?x?x4x2xf32>
  %four = onnx.constant dense<4> : tensor<1xi64>
  %part = onnx.node "Slice"(%tiled, %two, %four, %two) {} : (tensor<?x?x4x2xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?x?x2x2xf32>
  %to_rows = onnx.constant dense<[0, -1, 4]> : tensor<3xi64>
  %rows = onnx.node "Reshape"(%part, %to_rows) {} : (tensor<?x?x2x2xf32>, tensor<3xi64>) -> tensor<?x?x4xf32>
  %order = onnx.constant dense<[3, 2, 1, 0]> : tensor<4xi64>
  %y = onnx.node "Gather"(%rows, %order) {axis = 2 : i64} : (tensor<?x?x4xf32>, tensor<4xi64>) -> tensor<?x?x4xf32>
  %z, %p:2 = transformer.attention %y, %x, %x past(%pk, %pv) heads 1, 1 scale 0.5 keep <causal = true> : (tensor<?x?x4xf32>, tensor<?x?x4xf32>, tensor<?x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>) -> (tensor<?x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>)
  return %z, %p#0, %p#1 : tensor<?x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>
}
