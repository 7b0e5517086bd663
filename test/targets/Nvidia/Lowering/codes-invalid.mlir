// RUN: tandem-opt %s --tandem-lower-to-launch-plan='capacity=16' --split-input-file --verify-diagnostics

!cache = !transformer.kv_cache<layers = 1, heads = 2, key_dim = 4, value_dim = 4, element = f32>
!matrix = tensor<64x32xf32, #transformer.blocks<ui4, block = 32, scales = f32>>

// Tests that blocks across the rows that are multiplied are refused.
deploy.part @across phases ["prefill"] on <"chip", "toy"> mesh [1, 1] stage 0 weights [#deploy.slot<matrix_kn, #transformer.encoded<[dense<1> : tensor<64x1x16xui8>, dense<1.0> : tensor<64x1xf32>]> : !matrix>, #deploy.slot<table_nk, dense<0.0> : tensor<32x64xf32>>] {
  func.func @prefill(%tokens: tensor<?xi32>, %rows: !transformer.rows, %c: !cache, %weights: !deploy.weights) -> (tensor<?x32xf32>, !cache) {
    %t = deploy.weight %weights[1] : tensor<32x64xf32>
    %x = transformer.embedding %tokens, %t layout nk : (tensor<?xi32>, tensor<32x64xf32>) -> tensor<?x64xf32>
    %w = deploy.weight %weights[0] : !matrix
    // expected-error @below {{'transformer.linear' op reads a weight stored as ui4 in blocks of 32, scales f32; expected f32, f16, bf16, or blocks along each row}}
    %y = transformer.linear %x, %w layout kn : (tensor<?x64xf32>, !matrix) -> tensor<?x32xf32>
    return %y, %c : tensor<?x32xf32>, !cache
  }
}
