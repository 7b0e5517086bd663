// RUN: not tandem-opt %s --tandem-assign-chips="capacity=64 workload=in=60,out=6" 2>&1 | FileCheck %s --check-prefix=SLOT
// RUN: not tandem-opt %s --tandem-assign-chips="workload=in=60" 2>&1 | FileCheck %s --check-prefix=WORKLOAD
// RUN: not tandem-opt %s --tandem-assign-chips="slo=ttft=200" 2>&1 | FileCheck %s --check-prefix=SLO
// RUN: not tandem-opt %s --tandem-assign-chips="decode=stream" 2>&1 | FileCheck %s --check-prefix=CHIP

// Tests that options which cannot be are refused in words.
// SLOT: error: --workload in=60,out=6 needs a slot of 65 tokens, but a slot holds 64; ask for in + out of at most 65, or for a greater --max-context where the model allows it
// WORKLOAD: error: --workload is 'in=60', expected in=... and out=..., the tokens of a prompt and of its answer
// SLO: error: --slo: ttft is '200', expected a time above 0 with its unit, such as 200ms
// CHIP: error: --decode is 'stream', which fleet 'toy' does not have; expected one of multiplies, streams
!cache = !transformer.kv_cache<layers = 1, heads = 4, key_dim = 16, value_dim = 16, element = f32>
#multiplies = #deploy.roofline<<"multiplies", "toy">, count = 1, figures = {compute_f32 = #deploy.figure<1.0e12, assumed, "test">, memory_bandwidth = #deploy.figure<1.0e10, assumed, "test">}>
#streams = #deploy.roofline<<"streams", "toy", {block = 16 : i64}>, count = 1, figures = {compute_f32 = #deploy.figure<1.0e10, assumed, "test">, memory_bandwidth = #deploy.figure<1.0e12, assumed, "test">}>
#way = #deploy.link<"multiplies", "streams", bandwidth = <1.0e11, assumed, "test">, latency = <1.000000e-06, assumed, "test">>
module attributes {deploy.fleet = #deploy.fleet<"toy", chips = [#multiplies, #streams], links = [#way]>} {
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
