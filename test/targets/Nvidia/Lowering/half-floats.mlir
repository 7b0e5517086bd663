// RUN: tandem-opt %s --tandem-lower-to-launch-plan='capacity=16' --split-input-file | FileCheck %s

!cache = !transformer.kv_cache<layers = 1, heads = 2, key_dim = 4, value_dim = 4, element = f16>

// Tests that matrices of f16 keep their type and are multiplied by tensor cores,
// as terms of bf16, that all else is fp32 (a cast is a copy), and that the cache has the
// type that all matrices have.
// CHECK-LABEL: nvidia.plan @half
// CHECK: nvidia.program @"prefill-8"
// CHECK: nvidia.buffer weights of 0 at 0 bytes 4096
// CHECK: nvidia.launch @kernels::@embedding_f16_32x8 {{.*}} writes(%[[X:.*]])
// CHECK: nvidia.launch @kernels::@append_1x2x64x4x4_of_1_f16
// CHECK: nvidia.buffer weights of 1 at 0 bytes 32
// CHECK: nvidia.launch @kernels::@rms_norm_8_{{[0-9a-f]*}}_to_bf16x3 {{.*}} reads(%{{.*}}, %[[X]], %{{.*}}) writes(%[[N:.*]])
// CHECK: nvidia.buffer weights of 2 at 0 bytes 2560
// CHECK: %[[Y:.*]] = nvidia.buffer logits at 0 bytes 640
// CHECK: nvidia.launch @kernels::@gemv_f16_20x8_Cast {{.*}} reads(%{{.*}}, %[[N]], %{{.*}}) writes(%[[Y]])
deploy.part @half phases ["prefill"] on <"chip", "toy"> mesh [1, 1] stage 0 weights [#deploy.slot<table_nk, dense<0.0> : tensor<32x8xf16>>, #deploy.slot<vector, dense<1.0> : tensor<8xf16>>, #deploy.slot<matrix_nk, dense<2.0> : tensor<20x8xf16>>] {
  func.func @prefill(%tokens: tensor<?xi32>, %rows: !transformer.rows, %c0: !cache, %weights: !deploy.weights) -> (tensor<?x20xf32>, !cache) {
    %t = deploy.weight %weights[0] : tensor<32x8xf16>
    %x = transformer.embedding %tokens, %t layout nk : (tensor<?xi32>, tensor<32x8xf16>) -> tensor<?x8xf16>
    %l = arith.constant 0 : index
    %c1 = transformer.append %c0 at %l, %x, %x, %rows : !cache, tensor<?x8xf16>, tensor<?x8xf16>
    %scale = deploy.weight %weights[1] : tensor<8xf16>
    %n = transformer.rms_norm %x, %scale epsilon 1.0e-6 : tensor<?x8xf16>, tensor<8xf16>
    %w = deploy.weight %weights[2] : tensor<20x8xf16>
    %y = transformer.linear %n, %w layout nk : (tensor<?x8xf16>, tensor<20x8xf16>) -> tensor<?x20xf16>
    %z = onnx.node "Cast"(%y) {to = 1 : i64} : (tensor<?x20xf16>) -> tensor<?x20xf32>
    return %z, %c1 : tensor<?x20xf32>, !cache
  }
}

// -----

!cache = !transformer.kv_cache<layers = 1, heads = 2, key_dim = 4, value_dim = 4, element = bf16>

// Tests that matrices of bf16 are for tensor cores, and that matrices of two
// types leave the cache in fp32.
// CHECK-LABEL: nvidia.plan @mixed
// CHECK: nvidia.program @"prefill-8"
// CHECK: nvidia.launch @kernels::@embedding_f16_32x8
// CHECK: nvidia.launch @kernels::@append_1x2x64x4x4_of_1 grid
// CHECK: nvidia.launch @kernels::@map_8_to_bf16x3
// CHECK: nvidia.launch @kernels::@gemv_bf16_20x8 grid
deploy.part @mixed phases ["prefill"] on <"chip", "toy"> mesh [1, 1] stage 0 weights [#deploy.slot<table_nk, dense<0.0> : tensor<32x8xf16>>, #deploy.slot<matrix_nk, dense<2.0> : tensor<20x8xbf16>>] {
  func.func @prefill(%tokens: tensor<?xi32>, %rows: !transformer.rows, %c0: !cache, %weights: !deploy.weights) -> (tensor<?x20xbf16>, !cache) {
    %t = deploy.weight %weights[0] : tensor<32x8xf16>
    %x = transformer.embedding %tokens, %t layout nk : (tensor<?xi32>, tensor<32x8xf16>) -> tensor<?x8xf16>
    %b = onnx.node "Cast"(%x) {to = 16 : i64} : (tensor<?x8xf16>) -> tensor<?x8xbf16>
    %l = arith.constant 0 : index
    %c1 = transformer.append %c0 at %l, %b, %b, %rows : !cache, tensor<?x8xbf16>, tensor<?x8xbf16>
    %w = deploy.weight %weights[1] : tensor<20x8xbf16>
    %y = transformer.linear %b, %w layout nk : (tensor<?x8xbf16>, tensor<20x8xbf16>) -> tensor<?x20xbf16>
    return %y, %c1 : tensor<?x20xbf16>, !cache
  }
}
