// RUN: tandem-opt %s --tandem-split-phases --split-input-file --verify-diagnostics

// Tests that a module without attention has no phases.
// expected-error@+1 {{has no attention that was recognised, so there are no prefill and decode phases to split}}
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids"}) -> tensor<?x?xi64> {
  return %ids : tensor<?x?xi64>
}

// -----

// Tests that the first place where an attention may have been is shown.
// expected-error@+1 {{has no attention that was recognised, so there are no prefill and decode phases to split}}
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids"}, %x: tensor<?x?xf16>) -> tensor<?x?xf16> {
  // expected-note@+1 {{this Softmax of 'tensor<?x?xf16>' is part of none; `compile --show-remarks` says why}}
  %y = onnx.node "Softmax" (%x) {axis = -1 : i64} : (tensor<?x?xf16>) -> tensor<?x?xf16>
  %z = onnx.node "Softmax" (%y) {axis = -1 : i64} : (tensor<?x?xf16>) -> tensor<?x?xf16>
  return %z : tensor<?x?xf16>
}

// -----

// Tests that every operation that mixes tokens is named at once.
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids"}, %pk: tensor<?x1x?x4xf32>, %pv: tensor<?x1x?x4xf32>) -> (tensor<?x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>) {
  %table = onnx.constant dense<1.0> : tensor<16x4xf32>
  %axes = onnx.constant dense<1> : tensor<1xi64>
  %x = transformer.embedding %ids, %table layout nk : (tensor<?x?xi64>, tensor<16x4xf32>) -> tensor<?x?x4xf32>
  // expected-error@+1 {{'onnx.node' op 'CumSum' was not recognised as part of a transformer and does not work token by token}}
  %a = onnx.node "CumSum"(%x, %axes) {} : (tensor<?x?x4xf32>, tensor<1xi64>) -> tensor<?x?x4xf32>
  // expected-error@+1 {{'onnx.node' op 'com.acme.Mix' was not recognised as part of a transformer}}
  %b = onnx.node "Mix" domain "com.acme" opset 1(%x) {} : (tensor<?x?x4xf32>) -> tensor<?x?x4xf32>
  // expected-error@+1 {{'transformer.attention' op is not causal, so a cache cannot serve it}}
  %y, %p:2 = transformer.attention %a, %x, %b past(%pk, %pv) heads 1, 1 scale 0.5 keep <causal = false> : (tensor<?x?x4xf32>, tensor<?x?x4xf32>, tensor<?x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>) -> (tensor<?x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>)
  return %y, %p#0, %p#1 : tensor<?x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>
}

// -----

// Tests that a primitive along an axis of tokens, or told so by tokens, is
// refused with the reason.
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids"}, %pk: tensor<?x1x?x4xf32>, %pv: tensor<?x1x?x4xf32>) -> (tensor<?x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>) {
  %table = onnx.constant dense<1.0> : tensor<16x4xf32>
  %x = transformer.embedding %ids, %table layout nk : (tensor<?x?xi64>, tensor<16x4xf32>) -> tensor<?x?x4xf32>
  // expected-error@+1 {{'onnx.node' op 'Split' was not recognised as part of a transformer and does not work token by token; 'Split' works along axis 1; expected axes behind batch and sequence}}
  %a:2 = onnx.node "Split"(%x) {axis = 1 : i64} : (tensor<?x?x4xf32>) -> (tensor<?x?x4xf32>, tensor<?x?x4xf32>)
  %first = onnx.constant dense<[0, -1]> : tensor<2xi64>
  // expected-error@+1 {{'onnx.node' op 'ReduceSum' was not recognised as part of a transformer and does not work token by token; 'ReduceSum' works along axis 0; expected axes behind batch and sequence}}
  %b = onnx.node "ReduceSum"(%x, %first) {} : (tensor<?x?x4xf32>, tensor<2xi64>) -> tensor<1x?x1xf32>
  // expected-error@+1 {{'onnx.node' op 'ReduceSum' was not recognised as part of a transformer and does not work token by token; 'ReduceSum' has no constant list of axes or sizes}}
  %c = onnx.node "ReduceSum"(%x) {} : (tensor<?x?x4xf32>) -> tensor<1x1x1xf32>
  // expected-error@+1 {{'onnx.node' op 'Gather' was not recognised as part of a transformer and does not work token by token; 'Gather' has sizes, axes or indices in input 1 that change from token to token}}
  %d = onnx.node "Gather"(%x, %ids) {axis = 2 : i64} : (tensor<?x?x4xf32>, tensor<?x?xi64>) -> tensor<?x?x?x?xf32>
  // expected-error@+1 {{'onnx.node' op 'Gather' was not recognised as part of a transformer and does not work token by token; 'Gather' reads in input 0 what is the same for all tokens}}
  %e = onnx.node "Gather"(%table, %ids) {axis = 1 : i64} : (tensor<16x4xf32>, tensor<?x?xi64>) -> tensor<16x?x?xf32>
  // expected-error@+1 {{'onnx.node' op 'Transpose' was not recognised as part of a transformer and does not work token by token; 'Transpose' works along axis 1; expected axes behind batch and sequence}}
  %f = onnx.node "Transpose"(%x) {perm = array<i64: 0, 2, 1>} : (tensor<?x?x4xf32>) -> tensor<?x4x?xf32>
  %pairs = onnx.constant dense<[0, -1, 2]> : tensor<3xi64>
  // expected-error@+1 {{'onnx.node' op 'Reshape' was not recognised as part of a transformer and does not work token by token; 'Reshape' of 'tensor<?x?x4xf32>' to 'tensor<?x?x2xf32>' moves elements from token to token}}
  %g = onnx.node "Reshape"(%x, %pairs) {} : (tensor<?x?x4xf32>, tensor<3xi64>) -> tensor<?x?x2xf32>
  %column = onnx.constant dense<1.0> : tensor<4x1xf32>
  // expected-error@+1 {{'onnx.node' op 'Add' broadcasts over tokens; expected operands of one shape, or one value per column}}
  %h = onnx.node "Add"(%x, %column) {} : (tensor<?x?x4xf32>, tensor<4x1xf32>) -> tensor<?x4x4xf32>
  %y, %p:2 = transformer.attention %a#0, %x, %x past(%pk, %pv) heads 1, 1 scale 0.5 keep <causal = true> : (tensor<?x?x4xf32>, tensor<?x?x4xf32>, tensor<?x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>) -> (tensor<?x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>)
  return %y, %p#0, %p#1 : tensor<?x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>
}

// -----

// Tests that layers whose caches differ are refused, naming both.
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids"}, %pk: tensor<?x1x?x4xf32>, %qk: tensor<?x2x?x2xf32>) -> (tensor<?x?x4xf32>) {
  %table = onnx.constant dense<1.0> : tensor<16x4xf32>
  %x = transformer.embedding %ids, %table layout nk : (tensor<?x?xi64>, tensor<16x4xf32>) -> tensor<?x?x4xf32>
  %y, %p:2 = transformer.attention %x, %x, %x past(%pk, %pk) heads 1, 1 scale 0.5 keep <causal = true> : (tensor<?x?x4xf32>, tensor<?x?x4xf32>, tensor<?x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>) -> (tensor<?x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>)
  // expected-error@+1 {{'transformer.attention' op keeps '!transformer.kv_cache<layers = 0, heads = 2, key_dim = 2, value_dim = 2, element = f32>' per layer, but an earlier layer keeps '!transformer.kv_cache<layers = 0, heads = 1, key_dim = 4, value_dim = 4, element = f32>'; layers with different caches are not supported}}
  %z, %r:2 = transformer.attention %y, %x, %x past(%qk, %qk) heads 2, 2 scale 0.5 keep <causal = true> : (tensor<?x?x4xf32>, tensor<?x?x4xf32>, tensor<?x?x4xf32>, tensor<?x2x?x2xf32>, tensor<?x2x?x2xf32>) -> (tensor<?x?x4xf32>, tensor<?x2x?x2xf32>, tensor<?x2x?x2xf32>)
  return %z : tensor<?x?x4xf32>
}

// -----

// Tests that an operation on tokens may not read another input than ids.
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids"}, %gain: tensor<4xf32> {onnx.name = "gain"}) -> (tensor<?x?x4xf32> {onnx.name = "logits"}) {
  %table = onnx.constant dense<1.0> : tensor<16x4xf32>
  %x = transformer.embedding %ids, %table layout nk : (tensor<?x?xi64>, tensor<16x4xf32>) -> tensor<?x?x4xf32>
  // expected-error@+1 {{'onnx.node' op depends on input 'gain', which only attention may read; expected ids or position ids}}
  %a = onnx.node "Mul"(%x, %gain) {} : (tensor<?x?x4xf32>, tensor<4xf32>) -> tensor<?x?x4xf32>
  %y = transformer.attention %a, %x, %x heads 1, 1 scale 0.5 keep <causal = true> : (tensor<?x?x4xf32>, tensor<?x?x4xf32>, tensor<?x?x4xf32>) -> tensor<?x?x4xf32>
  return %y : tensor<?x?x4xf32>
}

// -----

// Tests that an output which is neither logits nor a present is refused.
// expected-error@+1 {{returns output 'extra', which is neither logits nor a present; expected no other output}}
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids"}) -> (tensor<?x?x4xf32> {onnx.name = "logits"}, tensor<16x4xf32> {onnx.name = "extra"}) {
  %table = onnx.constant dense<1.0> : tensor<16x4xf32>
  %x = transformer.embedding %ids, %table layout nk : (tensor<?x?xi64>, tensor<16x4xf32>) -> tensor<?x?x4xf32>
  %y = transformer.attention %x, %x, %x heads 1, 1 scale 0.5 keep <causal = true> : (tensor<?x?x4xf32>, tensor<?x?x4xf32>, tensor<?x?x4xf32>) -> tensor<?x?x4xf32>
  return %y, %table : tensor<?x?x4xf32>, tensor<16x4xf32>
}
