// RUN: tandem-opt %s --pass-pipeline='builtin.module(deploy.part(tandem-share-layers))' --split-input-file | FileCheck %s
// Tests that layers are shared by how their weights are stored.

!cache = !transformer.kv_cache<layers = 2, heads = 2, key_dim = 4, value_dim = 4, element = f32>

// Tests that weights of one encoding are entries of one shared layer.
// CHECK-LABEL: deploy.part @same_encoding
// CHECK: deploy.weight %arg3[2 + %arg4 * 2] : tensor<8x8xf32, #transformer.blocks<ui4, block = 16, scales = f32>>
// CHECK: scf.for
deploy.part @same_encoding phases ["step"] on <"cpu", "toy"> mesh [1, 1] stage 0 weights [#deploy.slot<table_nk, dense<0.0> : tensor<16x8xf32>>, #deploy.slot<vector, dense<1.0> : tensor<8xf32>>, #deploy.slot<matrix_nk, #transformer.encoded<[#onnx.weight<"m", 0, 64> : tensor<8x1x8xui8>, #onnx.weight<"m", 512, 32> : tensor<8x1xf32>]> : tensor<8x8xf32, #transformer.blocks<ui4, block = 16, scales = f32>>>, #deploy.slot<vector, dense<3.0> : tensor<8xf32>>, #deploy.slot<matrix_nk, #transformer.encoded<[#onnx.weight<"m", 1024, 64> : tensor<8x1x8xui8>, #onnx.weight<"m", 512, 32> : tensor<8x1xf32>]> : tensor<8x8xf32, #transformer.blocks<ui4, block = 16, scales = f32>>>] {
  func.func @step(%tokens: tensor<?xi32>, %rows: !transformer.rows, %c0: !cache, %weights: !deploy.weights) -> (tensor<?x8xf32>, !cache) {
    %t = deploy.weight %weights[0] : tensor<16x8xf32>
    %x0 = transformer.embedding %tokens, %t layout nk : (tensor<?xi32>, tensor<16x8xf32>) -> tensor<?x8xf32>
    %n0 = deploy.weight %weights[1] : tensor<8xf32>
    %a0 = transformer.rms_norm %x0, %n0 epsilon 1.0e-6 : tensor<?x8xf32>, tensor<8xf32>
    %w0 = deploy.weight %weights[2] : tensor<8x8xf32, #transformer.blocks<ui4, block = 16, scales = f32>>
    %q0 = transformer.linear %a0, %w0 layout nk : (tensor<?x8xf32>, tensor<8x8xf32, #transformer.blocks<ui4, block = 16, scales = f32>>) -> tensor<?x8xf32>
    %l0 = arith.constant 0 : index
    %c1 = transformer.append %c0 at %l0, %q0, %q0, %rows : !cache, tensor<?x8xf32>, tensor<?x8xf32>
    %y0 = transformer.cached_attention %q0, %c1 at %l0, %rows heads 2 scale 0.5 keep <causal = true> : tensor<?x8xf32>, !cache -> tensor<?x8xf32>
    %x1 = onnx.node "Add"(%x0, %y0) {} : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
    %n1 = deploy.weight %weights[3] : tensor<8xf32>
    %a1 = transformer.rms_norm %x1, %n1 epsilon 1.0e-6 : tensor<?x8xf32>, tensor<8xf32>
    %w1 = deploy.weight %weights[4] : tensor<8x8xf32, #transformer.blocks<ui4, block = 16, scales = f32>>
    %q1 = transformer.linear %a1, %w1 layout nk : (tensor<?x8xf32>, tensor<8x8xf32, #transformer.blocks<ui4, block = 16, scales = f32>>) -> tensor<?x8xf32>
    %l1 = arith.constant 1 : index
    %c2 = transformer.append %c1 at %l1, %q1, %q1, %rows : !cache, tensor<?x8xf32>, tensor<?x8xf32>
    %y1 = transformer.cached_attention %q1, %c2 at %l1, %rows heads 2 scale 0.5 keep <causal = true> : tensor<?x8xf32>, !cache -> tensor<?x8xf32>
    %x2 = onnx.node "Add"(%x1, %y1) {} : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
    return %x2, %c2 : tensor<?x8xf32>, !cache
  }
}

// -----

!cache = !transformer.kv_cache<layers = 2, heads = 2, key_dim = 4, value_dim = 4, element = f32>

// Tests that layers whose weights are stored otherwise stay two.
// CHECK-LABEL: deploy.part @other_encoding
// CHECK-NOT: scf.for
deploy.part @other_encoding phases ["step"] on <"cpu", "toy"> mesh [1, 1] stage 0 weights [#deploy.slot<table_nk, dense<0.0> : tensor<16x8xf32>>, #deploy.slot<vector, dense<1.0> : tensor<8xf32>>, #deploy.slot<matrix_nk, #transformer.encoded<[#onnx.weight<"m", 0, 64> : tensor<8x1x8xui8>, #onnx.weight<"m", 512, 32> : tensor<8x1xf32>]> : tensor<8x8xf32, #transformer.blocks<ui4, block = 16, scales = f32>>>, #deploy.slot<vector, dense<3.0> : tensor<8xf32>>, #deploy.slot<matrix_nk, #transformer.encoded<[#onnx.weight<"m", 1024, 128> : tensor<8x1x16xui8>, #onnx.weight<"m", 512, 32> : tensor<8x1xf32>]> : tensor<8x8xf32, #transformer.blocks<ui8, block = 16, scales = f32>>>] {
  func.func @step(%tokens: tensor<?xi32>, %rows: !transformer.rows, %c0: !cache, %weights: !deploy.weights) -> (tensor<?x8xf32>, !cache) {
    %t = deploy.weight %weights[0] : tensor<16x8xf32>
    %x0 = transformer.embedding %tokens, %t layout nk : (tensor<?xi32>, tensor<16x8xf32>) -> tensor<?x8xf32>
    %n0 = deploy.weight %weights[1] : tensor<8xf32>
    %a0 = transformer.rms_norm %x0, %n0 epsilon 1.0e-6 : tensor<?x8xf32>, tensor<8xf32>
    %w0 = deploy.weight %weights[2] : tensor<8x8xf32, #transformer.blocks<ui4, block = 16, scales = f32>>
    %q0 = transformer.linear %a0, %w0 layout nk : (tensor<?x8xf32>, tensor<8x8xf32, #transformer.blocks<ui4, block = 16, scales = f32>>) -> tensor<?x8xf32>
    %l0 = arith.constant 0 : index
    %c1 = transformer.append %c0 at %l0, %q0, %q0, %rows : !cache, tensor<?x8xf32>, tensor<?x8xf32>
    %y0 = transformer.cached_attention %q0, %c1 at %l0, %rows heads 2 scale 0.5 keep <causal = true> : tensor<?x8xf32>, !cache -> tensor<?x8xf32>
    %x1 = onnx.node "Add"(%x0, %y0) {} : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
    %n1 = deploy.weight %weights[3] : tensor<8xf32>
    %a1 = transformer.rms_norm %x1, %n1 epsilon 1.0e-6 : tensor<?x8xf32>, tensor<8xf32>
    %w1 = deploy.weight %weights[4] : tensor<8x8xf32, #transformer.blocks<ui8, block = 16, scales = f32>>
    %q1 = transformer.linear %a1, %w1 layout nk : (tensor<?x8xf32>, tensor<8x8xf32, #transformer.blocks<ui8, block = 16, scales = f32>>) -> tensor<?x8xf32>
    %l1 = arith.constant 1 : index
    %c2 = transformer.append %c1 at %l1, %q1, %q1, %rows : !cache, tensor<?x8xf32>, tensor<?x8xf32>
    %y1 = transformer.cached_attention %q1, %c2 at %l1, %rows heads 2 scale 0.5 keep <causal = true> : tensor<?x8xf32>, !cache -> tensor<?x8xf32>
    %x2 = onnx.node "Add"(%x1, %y1) {} : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
    return %x2, %c2 : tensor<?x8xf32>, !cache
  }
}
