// RUN: tandem-opt %s --tandem-lower-to-stable-hlo='capacity=16 only=prefill-4-all' --split-input-file | FileCheck %s
// Tests operations one by one. What they compute is tested by execution.

!cache = !transformer.kv_cache<layers = 1, heads = 2, key_dim = 4, value_dim = 4, element = f32>

// Tests that a query sees the keys up to its own position and inside the window,
// and that query heads share key heads without copies.
// CHECK-LABEL: module @"prefill-4-all" {
// CHECK: %[[Q:.*]] = stablehlo.reshape %{{.*}} : (tensor<4x16xf32>) -> tensor<4x2x2x4xf32>
// CHECK: stablehlo.dot_general %[[Q]], %{{.*}}<lhs_batching_dimensions = [1], rhs_batching_dimensions = [0], lhs_contracting_dimensions = [3], rhs_contracting_dimensions = [2]> precision [HIGHEST, HIGHEST] : (tensor<4x2x2x4xf32>, tensor<2x16x4xf32>) -> tensor<2x4x2x16xf32>
// CHECK: stablehlo.constant dense<2.500000e-01>
// CHECK: stablehlo.tanh
// CHECK: %[[KEY:.*]] = stablehlo.iota dim 1 : tensor<4x16xi32>
// CHECK: %[[QUERY:.*]] = stablehlo.add
// CHECK: %[[CAUSAL:.*]] = stablehlo.compare LE %[[KEY]], %[[QUERY]]
// CHECK: %[[EIGHT:.*]] = stablehlo.constant dense<8>
// CHECK: %[[OLDEST:.*]] = stablehlo.subtract %[[QUERY]], %[[EIGHT]]
// CHECK: %[[WINDOW:.*]] = stablehlo.compare GT %[[KEY]], %[[OLDEST]]
// CHECK: stablehlo.and %[[CAUSAL]], %[[WINDOW]]
// CHECK: stablehlo.maximum
// CHECK: stablehlo.exponential
deploy.part @attention phases ["prefill"] on <"chip", "toy"> mesh [1, 1] stage 0 weights [#deploy.slot<table_nk, dense<0.0> : tensor<32x16xf32>>] {
  func.func @prefill(%q: tensor<?xi32>, %rows: !transformer.rows, %c: !cache, %weights: !deploy.weights) -> (tensor<?x16xf32>, !cache) {
    %l = arith.constant 0 : index
    %x = transformer.positions %rows : tensor<?xi32>
    %t = deploy.weight %weights[0] : tensor<32x16xf32>
    %e = transformer.embedding %q, %t layout nk : (tensor<?xi32>, tensor<32x16xf32>) -> tensor<?x16xf32>
    %y = transformer.cached_attention %e, %c at %l, %rows heads 4 scale 0.25 keep <causal = true, window = 8> softcap 30.0 : tensor<?x16xf32>, !cache -> tensor<?x16xf32>
    return %y, %c : tensor<?x16xf32>, !cache
  }
}

// -----

!cache = !transformer.kv_cache<layers = 1, heads = 2, key_dim = 4, value_dim = 4, element = f32>

// Tests that without causality every token there is is seen, and no padding.
// CHECK-LABEL: module @"prefill-4-all" {
// CHECK: %[[KEY:.*]] = stablehlo.iota dim 1 : tensor<4x16xi32>
// CHECK: %[[END:.*]] = stablehlo.add %{{.*}}, %{{.*}} : tensor<i32>
// CHECK: %[[ENDS:.*]] = stablehlo.broadcast_in_dim %[[END]] dims [] : (tensor<i32>) -> tensor<4x16xi32>
// CHECK: stablehlo.compare LT %[[KEY]], %[[ENDS]]
// CHECK-NOT: stablehlo.and
deploy.part @full_attention phases ["prefill"] on <"chip", "toy"> mesh [1, 1] stage 0 weights [#deploy.slot<table_nk, dense<0.0> : tensor<32x8xf32>>] {
  func.func @prefill(%tokens: tensor<?xi32>, %rows: !transformer.rows, %c: !cache, %weights: !deploy.weights) -> (tensor<?x8xf32>, !cache) {
    %t = deploy.weight %weights[0] : tensor<32x8xf32>
    %x = transformer.embedding %tokens, %t layout nk : (tensor<?xi32>, tensor<32x8xf32>) -> tensor<?x8xf32>
    %l = arith.constant 0 : index
    %y = transformer.cached_attention %x, %c at %l, %rows heads 2 scale 0.5 keep <causal = false> : tensor<?x8xf32>, !cache -> tensor<?x8xf32>
    return %y, %c : tensor<?x8xf32>, !cache
  }
}

// -----

!cache = !transformer.kv_cache<layers = 1, heads = 2, key_dim = 4, value_dim = 4, element = f32>

// Tests that a head's elements behind the rotated pairs are copied, and that
// interleaved pairs are taken by strides.
// CHECK-LABEL: module @"prefill-4-all" {
// CHECK: %[[X:.*]] = stablehlo.reshape %{{.*}} : (tensor<4x8xf32>) -> tensor<4x2x4xf32>
// CHECK: %[[R:.*]] = stablehlo.slice %[[X]] from [0, 0, 0] to [4, 2, 2] by [1, 1, 1]
// CHECK: stablehlo.slice %[[R]] from [0, 0, 0] to [4, 2, 2] by [1, 1, 2]
// CHECK: stablehlo.slice %[[R]] from [0, 0, 1] to [4, 2, 2] by [1, 1, 2]
// CHECK: %[[T:.*]] = stablehlo.concatenate %{{.*}}, %{{.*}} dim 3
// CHECK: %[[TURNED:.*]] = stablehlo.reshape %[[T]]
// CHECK: %[[REST:.*]] = stablehlo.slice %[[X]] from [0, 0, 2] to [4, 2, 4] by [1, 1, 1]
// CHECK: stablehlo.concatenate %[[TURNED]], %[[REST]] dim 2
deploy.part @rotary phases ["prefill"] on <"chip", "toy"> mesh [1, 1] stage 0 weights [#deploy.slot<table_nk, dense<0.0> : tensor<32x8xf32>>, #deploy.slot<vector, dense<1.0> : tensor<16x1xf32>>] {
  func.func @prefill(%tokens: tensor<?xi32>, %rows: !transformer.rows, %c: !cache, %weights: !deploy.weights) -> (tensor<?x8xf32>, !cache) {
    %t = deploy.weight %weights[0] : tensor<32x8xf32>
    %x = transformer.embedding %tokens, %t layout nk : (tensor<?xi32>, tensor<32x8xf32>) -> tensor<?x8xf32>
    %p = transformer.positions %rows : tensor<?xi32>
    %a = deploy.weight %weights[1] : tensor<16x1xf32>
    %y = transformer.rotary %x, %p, %a, %a heads 2 interleaved : (tensor<?x8xf32>, tensor<?xi32>, tensor<16x1xf32>, tensor<16x1xf32>) -> tensor<?x8xf32>
    return %y, %c : tensor<?x8xf32>, !cache
  }
}

// -----

!cache = !transformer.kv_cache<layers = 1, heads = 2, key_dim = 4, value_dim = 4, element = f32>

// Tests that operands are repeated to one shape, that an omitted bound of a Clip
// is left out, and that a Split takes columns.
// CHECK-LABEL: module @"prefill-4-all" {
// CHECK: stablehlo.broadcast_in_dim %{{.*}} dims [1] : (tensor<8xf32>) -> tensor<4x8xf32>
// CHECK: stablehlo.multiply
// CHECK: %[[TWO:.*]] = stablehlo.broadcast_in_dim %{{.*}} dims [] : (tensor<f32>) -> tensor<4x8xf32>
// CHECK: stablehlo.subtract %[[TWO]], %{{.*}} : tensor<4x8xf32>
// CHECK-NOT: stablehlo.maximum
// CHECK: stablehlo.minimum
// CHECK: stablehlo.slice %{{.*}} from [0, 0] to [4, 2] by [1, 1]
// CHECK: stablehlo.slice %{{.*}} from [0, 2] to [4, 8] by [1, 1]
deploy.part @primitives phases ["prefill"] on <"chip", "toy"> mesh [1, 1] stage 0 weights [#deploy.slot<table_nk, dense<0.0> : tensor<32x8xf32>>, #deploy.slot<vector, dense<1.0> : tensor<8xf32>>] {
  func.func @prefill(%tokens: tensor<?xi32>, %rows: !transformer.rows, %c: !cache, %weights: !deploy.weights) -> (tensor<?x2xf32>, !cache) {
    %t = deploy.weight %weights[0] : tensor<32x8xf32>
    %x = transformer.embedding %tokens, %t layout nk : (tensor<?xi32>, tensor<32x8xf32>) -> tensor<?x8xf32>
    %v = deploy.weight %weights[1] : tensor<8xf32>
    %s = onnx.constant dense<2.0> : tensor<f32>
    %0 = onnx.node "Mul"(%x, %v) {} : (tensor<?x8xf32>, tensor<8xf32>) -> tensor<?x8xf32>
    %1 = onnx.node "Sub"(%s, %0) {} : (tensor<f32>, tensor<?x8xf32>) -> tensor<?x8xf32>
    %none = onnx.none
    %2 = onnx.node "Clip"(%1, %none, %s) {} : (tensor<?x8xf32>, none, tensor<f32>) -> tensor<?x8xf32>
    %widths = onnx.constant dense<[2, 6]> : tensor<2xi64>
    %y, %rest = onnx.node "Split"(%2, %widths) {axis = -1 : i64} : (tensor<?x8xf32>, tensor<2xi64>) -> (tensor<?x2xf32>, tensor<?x6xf32>)
    return %y, %c : tensor<?x2xf32>, !cache
  }
}
