// RUN: tandem-opt %s --tandem-lower-to-launch-plan='capacity=64' --split-input-file | FileCheck %s

!cache = !transformer.kv_cache<layers = 1, heads = 2, key_dim = 4, value_dim = 4, element = f32>
!matrix = tensor<40x64xf32, #transformer.blocks<ui4, block = 16, scales = f32>>

// Tests that tensor cores multiply codes in the smallest blocks, whose scales
// follow them in fp32: 8 for each row of a group of 128 codes.
// CHECK-LABEL: nvidia.plan @small_blocks
// CHECK: nvidia.program @"prefill-8"
// CHECK: %[[W:.*]] = nvidia.buffer weights of 0 at 0 bytes 2560
// CHECK: %[[S:.*]] = nvidia.buffer weights of 0 at 2560 bytes 1280
// CHECK: nvidia.launch @kernels::@gemv_u4x16_40x64 {{.*}} reads(%{{.*}}, %{{.*}}, %[[W]], %[[S]])
// CHECK: nvidia.program @"prefill-64"
// CHECK: nvidia.launch @kernels::@gemm_64x64_terms_3_u4x16_40x64
deploy.part @small_blocks phases ["prefill"] on <"chip", "toy"> mesh [1, 1] stage 0 weights [#deploy.slot<matrix_nk, #transformer.encoded<[dense<1> : tensor<40x4x8xui8>, dense<1.0> : tensor<40x4xf32>]> : !matrix>, #deploy.slot<table_nk, dense<0.0> : tensor<32x64xf32>>] {
  func.func @prefill(%tokens: tensor<?xi32>, %rows: !transformer.rows, %c: !cache, %weights: !deploy.weights) -> (tensor<?x40xf32>, !cache) {
    %t = deploy.weight %weights[1] : tensor<32x64xf32>
    %x = transformer.embedding %tokens, %t layout nk : (tensor<?xi32>, tensor<32x64xf32>) -> tensor<?x64xf32>
    %w = deploy.weight %weights[0] : !matrix
    %y = transformer.linear %x, %w layout nk : (tensor<?x64xf32>, !matrix) -> tensor<?x40xf32>
    return %y, %c : tensor<?x40xf32>, !cache
  }
}

// -----

!cache = !transformer.kv_cache<layers = 1, heads = 2, key_dim = 4, value_dim = 4, element = f32>
!halves = tensor<40x64xf32, #transformer.blocks<ui4, block = 32, scales = f16, zero_points = ui4>>
!mixed = tensor<40x64xf32, #transformer.blocks<ui4, block = 32, scales = f16, zero_points = f32>>

// Tests that scales of f16 stay so, with zero points that are codes; beside
// zero points of fp32 they are fp32, too.
// CHECK-LABEL: nvidia.plan @scales
// CHECK: nvidia.buffer weights of 0 at 2560 bytes 640
// CHECK: nvidia.launch @kernels::@gemv_u4x32_zeros_f16_40x64
// CHECK: nvidia.buffer weights of 1 at 2560 bytes 1280
// CHECK: nvidia.launch @kernels::@gemv_u4x32_zeros_40x64
deploy.part @scales phases ["prefill"] on <"chip", "toy"> mesh [1, 1] stage 0 weights [#deploy.slot<matrix_nk, #transformer.encoded<[dense<1> : tensor<40x2x16xui8>, dense<1.0> : tensor<40x2xf32>, dense<7> : tensor<40x1xui8>]> : !halves>, #deploy.slot<matrix_nk, #transformer.encoded<[dense<1> : tensor<40x2x16xui8>, dense<1.0> : tensor<40x2xf32>, dense<7.5> : tensor<40x2xf32>]> : !mixed>, #deploy.slot<table_nk, dense<0.0> : tensor<32x64xf32>>] {
  func.func @prefill(%tokens: tensor<?xi32>, %rows: !transformer.rows, %c: !cache, %weights: !deploy.weights) -> (tensor<?x40xf32>, !cache) {
    %t = deploy.weight %weights[2] : tensor<32x64xf32>
    %x = transformer.embedding %tokens, %t layout nk : (tensor<?xi32>, tensor<32x64xf32>) -> tensor<?x64xf32>
    %a = deploy.weight %weights[0] : !halves
    %b = deploy.weight %weights[1] : !mixed
    %y = transformer.linear %x, %a layout nk : (tensor<?x64xf32>, !halves) -> tensor<?x40xf32>
    %z = transformer.linear %x, %b layout nk : (tensor<?x64xf32>, !mixed) -> tensor<?x40xf32>
    %s = onnx.node "Add"(%y, %z) {} : (tensor<?x40xf32>, tensor<?x40xf32>) -> tensor<?x40xf32>
    return %s, %c : tensor<?x40xf32>, !cache
  }
}
