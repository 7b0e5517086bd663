// RUN: tandem-opt %s --tandem-lower-to-stable-hlo='capacity=16 only=prefill-4' --split-input-file | FileCheck %s

!cache = !transformer.kv_cache<layers = 1, heads = 2, key_dim = 4, value_dim = 4, element = f32>

// Tests the signature of a program, and that its cache is written in place.
// CHECK-LABEL: module @"prefill-4" {
// CHECK: func.func @main(%[[TOKENS:.*]]: tensor<4xi32>, %[[COUNTS:.*]]: tensor<1xi32>, %[[STARTS:.*]]: tensor<1xi32>,
// CHECK-SAME: %[[KEYS:.*]]: tensor<1x2x16x4xf32> {tf.aliasing_output = 1 : i32}, %[[VALUES:.*]]: tensor<1x2x16x4xf32> {tf.aliasing_output = 2 : i32},
// CHECK-SAME: %[[TABLE:.*]]: tensor<32x8xf32>, %[[W:.*]]: tensor<8x16xf32>) -> (tensor<1x16xf32>, tensor<1x2x16x4xf32>, tensor<1x2x16x4xf32>) {
// CHECK-DAG: %[[COUNT:.*]] = stablehlo.reshape %[[COUNTS]] : (tensor<1xi32>) -> tensor<i32>
// CHECK-DAG: %[[START:.*]] = stablehlo.reshape %[[STARTS]] : (tensor<1xi32>) -> tensor<i32>
// CHECK: %[[X:.*]] = stablehlo.gather %[[TABLE]], %[[TOKENS]]
// CHECK: %[[LAYER:.*]] = stablehlo.constant dense<0> : tensor<i32>
// CHECK: %[[NEW_KEYS:.*]] = stablehlo.dynamic_update_slice %[[KEYS]], %{{.*}}, %[[LAYER]], %{{.*}}, %[[START]], %{{.*}} : (tensor<1x2x16x4xf32>, tensor<1x2x4x4xf32>,
// CHECK: %[[NEW_VALUES:.*]] = stablehlo.dynamic_update_slice %[[VALUES]]
// CHECK: %[[LAST:.*]] = stablehlo.subtract %[[COUNT]]
// CHECK: %[[ROW:.*]] = stablehlo.dynamic_slice %[[X]], %[[LAST]], %{{.*}} sizes [1, 8]
// CHECK: %[[LOGITS:.*]] = stablehlo.dot_general %[[ROW]], %[[W]]<lhs_contracting_dimensions = [1], rhs_contracting_dimensions = [0]> precision [HIGHEST, HIGHEST]
// CHECK: return %[[LOGITS]], %[[NEW_KEYS]], %[[NEW_VALUES]]
deploy.part @signature phases ["prefill"] on <"chip", "toy"> mesh [1, 1] stage 0 weights [#deploy.slot<table_nk, dense<0.0> : tensor<32x8xf32>>, #deploy.slot<matrix_kn, dense<2.0> : tensor<8x16xf32>>] {
  func.func @prefill(%tokens: tensor<?xi32>, %rows: !transformer.rows, %c0: !cache, %weights: !deploy.weights) -> (tensor<?x16xf32>, !cache) {
    %t = deploy.weight %weights[0] : tensor<32x8xf32>
    %x = transformer.embedding %tokens, %t layout nk : (tensor<?xi32>, tensor<32x8xf32>) -> tensor<?x8xf32>
    %l = arith.constant 0 : index
    %c1 = transformer.append %c0 at %l, %x, %x, %rows : !cache, tensor<?x8xf32>, tensor<?x8xf32>
    %s = transformer.select_tokens %x, %rows : tensor<?x8xf32>
    %w = deploy.weight %weights[1] : tensor<8x16xf32>
    %y = transformer.linear %s, %w layout kn : (tensor<?x8xf32>, tensor<8x16xf32>) -> tensor<?x16xf32>
    return %y, %c1 : tensor<?x16xf32>, !cache
  }
}

// -----

!cache = !transformer.kv_cache<layers = 2, heads = 2, key_dim = 4, value_dim = 4, element = f32>

// Tests that a loop over layers becomes calls of one function, each with the
// weights and the number of its layer.
// CHECK-LABEL: module @"prefill-4" {
// CHECK: func.func @main(%[[TOKENS:arg[0-9]+]]: tensor<4xi32>
// CHECK-SAME: %[[W0:[a-z0-9]+]]: tensor<8xf32>, %[[W1:[a-z0-9]+]]: tensor<8xf32>) ->
// CHECK: %[[L0:.*]] = stablehlo.constant dense<0> : tensor<i32>
// CHECK: %[[A:.*]]:3 = call @layer({{.*}}, %[[L0]], %[[W0]]) :
// CHECK: %[[L1:.*]] = stablehlo.constant dense<1> : tensor<i32>
// CHECK: %[[B:.*]]:3 = call @layer({{.*}}, %[[A]]#0, %[[A]]#1, %[[A]]#2, %[[L1]], %[[W1]]) :
// CHECK: stablehlo.dynamic_slice %[[B]]#0
// CHECK: return %{{.*}}, %[[B]]#1, %[[B]]#2
// CHECK: func.func private @layer(
// CHECK-NOT: func.func
deploy.part @layers phases ["prefill"] on <"chip", "toy"> mesh [1, 1] stage 0 weights [#deploy.slot<table_nk, dense<0.0> : tensor<32x8xf32>>, #deploy.slot<vector, dense<1.0> : tensor<8xf32>>, #deploy.slot<vector, dense<3.0> : tensor<8xf32>>] {
  func.func private @layer(%x: tensor<?x8xf32>, %c0: !cache, %rows: !transformer.rows, %weights: !deploy.weights, %layer: index) -> (tensor<?x8xf32>, !cache) {
    %w = deploy.weight %weights[1 + %layer * 1] : tensor<8xf32>
    %n = transformer.rms_norm %x, %w epsilon 1.0e-6 : tensor<?x8xf32>, tensor<8xf32>
    %c1 = transformer.append %c0 at %layer, %n, %n, %rows : !cache, tensor<?x8xf32>, tensor<?x8xf32>
    return %n, %c1 : tensor<?x8xf32>, !cache
  }
  func.func @prefill(%tokens: tensor<?xi32>, %rows: !transformer.rows, %c0: !cache, %weights: !deploy.weights) -> (tensor<?x8xf32>, !cache) {
    %t = deploy.weight %weights[0] : tensor<32x8xf32>
    %x = transformer.embedding %tokens, %t layout nk : (tensor<?xi32>, tensor<32x8xf32>) -> tensor<?x8xf32>
    %zero = arith.constant 0 : index
    %one = arith.constant 1 : index
    %two = arith.constant 2 : index
    %r:2 = scf.for %i = %zero to %two step %one iter_args(%a = %x, %c = %c0) -> (tensor<?x8xf32>, !cache) {
      %y:2 = func.call @layer(%a, %c, %rows, %weights, %i) : (tensor<?x8xf32>, !cache, !transformer.rows, !deploy.weights, index) -> (tensor<?x8xf32>, !cache)
      scf.yield %y#0, %y#1 : tensor<?x8xf32>, !cache
    }
    %s = transformer.select_tokens %r#0, %rows : tensor<?x8xf32>
    return %s, %r#1 : tensor<?x8xf32>, !cache
  }
}

// -----

// Tests that without the program asked for nothing is left of a part.
// CHECK-NOT: module @
// CHECK-NOT: deploy.part
deploy.part @other_phase phases ["decode"] on <"chip", "toy"> mesh [1, 1] stage 0 weights [] {
  func.func @decode(%tokens: tensor<?xi32>) { return }
}
