// RUN: tandem-opt %s --tandem-lower-to-launch-plan='capacity=64' --split-input-file | FileCheck %s

!cache = !transformer.kv_cache<layers = 1, heads = 2, key_dim = 4, value_dim = 4, element = f32>
!matrix = tensor<40x8xf32, #transformer.stored<f16>>
!table = tensor<32x8xf32, #transformer.stored<f16>>

// Tests that tensor cores multiply weights of f16: each is two terms of bf16,
// of which the second meets all terms of inputs but the last.
// CHECK-LABEL: nvidia.plan @halves
// CHECK: llvm.func @gemv_f16_40x8(
// CHECK-COUNT-60: nvvm.mma.sync
// CHECK-NOT: nvvm.mma.sync
// CHECK: llvm.func
// CHECK: nvidia.program @"prefill-8"
// CHECK: nvidia.launch @kernels::@embedding_f16_32x8
// CHECK: nvidia.buffer weights of 1 at 0 bytes 5120
// CHECK: nvidia.launch @kernels::@gemv_f16_40x8
// CHECK: nvidia.program @"prefill-64"
// CHECK: nvidia.launch @kernels::@gemm_64x64_terms_2_f16_40x8
deploy.part @halves phases ["prefill"] on <"chip", "toy"> mesh [1, 1] stage 0 weights [#deploy.slot<table_nk, #transformer.encoded<[dense<1.0> : tensor<32x8xf32>]> : !table>, #deploy.slot<matrix_nk, #transformer.encoded<[dense<2.0> : tensor<40x8xf16>]> : !matrix>] {
  func.func @prefill(%tokens: tensor<?xi32>, %rows: !transformer.rows, %c: !cache, %weights: !deploy.weights) -> (tensor<?x40xf32>, !cache) {
    %t = deploy.weight %weights[0] : !table
    %x = transformer.embedding %tokens, %t layout nk : (tensor<?xi32>, !table) -> tensor<?x8xf32>
    %w = deploy.weight %weights[1] : !matrix
    %y = transformer.linear %x, %w layout nk : (tensor<?x8xf32>, !matrix) -> tensor<?x40xf32>
    return %y, %c : tensor<?x40xf32>, !cache
  }
}
