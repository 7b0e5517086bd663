// RUN: tandem-opt %s --tandem-lower-to-launch-plan='capacity=64' --verify-diagnostics --split-input-file
// Tests that each gap of a part is named, all at one time.

!cache = !transformer.kv_cache<layers = 1, heads = 2, key_dim = 4, value_dim = 4, element = f32>

deploy.part @gaps phases ["prefill"] on <"chip", "toy"> mesh [1, 1] stage 0 weights [#deploy.slot<table_nk, dense<0.0> : tensor<32x8xf32>>, #deploy.slot<vector, dense<1.0> : tensor<16x2xf32>>] {
  func.func @prefill(%tokens: tensor<?xi32>, %rows: !transformer.rows, %c: !cache, %weights: !deploy.weights) -> (tensor<?x8xf32>, !cache) {
    %t = deploy.weight %weights[0] : tensor<32x8xf32>
    %x = transformer.embedding %tokens, %t layout nk : (tensor<?xi32>, tensor<32x8xf32>) -> tensor<?x8xf32>
    %last = onnx.constant dense<-1> : tensor<1xi64>
    %eight = onnx.constant dense<8> : tensor<1xi64>
    %true = onnx.constant dense<true> : tensor<i1>
    %half = onnx.constant dense<0.5> : tensor<f32>
    // expected-error @below {{'onnx.node' op makes indices of 'tensor<?x4xf32>'; expected i64}}
    %k:2 = onnx.node "TopK"(%x, %last) {} : (tensor<?x8xf32>, tensor<1xi64>) -> (tensor<?x4xf32>, tensor<?x4xf32>)
    // expected-error @below {{'onnx.node' op combines 'tensor<32x8xf32>' with rows of 'tensor<?x8xf32>'; expected what broadcasts to each row, or a number}}
    %z = onnx.node "Add"(%x, %t) {} : (tensor<?x8xf32>, tensor<32x8xf32>) -> tensor<?x8xf32>
    // expected-error @below {{'onnx.node' op moves elements from token to token}}
    %0 = onnx.node "Transpose"(%x) {perm = array<i64: 1, 0>} : (tensor<?x8xf32>) -> tensor<?x8xf32>
    // expected-error @below {{'onnx.node' op has sizes, axes or indices in input 1 that are not constant}}
    %1 = onnx.node "Gather"(%x, %tokens) {axis = -1 : i64} : (tensor<?x8xf32>, tensor<?xi32>) -> tensor<?x8xf32>
    // expected-error @below {{'onnx.node' op reads index 8 of an axis of 8}}
    %2 = onnx.node "Gather"(%x, %eight) {axis = -1 : i64} : (tensor<?x8xf32>, tensor<1xi64>) -> tensor<?x1xf32>
    // expected-error @below {{'onnx.node' op works along axis 0 of a value of rank 2; expected an axis behind that of tokens}}
    %3 = onnx.node "Softmax"(%x) {axis = 0 : i64} : (tensor<?x8xf32>) -> tensor<?x8xf32>
    // expected-error @below {{'onnx.node' op reduces along all axes; expected axes behind that of tokens}}
    %5 = onnx.node "ReduceSum"(%x) {} : (tensor<?x8xf32>) -> tensor<?x1xf32>
    // expected-error @below {{'onnx.node' op joins a constant to rows; expected rows only}}
    %6 = onnx.node "Concat"(%x, %t) {axis = -1 : i64} : (tensor<?x8xf32>, tensor<32x8xf32>) -> tensor<?x16xf32>
    // expected-error @below {{'onnx.node' op has results whose types do not follow from its inputs}}
    %7 = onnx.node "Split"(%x) {axis = -1 : i64} : (tensor<?x8xf32>) -> tensor<?x9xf32>
    // expected-error @below {{'onnx.node' op has a result whose type does not follow from its input}}
    %8 = onnx.node "ReduceMax"(%x, %last) {} : (tensor<?x8xf32>, tensor<1xi64>) -> tensor<?x8xf32>
    // expected-error @below {{'onnx.node' op chooses by a constant; expected a condition for each token}}
    %9 = onnx.node "Where"(%true, %x, %x) {} : (tensor<i1>, tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
    // expected-error @below {{'onnx.node' op has no operand with a row for each token}}
    %10 = onnx.node "Max"(%half, %half) {} : (tensor<f32>, tensor<f32>) -> tensor<?x8xf32>
    // expected-error @below {{'onnx.node' op combines 'tensor<?x8xf32>' with rows of 'tensor<?xi32>'; expected what broadcasts to each row, or a number}}
    %11 = onnx.node "Cast"(%x) {to = 6 : i64} : (tensor<?x8xf32>) -> tensor<?xi32>
    // expected-error @below {{'onnx.node' op has a value of type 'tensor<8x8xf32>'; this target computes rows of tokens, of floats, truth values and integers of 32 or 64 bits}}
    %12 = onnx.node "Cast"(%x) {to = 1 : i64} : (tensor<?x8xf32>) -> tensor<8x8xf32>
    %heads = onnx.node "Reshape"(%x, %last) {} : (tensor<?x8xf32>, tensor<1xi64>) -> tensor<?x2x4xf32>
    %whole = onnx.node "Cast"(%heads) {to = 6 : i64} : (tensor<?x2x4xf32>) -> tensor<?x2x4xi32>
    %places = onnx.node "ReduceMax"(%whole, %last) {keepdims = 0 : i64} : (tensor<?x2x4xi32>, tensor<1xi64>) -> tensor<?x2xi32>
    %w = deploy.weight %weights[1] : tensor<16x2xf32>
    // expected-error @below {{'transformer.rotary' op takes rows of type 'tensor<?x2x4xf32>'; expected tensor<?xWIDTHxf32>}}
    %n = transformer.rotary %heads, %places, %w, %w heads 1 : (tensor<?x2x4xf32>, tensor<?x2xi32>, tensor<16x2xf32>, tensor<16x2xf32>) -> tensor<?x2x4xf32>
    return %x, %c : tensor<?x8xf32>, !cache
  }
}

// -----

!cache = !transformer.kv_cache<layers = 1, heads = 2, key_dim = 4, value_dim = 4, element = f32>

// expected-error @below {{chip 'chip' has machine key 'architecture' = "sm_60", expected one of sm_90a, sm_100a, sm_103a, sm_120a}}
// expected-error @below {{chip 'chip' has machine key 'cache_block_tokens' = 24 : i64, expected a power of two from 16 to 4096}}
// expected-error @below {{chip 'chip' has machine key 'cache_element' = "f8", expected one of f32, bf16, f16}}
// expected-error @below {{chip 'chip' has machine key 'cores' = 2 : i64, expected 'architecture', 'cache_block_tokens', 'cache_element', 'gpu' and 'input_terms' only}}
// expected-error @below {{chip 'chip' has machine key 'gpu' = 64 : i64, expected a number from 0 to 63}}
// expected-error @below {{chip 'chip' has machine key 'input_terms' = 4 : i64, expected 1, 2 or 3}}
deploy.part @machine phases ["prefill"] on <"chip", "toy", {architecture = "sm_60", cache_block_tokens = 24 : i64, cache_element = "f8", cores = 2 : i64, gpu = 64 : i64, input_terms = 4 : i64}> mesh [1, 1] stage 0 weights [#deploy.slot<table_nk, dense<0.0> : tensor<32x8xf32>>] {
  func.func @prefill(%tokens: tensor<?xi32>, %rows: !transformer.rows, %c: !cache, %weights: !deploy.weights) -> (tensor<?x8xf32>, !cache) {
    %t = deploy.weight %weights[0] : tensor<32x8xf32>
    %x = transformer.embedding %tokens, %t layout nk : (tensor<?xi32>, tensor<32x8xf32>) -> tensor<?x8xf32>
    return %x, %c : tensor<?x8xf32>, !cache
  }
}
