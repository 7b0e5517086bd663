// RUN: tandem-opt %s --tandem-lower-to-launch-plan='capacity=256' --split-input-file | FileCheck %s

!cache = !transformer.kv_cache<layers = 1, heads = 1, key_dim = 4, value_dim = 12, element = f32>

// Tests that matrices of bf16 are read with a cache of bf16, whose tokens begin at
// multiples of 16 bytes (64 tokens of 8 and 16 elements), and that its attention has
// blocks of threads for 5 tokens of 3 heads, or 21, with splits for few tokens.
// CHECK-LABEL: nvidia.plan @rounded
// CHECK: nvidia.program @"prefill-1"
// CHECK: nvidia.buffer cache at 0 bytes 3072
// CHECK: nvidia.launch @kernels::@append_1x1x64x4x12_of_4_bf16
// CHECK: nvidia.launch @kernels::@[[ONE:attention_3_1x1x64x4x12_of_4_bf16_3fe0000000000000_causal_splits_2_3_1_4]] grid [1, 1, 2] threads 128 shared 24576
// CHECK: nvidia.launch @kernels::@merge_2_splits_3x12_of_tiles grid [3, 1, 1]
// CHECK: nvidia.program @"prefill-8"
// CHECK: nvidia.launch @kernels::@attention_3_1x1x64x4x12_of_4_bf16_3fe0000000000000_causal_splits_2_{{.*}}_8_2 grid [1, 1, 2] threads 64 shared 12288
// CHECK: nvidia.program @"prefill-64"
// CHECK: nvidia.launch @kernels::@attention_3_1x1x64x4x12_of_4_bf16_3fe0000000000000_causal_splits_2_3_21_4 grid [1, 4, 2] threads 128 shared 12288
// CHECK: nvidia.program @"decode-8"
// CHECK: nvidia.launch @kernels::@[[ONE]] grid [1, 8, 2] threads 128
deploy.part @rounded phases ["prefill", "decode"] on <"chip", "toy"> mesh [1, 1] stage 0 weights [#deploy.slot<matrix_nk, #transformer.encoded<[dense<2.0> : tensor<12x36xf32>]> : tensor<12x36xf32, #transformer.stored<bf16>>>] {
  func.func @prefill(%x: tensor<?x12xf32>, %rows: !transformer.rows, %c0: !cache, %weights: !deploy.weights) -> (tensor<?x36xf32>, !cache) {
    %l = arith.constant 0 : index
    %k, %k1, %k2 = onnx.node "Split"(%x) {axis = -1 : i64} : (tensor<?x12xf32>) -> (tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x4xf32>)
    %c1 = transformer.append %c0 at %l, %k, %x, %rows : !cache, tensor<?x4xf32>, tensor<?x12xf32>
    %y = transformer.cached_attention %x, %c1 at %l, %rows heads 3 scale 0.5 keep <causal = true> : tensor<?x12xf32>, !cache -> tensor<?x36xf32>
    return %y, %c1 : tensor<?x36xf32>, !cache
  }
  func.func @decode(%x: tensor<?x12xf32>, %rows: !transformer.rows, %c0: !cache, %weights: !deploy.weights) -> (tensor<?x36xf32>, !cache) {
    %l = arith.constant 0 : index
    %y = transformer.cached_attention %x, %c0 at %l, %rows heads 3 scale 0.5 keep <causal = true> : tensor<?x12xf32>, !cache -> tensor<?x36xf32>
    return %y, %c0 : tensor<?x36xf32>, !cache
  }
}

// -----

!cache = !transformer.kv_cache<layers = 1, heads = 1, key_dim = 8, value_dim = 8, element = f32>
!square = tensor<16x16xf32, #transformer.stored<bf16>>

// Tests that one kernel rotates queries and keys and appends, of pieces of wider
// rows without a copy, and that attention writes its rows as the product behind it
// reads them.
// CHECK-LABEL: nvidia.plan @fused
// CHECK: %[[X:.*]] = nvidia.buffer input
// CHECK-NOT: @move
// CHECK: nvidia.launch @kernels::@append_1x1x64x8x8_of_4_bf16_rotary_2x8_2_rotary_1x8_2_key_at_0_of_16_value_at_8_of_16 grid [4, 1, 1] threads 128 shared 0 reads(%{{.*}}, %[[X]], %[[X]], %[[X]], {{.*}}) writes(%[[Q:.*]], %[[CACHE:.*]])
// CHECK: nvidia.launch @kernels::@attention_2_1x1x64x8x8_of_4_bf16_3fe0000000000000_causal_splits_2_2_1_4 {{.*}} reads(%{{.*}}, %[[Q]], {{.*}}, %[[CACHE]]) writes(%[[PARTS:.*]])
// CHECK: nvidia.launch @kernels::@merge_2_splits_2x8_of_tiles_to_bf16x3 {{.*}} reads(%{{.*}}, %[[PARTS]]) writes(%[[Y:.*]])
// CHECK: nvidia.launch @kernels::@gemv_bf16_16x16 {{.*}} reads(%{{.*}}, %[[Y]], %{{.*}})
// CHECK: nvidia.program @"decode-8"
deploy.part @fused phases ["decode"] on <"chip", "toy"> mesh [1, 1] stage 0 weights [#deploy.slot<matrix_nk, #transformer.encoded<[dense<2.0> : tensor<16x16xf32>]> : !square>, #deploy.slot<vector, dense<1.0> : tensor<9x2xf32>>] {
  func.func @decode(%x: tensor<?x16xf32>, %rows: !transformer.rows, %c0: !cache, %weights: !deploy.weights) -> (tensor<?x16xf32>, !cache) {
    %l = arith.constant 0 : index
    %w = deploy.weight %weights[0] : !square
    %t = deploy.weight %weights[1] : tensor<9x2xf32>
    %k, %v = onnx.node "Split"(%x) {axis = -1 : i64} : (tensor<?x16xf32>) -> (tensor<?x8xf32>, tensor<?x8xf32>)
    %p = transformer.positions %rows : tensor<?xi32>
    %qr = transformer.rotary %x, %p, %t, %t heads 2 : (tensor<?x16xf32>, tensor<?xi32>, tensor<9x2xf32>, tensor<9x2xf32>) -> tensor<?x16xf32>
    %kr = transformer.rotary %k, %p, %t, %t heads 1 : (tensor<?x8xf32>, tensor<?xi32>, tensor<9x2xf32>, tensor<9x2xf32>) -> tensor<?x8xf32>
    %c1 = transformer.append %c0 at %l, %kr, %v, %rows : !cache, tensor<?x8xf32>, tensor<?x8xf32>
    %a = transformer.cached_attention %qr, %c1 at %l, %rows heads 2 scale 0.5 keep <causal = true> : tensor<?x16xf32>, !cache -> tensor<?x16xf32>
    %y = transformer.linear %a, %w layout nk : (tensor<?x16xf32>, !square) -> tensor<?x16xf32>
    return %y, %c1 : tensor<?x16xf32>, !cache
  }
}
