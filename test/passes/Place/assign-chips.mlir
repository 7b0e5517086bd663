// RUN: tandem-opt %s --tandem-assign-chips="capacity=2048 workload=in=1000,out=100" --split-input-file | FileCheck %s
// RUN: tandem-opt %s --tandem-assign-chips="capacity=2048 workload=in=1000,out=100" --split-input-file --remarks-filter=place --remark-policy=all -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK
// RUN: tandem-opt %s --tandem-assign-chips="capacity=2048 workload=in=1000,out=100 prefill=streams decode=streams" --split-input-file | FileCheck %s --check-prefix=ASKED
// RUN: tandem-opt %s --tandem-place --tandem-place --split-input-file -o /dev/null

// Tests that each phase gets the chip that suits it where the way between them
// is fast, and that the remarks name the numbers and the rejected alternatives.
// CHECK: func.func @step({{.*}}) attributes {deploy.phases = ["prefill", "decode"], deploy.placement = {decode = #deploy.chip<"streams", "toy", {block = 16 : i64}>, prefill = #deploy.chip<"multiplies", "toy">}}
// REMARK: [Passed] assign-chips | Category:place | Remark="'multiplies' -> 'streams': {{[0-9.]+}} us to the first token (prefill {{[0-9.]+}} us, bound by {{[a-z]+}}, hand-off of 512 kB in {{[0-9.]+}} us, {{[0-9.]+}} us of it exposed), {{[0-9.]+}} us per token (bound by {{[a-z]+}}, 1 at once); time decides, since no limit and no rate are stated"
// REMARK: [Missed] assign-chips | Category:place | Remark="'multiplies' alone: would take {{[0-9.]+}} ms instead of {{[0-9.]+}} ms for a request{{.*}}"
// REMARK: [Missed] assign-chips | Category:place | Remark="'streams' {{.*}}
// ASKED: deploy.placement = {decode = #deploy.chip<"streams", {{.*}}prefill = #deploy.chip<"streams",
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

// -----

// Tests that the phases stay together where handing the cache over takes longer
// than it saves, with a remark that says how long it takes.
// CHECK: deploy.placement = {decode = #deploy.chip<"multiplies", "toy">, prefill = #deploy.chip<"multiplies", "toy">}
// REMARK: [Passed] assign-chips | Category:place | Remark="'multiplies' alone: 
// REMARK: [Missed] assign-chips | Category:place | Remark="'multiplies' -> 'streams': would take {{[0-9.]+}} ms instead of {{[0-9.]+}} ms for a request, of that 512 ms for handing 512 kB over that prefill does not hide"
!cache = !transformer.kv_cache<layers = 1, heads = 4, key_dim = 16, value_dim = 16, element = f32>
#multiplies = #deploy.roofline<<"multiplies", "toy">, count = 1, figures = {compute_f32 = #deploy.figure<1.0e12, assumed, "test">, memory_bandwidth = #deploy.figure<1.0e10, assumed, "test">}>
#streams = #deploy.roofline<<"streams", "toy", {block = 16 : i64}>, count = 1, figures = {compute_f32 = #deploy.figure<1.0e10, assumed, "test">, memory_bandwidth = #deploy.figure<1.0e12, assumed, "test">}>
#way = #deploy.link<"multiplies", "streams", bandwidth = <1.0e6, assumed, "test">, latency = <1.000000e-06, assumed, "test">>
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

// -----

// Tests the boundary: chips without a link are not split.
// CHECK: deploy.placement = {decode = #deploy.chip<"multiplies", "toy">, prefill = #deploy.chip<"multiplies", "toy">}
// REMARK: Remark="'multiplies' -> 'streams': no link of the fleet joins 'multiplies' and 'streams'"
!cache = !transformer.kv_cache<layers = 1, heads = 4, key_dim = 16, value_dim = 16, element = f32>
#multiplies = #deploy.roofline<<"multiplies", "toy">, count = 1, figures = {compute_f32 = #deploy.figure<1.0e12, assumed, "test">, memory_bandwidth = #deploy.figure<1.0e10, assumed, "test">}>
#streams = #deploy.roofline<<"streams", "toy", {block = 16 : i64}>, count = 1, figures = {compute_f32 = #deploy.figure<1.0e10, assumed, "test">, memory_bandwidth = #deploy.figure<1.0e12, assumed, "test">}>
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

// Tests that a chip which cannot run the program is left out, with its reason.
// CHECK: deploy.placement = {decode = #deploy.chip<"streams", {{.*}}prefill = #deploy.chip<"streams",
// REMARK: Remark="'multiplies' alone: target 'toy' refuses 'Foo'"
!cache = !transformer.kv_cache<layers = 1, heads = 4, key_dim = 16, value_dim = 16, element = f32>
#multiplies = #deploy.roofline<<"multiplies", "toy">, count = 1, figures = {compute_f32 = #deploy.figure<1.0e12, assumed, "test">, memory_bandwidth = #deploy.figure<1.0e10, assumed, "test">}, excluded = "target 'toy' refuses 'Foo'">
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
