// RUN: tandem-opt %s --tandem-assign-chips="capacity=2048 workload=in=1000,out=100" --split-input-file | FileCheck %s
// RUN: tandem-opt %s --tandem-assign-chips="capacity=2048 workload=in=1000,out=100" --split-input-file --remarks-filter="place" --remark-policy=all -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK

#assumed = #deploy.figure<1.0e12, assumed, "test">
#multiplies = #deploy.roofline<<"multiplies", "toy">, count = 1, figures = {compute_f32 = #deploy.figure<1.0e12, assumed, "test">, memory_bandwidth = #deploy.figure<1.0e10, assumed, "test">}>
#streams = #deploy.roofline<<"streams", "toy">, count = 1, figures = {compute_f32 = #deploy.figure<1.0e10, assumed, "test">, memory_bandwidth = #deploy.figure<1.0e12, assumed, "test">}>
#fast = #deploy.link<"multiplies", "streams", bandwidth = <1.0e11, assumed, "test">, latency = <1.0e-6, assumed, "test">>

module attributes {deploy.fleet = #deploy.fleet<"toy", chips = [#multiplies, #streams], links = [#fast]>} {
  func.func @step(%tokens: tensor<?xi32>, %rows: !transformer.rows, %cache: !transformer.kv_cache<layers = 1, heads = 2, key_dim = 16, value_dim = 16, element = f32>) -> (tensor<?x128xf32>, !transformer.kv_cache<layers = 1, heads = 2, key_dim = 16, value_dim = 16, element = f32>) attributes {deploy.phases = ["prefill", "decode"]} {
    %table = onnx.constant #onnx.weight<"m", 0, 32768> : tensor<128x64xf32>
    %wq = onnx.constant #onnx.weight<"m", 32768, 16384> : tensor<64x64xf32>
    %wk = onnx.constant #onnx.weight<"m", 49152, 8192> : tensor<64x32xf32>
    %wv = onnx.constant #onnx.weight<"m", 57344, 8192> : tensor<64x32xf32>
    %up = onnx.constant #onnx.weight<"m", 65536, 32768> : tensor<64x128xf32>
    %down = onnx.constant #onnx.weight<"m", 98304, 32768> : tensor<128x64xf32>
    %layer = arith.constant 0 : index
    %x = transformer.embedding %tokens, %table layout nk : (tensor<?xi32>, tensor<128x64xf32>) -> tensor<?x64xf32>
    %q = transformer.linear %x, %wq layout kn : (tensor<?x64xf32>, tensor<64x64xf32>) -> tensor<?x64xf32>
    %k = transformer.linear %x, %wk layout kn : (tensor<?x64xf32>, tensor<64x32xf32>) -> tensor<?x32xf32>
    %v = transformer.linear %x, %wv layout kn : (tensor<?x64xf32>, tensor<64x32xf32>) -> tensor<?x32xf32>
    %c = transformer.append %cache at %layer, %k, %v, %rows : !transformer.kv_cache<layers = 1, heads = 2, key_dim = 16, value_dim = 16, element = f32>, tensor<?x32xf32>, tensor<?x32xf32>
    %a = transformer.cached_attention %q, %c at %layer, %rows heads 4 scale 2.500000e-01 keep <causal = true> : tensor<?x64xf32>, !transformer.kv_cache<layers = 1, heads = 2, key_dim = 16, value_dim = 16, element = f32> -> tensor<?x64xf32>
    %y = onnx.node "Add"(%x, %a) {} : (tensor<?x64xf32>, tensor<?x64xf32>) -> tensor<?x64xf32>
    %h = transformer.linear %y, %up layout kn : (tensor<?x64xf32>, tensor<64x128xf32>) -> tensor<?x128xf32>
    %d = transformer.linear %h, %down layout kn : (tensor<?x128xf32>, tensor<128x64xf32>) -> tensor<?x64xf32>
    %z = onnx.node "Add"(%y, %d) {} : (tensor<?x64xf32>, tensor<?x64xf32>) -> tensor<?x64xf32>
    %last = transformer.select_tokens %z, %rows : tensor<?x64xf32>
    %logits = transformer.linear %last, %table layout nk : (tensor<?x64xf32>, tensor<128x64xf32>) -> tensor<?x128xf32>
    return %logits, %c : tensor<?x128xf32>, !transformer.kv_cache<layers = 1, heads = 2, key_dim = 16, value_dim = 16, element = f32>
  }
}
