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

// Tests that chips, links and fleets print as they are read.
// CHECK-LABEL: func.func private @fleet()
// CHECK-SAME: #deploy.fleet<"toy", chips = [#deploy.roofline<<"a", "toy">, count = 2, figures = {compute_f32 = #deploy.figure<1.000000e+12 : f64, assumed, "test">, memory_bandwidth = #deploy.figure<1.000000e+11 : f64, measured, "test">}>, #deploy.roofline<<"b", "toy", {block = 16 : i64}>, count = 1, figures = {compute_f32 = #deploy.figure<1.000000e+12 : f64, assumed, "test">, memory_bandwidth = #deploy.figure<1.000000e+11 : f64, measured, "test">}, excluded = "it is broken">], links = [#deploy.link<"a", "b", bandwidth = <1.000000e+10 : f64, vendor, "test">, latency = <1.000000e-05 : f64, reported, "test">>]>
func.func private @fleet() attributes {deploy.fleet = #deploy.fleet<"toy", chips = [
  #deploy.roofline<<"a", "toy">, count = 2, figures = {compute_f32 = #deploy.figure<1.0e+12, assumed, "test">, memory_bandwidth = #deploy.figure<1.0e+11, measured, "test">}>,
  #deploy.roofline<<"b", "toy", {block = 16 : i64}>, count = 1, figures = {compute_f32 = #deploy.figure<1.0e+12, assumed, "test">, memory_bandwidth = #deploy.figure<1.0e+11, measured, "test">}, excluded = "it is broken">],
  links = [#deploy.link<"a", "b", bandwidth = <1.0e+10, vendor, "test">, latency = <1.0e-05, reported, "test">>]>}
