// RUN: tandem-opt %s | tandem-opt | FileCheck %s
// Tests that parts and their weights print as they are read.

// CHECK-LABEL: deploy.part @cpu phases ["prefill", "decode"] on <"cpu", "toy"> mesh [1, 1] stage 0
// CHECK-SAME: weights [#deploy.slot<vector, dense<1.000000e+00> : tensor<64xf32>>] {
deploy.part @cpu phases ["prefill", "decode"] on <"cpu", "toy"> mesh [1, 1] stage 0 weights [#deploy.slot<vector, dense<1.000000e+00> : tensor<64xf32>>] {
  func.func @prefill(%weights: !deploy.weights) -> tensor<64xf32> {
    // CHECK: deploy.weight %{{.*}}[0] : tensor<64xf32>
    %w = deploy.weight %weights[0] : tensor<64xf32>
    return %w : tensor<64xf32>
  }
  func.func @decode(%weights: !deploy.weights, %layer: index) -> tensor<64x64xf32> {
    // CHECK: deploy.weight %{{.*}}[3 + %{{.*}} * 9] : tensor<64x64xf32>
    %w = deploy.weight %weights[3 + %layer * 9] : tensor<64x64xf32>
    return %w : tensor<64x64xf32>
  }
}

// CHECK-LABEL: func.func @transfer
// CHECK: deploy.transfer %{{.*}} to <"wide", "toy"> stage 1 : tensor<?x8xf32>
func.func @transfer(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %y = deploy.transfer %x to <"wide", "toy"> stage 1 : tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}
