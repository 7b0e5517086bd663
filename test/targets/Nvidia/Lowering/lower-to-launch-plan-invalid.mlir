// RUN: tandem-opt %s --tandem-lower-to-launch-plan='capacity=64' --verify-diagnostics --split-input-file
// Tests that each gap of a part is named, all at one time.

!cache = !transformer.kv_cache<layers = 1, heads = 2, key_dim = 4, value_dim = 4, element = f32>

deploy.part @gaps phases ["prefill"] on <"chip", "toy"> mesh [1, 1] stage 0 weights [#deploy.slot<table_nk, dense<0.0> : tensor<32x8xf32>>] {
  func.func @prefill(%tokens: tensor<?xi32>, %rows: !transformer.rows, %c: !cache, %weights: !deploy.weights) -> (tensor<?x8xf32>, !cache) {
    %t = deploy.weight %weights[0] : tensor<32x8xf32>
    %x = transformer.embedding %tokens, %t layout nk : (tensor<?xi32>, tensor<32x8xf32>) -> tensor<?x8xf32>
    // expected-error @below {{'onnx.node' op 'Softmax' with 1 inputs has no kernel}}
    %y = onnx.node "Softmax"(%x) {} : (tensor<?x8xf32>) -> tensor<?x8xf32>
    // expected-error @below {{'onnx.node' op combines 'tensor<32x8xf32>' with rows of 8 values; expected as many or one}}
    %z = onnx.node "Add"(%y, %t) {} : (tensor<?x8xf32>, tensor<32x8xf32>) -> tensor<?x8xf32>
    return %y, %c : tensor<?x8xf32>, !cache
  }
}

// -----

!cache = !transformer.kv_cache<layers = 1, heads = 2, key_dim = 4, value_dim = 4, element = f32>

// expected-error @below {{chip 'chip' has machine key 'architecture' = "sm_60", expected one of sm_90a, sm_100a, sm_103a, sm_120a}}
// expected-error @below {{chip 'chip' has machine key 'cache_block_tokens' = 24 : i64, expected a power of two from 16 to 4096}}
// expected-error @below {{chip 'chip' has machine key 'cores' = 2 : i64, expected 'architecture' and 'cache_block_tokens' only}}
deploy.part @machine phases ["prefill"] on <"chip", "toy", {architecture = "sm_60", cache_block_tokens = 24 : i64, cores = 2 : i64}> mesh [1, 1] stage 0 weights [#deploy.slot<table_nk, dense<0.0> : tensor<32x8xf32>>] {
  func.func @prefill(%tokens: tensor<?xi32>, %rows: !transformer.rows, %c: !cache, %weights: !deploy.weights) -> (tensor<?x8xf32>, !cache) {
    %t = deploy.weight %weights[0] : tensor<32x8xf32>
    %x = transformer.embedding %tokens, %t layout nk : (tensor<?xi32>, tensor<32x8xf32>) -> tensor<?x8xf32>
    return %x, %c : tensor<?x8xf32>, !cache
  }
}
