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
