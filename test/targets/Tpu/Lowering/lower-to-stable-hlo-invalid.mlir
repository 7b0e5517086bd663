// RUN: tandem-opt %s --tandem-lower-to-stable-hlo --verify-diagnostics --split-input-file
// Tests that all that has no lowering is named at once.

!half = !transformer.kv_cache<layers = 1, heads = 2, key_dim = 4, value_dim = 4, element = f16>

deploy.part @half_precision phases ["prefill"] on <"chip", "toy"> mesh [1, 1] stage 0 weights [#deploy.slot<table_nk, dense<0.0> : tensor<32x8xf16>>] {
  func.func @prefill(%tokens: tensor<?xi32>, %rows: !transformer.rows, %c0: !half, %weights: !deploy.weights) -> (tensor<?x8xf32>, !half) {
    // expected-error @below {{'deploy.weight' op has a value of 'f16', as have 1 others; this target computes f32 and i32}}
    %t = deploy.weight %weights[0] : tensor<32x8xf16>
    %x = transformer.embedding %tokens, %t layout nk : (tensor<?xi32>, tensor<32x8xf16>) -> tensor<?x8xf32>
    %l = arith.constant 0 : index
    %c1 = transformer.append %c0 at %l, %x, %x, %rows : !half, tensor<?x8xf32>, tensor<?x8xf32>
    return %x, %c1 : tensor<?x8xf32>, !half
  }
}

// -----

deploy.part @no_lowering phases ["prefill"] on <"chip", "toy"> mesh [1, 1] stage 0 weights [] {
  func.func private @inner(%x: tensor<?x8xf32>, %layer: index) -> tensor<?x8xf32> {
    return %x : tensor<?x8xf32>
  }
  func.func private @layer(%x: tensor<?x8xf32>, %layer: index) -> tensor<?x8xf32> {
    // expected-error @below {{'func.call' op calls a function from a function that layers share}}
    %y = func.call @inner(%x, %layer) : (tensor<?x8xf32>, index) -> tensor<?x8xf32>
    return %y : tensor<?x8xf32>
  }
  func.func @prefill(%x: tensor<?x8xf32>, %n: index) -> tensor<?x8xf32> {
    // expected-error @below {{'onnx.node' op 'Det' with 1 inputs has no lowering on this target}}
    %0 = onnx.node "Det"(%x) {} : (tensor<?x8xf32>) -> tensor<?x8xf32>
    // expected-error @below {{'onnx.node' op 'com.example.Fast' is not a primitive}}
    %1 = onnx.node "Fast" domain "com.example"(%x) {} : (tensor<?x8xf32>) -> tensor<?x8xf32>
    // expected-error @below {{'func.call' op calls a function for a layer that is not known}}
    %2 = func.call @layer(%x, %n) : (tensor<?x8xf32>, index) -> tensor<?x8xf32>
    %zero = arith.constant 0 : index
    // expected-error @below {{'scf.for' op has bounds that are not constant}}
    %3 = scf.for %i = %zero to %n step %n iter_args(%a = %x) -> (tensor<?x8xf32>) {
      scf.yield %a : tensor<?x8xf32>
    }
    // expected-error @below {{'arith.addi' op has no lowering on this target}}
    %4 = arith.addi %n, %n : index
    // expected-error @below {{'onnx.node' op has a value of type 'tensor<?x2x4xf32>'; this target computes tensors of up to two dimensions}}
    %5 = onnx.node "Neg"(%x) {} : (tensor<?x8xf32>) -> tensor<?x2x4xf32>
    %three = onnx.constant dense<3> : tensor<i64>
    // expected-error @below {{'onnx.node' op makes 'tensor<?x8xf32>' of 'tensor<i64>'; expected one element type}}
    %6 = onnx.node "Pow"(%x, %three) {} : (tensor<?x8xf32>, tensor<i64>) -> tensor<?x8xf32>
    return %3 : tensor<?x8xf32>
  }
}
