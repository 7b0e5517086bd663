// RUN: tandem-opt %s --tandem-assign-chips="capacity=64 slo=ttft=1us" --split-input-file --verify-diagnostics

// Tests that a program without fleet is refused.
// expected-error @below {{has no function @step with 'deploy.phases' or no 'deploy.fleet'; run tandem-split-phases first and name a fleet}}
module {
}

// -----

// Tests that a limit nobody meets is refused with every candidate and the
// nearest limit that is met.
!cache = !transformer.kv_cache<layers = 1, heads = 4, key_dim = 16, value_dim = 16, element = f32>
#multiplies = #deploy.roofline<<"multiplies", "toy">, count = 1, figures = {compute_f32 = #deploy.figure<1.0e12, assumed, "test">, memory_bandwidth = #deploy.figure<1.0e10, assumed, "test">}>
#streams = #deploy.roofline<<"streams", "toy", {block = 16 : i64}>, count = 1, figures = {compute_f32 = #deploy.figure<1.0e10, assumed, "test">, memory_bandwidth = #deploy.figure<1.0e12, assumed, "test">}>
// expected-error @+6 {{no placement is feasible for --workload in=48,out=16 --slo ttft=1us}}
// expected-note @+5 {{'multiplies' alone: the first token takes 16 us, the limit is 1 us}}
// expected-note @+4 {{'streams' alone: the first token takes 71.1 us, the limit is 1 us}}
// expected-note @+3 {{'multiplies' -> 'streams': no link of the fleet joins 'multiplies' and 'streams'}}
// expected-note @+2 {{'streams' -> 'multiplies': no link of the fleet joins 'streams' and 'multiplies'}}
// expected-note @+1 {{nearest: --slo ttft=16.1us by 'multiplies' alone}}
module attributes {deploy.fleet = #deploy.fleet<"toy", chips = [#multiplies, #streams], links = []>} {
  func.func @step(%tokens: tensor<?xi32>, %rows: !transformer.rows, %cache: !cache) -> (tensor<?x128xf32>, !cache) attributes {deploy.phases = ["prefill", "decode"]} {
    %table = onnx.constant #onnx.weight<"m", 0, 32768> : tensor<128x64xf32>
    %w = onnx.constant #onnx.weight<"m", 32768, 16384> : tensor<64x64xf32>
    %layer = arith.constant 0 : index
    %x = transformer.embedding %tokens, %table layout nk : (tensor<?xi32>, tensor<128x64xf32>) -> tensor<?x64xf32>
    %q = transformer.linear %x, %w layout kn : (tensor<?x64xf32>, tensor<64x64xf32>) -> tensor<?x64xf32>
    %c = transformer.append %cache at %layer, %q, %q, %rows : !cache, tensor<?x64xf32>, tensor<?x64xf32>
    %a = transformer.cached_attention %q, %c at %layer, %rows heads 4 scale 2.500000e-01 keep <causal = true> : tensor<?x64xf32>, !cache -> tensor<?x64xf32>
    %last = transformer.select_tokens %a, %rows : tensor<?x64xf32>
    %logits = transformer.linear %last, %table layout nk : (tensor<?x64xf32>, tensor<128x64xf32>) -> tensor<?x128xf32>
    return %logits, %c : tensor<?x128xf32>, !cache
  }
}

// -----

// Tests that memory which does not hold the weights is named with the figures.
!cache = !transformer.kv_cache<layers = 1, heads = 4, key_dim = 16, value_dim = 16, element = f32>
#multiplies = #deploy.roofline<<"multiplies", "toy">, count = 1, figures = {compute_f32 = #deploy.figure<1.0e12, assumed, "test">, memory = #deploy.figure<1.0e4, assumed, "test">, memory_bandwidth = #deploy.figure<1.0e10, assumed, "test">}>
// expected-error @+2 {{no placement is feasible for --workload in=48,out=16 --slo ttft=1us}}
// expected-note @+1 {{'multiplies' alone: prefill and decode needs 106 kB on each 'multiplies' (weights 49.2 kB, 1 cache slots of 64 tokens 32.8 kB, activations 24.6 kB), which has 10 kB; it takes a chip with at least 106 kB; the first token takes 16 us, the limit is 1 us}}
module attributes {deploy.fleet = #deploy.fleet<"toy", chips = [#multiplies], links = []>} {
  func.func @step(%tokens: tensor<?xi32>, %rows: !transformer.rows, %cache: !cache) -> (tensor<?x128xf32>, !cache) attributes {deploy.phases = ["prefill", "decode"]} {
    %table = onnx.constant #onnx.weight<"m", 0, 32768> : tensor<128x64xf32>
    %w = onnx.constant #onnx.weight<"m", 32768, 16384> : tensor<64x64xf32>
    %layer = arith.constant 0 : index
    %x = transformer.embedding %tokens, %table layout nk : (tensor<?xi32>, tensor<128x64xf32>) -> tensor<?x64xf32>
    %q = transformer.linear %x, %w layout kn : (tensor<?x64xf32>, tensor<64x64xf32>) -> tensor<?x64xf32>
    %c = transformer.append %cache at %layer, %q, %q, %rows : !cache, tensor<?x64xf32>, tensor<?x64xf32>
    %a = transformer.cached_attention %q, %c at %layer, %rows heads 4 scale 2.500000e-01 keep <causal = true> : tensor<?x64xf32>, !cache -> tensor<?x64xf32>
    %last = transformer.select_tokens %a, %rows : tensor<?x64xf32>
    %logits = transformer.linear %last, %table layout nk : (tensor<?x64xf32>, tensor<128x64xf32>) -> tensor<?x128xf32>
    return %logits, %c : tensor<?x128xf32>, !cache
  }
}
