// RUN: tandem-opt %s --tandem-lower-to-stable-hlo='capacity=16 only=prefill-4' --split-input-file | FileCheck %s

!cache = !transformer.kv_cache<layers = 1, heads = 2, key_dim = 4, value_dim = 4, element = f32>
!table = tensor<32x40xf32, #transformer.blocks<ui4, block = 32, scales = f16, zero_points = ui4>>

// Tests that a quantised weight is as many arguments as it has payloads, that an
// embedding dequantises the rows it looked up, a linear layer the whole matrix.
// CHECK-LABEL: module @"prefill-4" {
// CHECK: func.func @main(%[[TOKENS:.*]]: tensor<4xi32>,
// CHECK-SAME: %[[CODES:[^:]*]]: tensor<32x2x16xui8>, %[[SCALES:[^:]*]]: tensor<32x2xf32>, %[[ZEROS:[^:]*]]: tensor<32x1xui8>)
// CHECK: %[[FLAT:.*]] = stablehlo.reshape %[[CODES]] : (tensor<32x2x16xui8>) -> tensor<32x32xui8>
// CHECK: stablehlo.gather %[[FLAT]], %[[TOKENS]]
// CHECK: stablehlo.gather %[[SCALES]], %[[TOKENS]]
// CHECK: stablehlo.gather %[[ZEROS]], %[[TOKENS]]
// CHECK: stablehlo.slice %{{.*}} from [0, 0] to [4, 40] by [1, 1] : (tensor<4x64xf32>) -> tensor<4x40xf32>
// CHECK: %[[LOW:.*]] = stablehlo.and %[[CODES]], %{{.*}} : tensor<32x2x16xui8>
// CHECK: %[[HIGH:.*]] = stablehlo.shift_right_logical %[[CODES]], %{{.*}} : tensor<32x2x16xui8>
// CHECK-DAG: stablehlo.convert %[[LOW]] : tensor<32x2x16xui8> -> tensor<32x2x16xf32>
// CHECK-DAG: stablehlo.convert %[[HIGH]] : tensor<32x2x16xui8> -> tensor<32x2x16xf32>
// CHECK: stablehlo.subtract %{{.*}}, %{{.*}} : tensor<32x2x32xf32>
// CHECK: stablehlo.multiply %{{.*}}, %{{.*}} : tensor<32x2x32xf32>
// CHECK: %[[W:.*]] = stablehlo.slice %{{.*}} from [0, 0] to [32, 40] by [1, 1] : (tensor<32x64xf32>) -> tensor<32x40xf32>
// CHECK: stablehlo.dot_general %{{.*}}, %[[W]]<lhs_contracting_dimensions = [1], rhs_contracting_dimensions = [1]>
deploy.part @quantised phases ["prefill"] on <"chip", "toy"> mesh [1, 1] stage 0 weights [#deploy.slot<matrix_nk, #transformer.encoded<[#onnx.weight<"m", 0, 1024> : tensor<32x2x16xui8>, #onnx.weight<"m", 1024, 256> : tensor<32x2xf32>, #onnx.weight<"m", 1280, 32> : tensor<32x1xui8>]> : !table>] {
  func.func @prefill(%tokens: tensor<?xi32>, %rows: !transformer.rows, %c0: !cache, %weights: !deploy.weights) -> (tensor<?x32xf32>, !cache) {
    %t = deploy.weight %weights[0] : !table
    %x = transformer.embedding %tokens, %t layout nk : (tensor<?xi32>, !table) -> tensor<?x40xf32>
    %s = transformer.select_tokens %x, %rows : tensor<?x40xf32>
    %y = transformer.linear %s, %t layout nk : (tensor<?x40xf32>, !table) -> tensor<?x32xf32>
    return %y, %c0 : tensor<?x32xf32>, !cache
  }
}

// -----

!cache = !transformer.kv_cache<layers = 1, heads = 2, key_dim = 4, value_dim = 4, element = f32>
!matrix = tensor<32x8xf32, #transformer.stored<bf16>>

// Tests that a rounded matrix is an argument of the narrow type.
// CHECK-LABEL: module @"prefill-4" {
// CHECK: func.func @main(%[[TOKENS:.*]]: tensor<4xi32>,
// CHECK-SAME: %[[W:[^:]*]]: tensor<32x8xbf16>)
// CHECK: %[[ROWS:.*]] = stablehlo.gather %[[W]], %[[TOKENS]]
// CHECK: stablehlo.convert %[[ROWS]] : tensor<4x8xbf16> -> tensor<4x8xf32>
// CHECK: %[[WIDE:.*]] = stablehlo.convert %[[W]] : tensor<32x8xbf16> -> tensor<32x8xf32>
// CHECK: stablehlo.dot_general %{{.*}}, %[[WIDE]]<
deploy.part @rounded phases ["prefill"] on <"chip", "toy"> mesh [1, 1] stage 0 weights [#deploy.slot<matrix_nk, #transformer.encoded<[#onnx.weight<"m", 0, 1024> : tensor<32x8xf32>]> : !matrix>] {
  func.func @prefill(%tokens: tensor<?xi32>, %rows: !transformer.rows, %c0: !cache, %weights: !deploy.weights) -> (tensor<?x32xf32>, !cache) {
    %t = deploy.weight %weights[0] : !matrix
    %x = transformer.embedding %tokens, %t layout nk : (tensor<?xi32>, !matrix) -> tensor<?x8xf32>
    %s = transformer.select_tokens %x, %rows : tensor<?x8xf32>
    %y = transformer.linear %s, %t layout nk : (tensor<?x8xf32>, !matrix) -> tensor<?x32xf32>
    return %y, %c0 : tensor<?x32xf32>, !cache
  }
}
