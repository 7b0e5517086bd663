// RUN: tandem-opt %s --tandem-insert-transfers --tandem-outline-parts --split-input-file | FileCheck %s

!cache = !transformer.kv_cache<layers = 2, heads = 2, key_dim = 4, value_dim = 4, element = f32>

// Tests that each stage is a part whose cache holds its own layer, that the
// second takes the activations, and that each has the weights it uses.
// CHECK-LABEL: deploy.part @a phases ["prefill", "decode"] on <"a", "toy"> mesh [1, 1] stage 0
// CHECK: func.func @prefill(%{{.*}}: tensor<?x8xf32>, %{{.*}}: !transformer.rows, %[[C:.*]]: !transformer.kv_cache<layers = 1, {{.*}}>, %{{.*}}: !deploy.weights) -> (tensor<?x8xf32>, !transformer.kv_cache<layers = 1,
// CHECK: %[[L:.*]] = arith.constant 0 : index
// CHECK: transformer.append %[[C]] at %[[L]]
// CHECK: func.func @decode
// CHECK-LABEL: deploy.part @b phases ["prefill", "decode"] on <"b", "toy"> mesh [1, 1] stage 1
// CHECK: func.func @prefill(%{{.*}}: tensor<?x8xf32>, %{{.*}}: !transformer.rows, %[[C:.*]]: !transformer.kv_cache<layers = 1, {{.*}}>, %{{.*}}: !deploy.weights) -> (tensor<?x8xf32>, !transformer.kv_cache<layers = 1,
// CHECK: %[[L:.*]] = arith.constant 0 : index
// CHECK: transformer.append %[[C]] at %[[L]]
// CHECK: func.func @decode
func.func @step(%x: tensor<?x8xf32>, %rows: !transformer.rows, %c: !cache) -> (tensor<?x8xf32>, !cache) attributes {deploy.phases = ["prefill", "decode"], deploy.placement = {prefill = [#deploy.chip<"a", "toy">, #deploy.chip<"b", "toy">], decode = [#deploy.chip<"a", "toy">, #deploy.chip<"b", "toy">]}} {
  %w = onnx.constant dense<0.5> : tensor<8x8xf32>
  %g = onnx.constant dense<1.0> : tensor<8xf32>
  %l0 = arith.constant 0 : index
  %l1 = arith.constant 1 : index
  %e = transformer.activation silu %x : tensor<?x8xf32>
  %n0 = transformer.rms_norm %e, %g epsilon 1.0e-6 : tensor<?x8xf32>, tensor<8xf32>
  %q0 = transformer.linear %n0, %w layout kn : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
  %c0 = transformer.append %c at %l0, %q0, %q0, %rows : !cache, tensor<?x8xf32>, tensor<?x8xf32>
  %a0 = transformer.cached_attention %q0, %c0 at %l0, %rows heads 2 scale 0.5 keep <causal = true> : tensor<?x8xf32>, !cache -> tensor<?x8xf32>
  %r0 = onnx.node "Add"(%e, %a0) {} : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  %m0 = transformer.rms_norm %r0, %g epsilon 1.0e-6 : tensor<?x8xf32>, tensor<8xf32>
  %f0 = transformer.linear %m0, %w layout kn : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
  %y0 = onnx.node "Add"(%r0, %f0) {} : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  %n1 = transformer.rms_norm %y0, %g epsilon 1.0e-6 : tensor<?x8xf32>, tensor<8xf32>
  %q1 = transformer.linear %n1, %w layout kn : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
  %c1 = transformer.append %c0 at %l1, %q1, %q1, %rows : !cache, tensor<?x8xf32>, tensor<?x8xf32>
  %a1 = transformer.cached_attention %q1, %c1 at %l1, %rows heads 2 scale 0.5 keep <causal = true> : tensor<?x8xf32>, !cache -> tensor<?x8xf32>
  %r1 = onnx.node "Add"(%y0, %a1) {} : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  %m1 = transformer.rms_norm %r1, %g epsilon 1.0e-6 : tensor<?x8xf32>, tensor<8xf32>
  %f1 = transformer.linear %m1, %w layout kn : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
  %y1 = onnx.node "Add"(%r1, %f1) {} : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  return %y1, %c1 : tensor<?x8xf32>, !cache
}

// -----

!cache = !transformer.kv_cache<layers = 2, heads = 2, key_dim = 4, value_dim = 4, element = f32>

// Tests that attention and feed-forward become pieces in turn: the chip of the
// feed-forward layers has no cache.
// CHECK-LABEL: deploy.part @a phases ["prefill", "decode"] on <"a", "toy"> mesh [1, 1] stage 0
// CHECK: func.func @prefill.0({{.*}}!transformer.kv_cache<layers = 1,
// CHECK: func.func @prefill.1({{.*}}!transformer.kv_cache<layers = 1,
// CHECK: func.func @decode.0
// CHECK: func.func @decode.1
// CHECK-LABEL: deploy.part @b phases ["prefill", "decode"] on <"b", "toy"> mesh [1, 1] stage 1
// CHECK-NOT: kv_cache
// CHECK: func.func @prefill.0(%{{.*}}: tensor<?x8xf32>, %{{.*}}: !transformer.rows, %{{.*}}: !deploy.weights) -> tensor<?x8xf32>
// CHECK: func.func @prefill.1
// CHECK: func.func @decode.0
// CHECK: func.func @decode.1
func.func @step(%x: tensor<?x8xf32>, %rows: !transformer.rows, %c: !cache) -> (tensor<?x8xf32>, !cache) attributes {deploy.phases = ["prefill", "decode"], deploy.placement = {prefill = {attention = #deploy.chip<"a", "toy">, feed_forward = #deploy.chip<"b", "toy">}, decode = {attention = #deploy.chip<"a", "toy">, feed_forward = #deploy.chip<"b", "toy">}}} {
  %w = onnx.constant dense<0.5> : tensor<8x8xf32>
  %g = onnx.constant dense<1.0> : tensor<8xf32>
  %l0 = arith.constant 0 : index
  %l1 = arith.constant 1 : index
  %e = transformer.activation silu %x : tensor<?x8xf32>
  %n0 = transformer.rms_norm %e, %g epsilon 1.0e-6 : tensor<?x8xf32>, tensor<8xf32>
  %q0 = transformer.linear %n0, %w layout kn : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
  %c0 = transformer.append %c at %l0, %q0, %q0, %rows : !cache, tensor<?x8xf32>, tensor<?x8xf32>
  %a0 = transformer.cached_attention %q0, %c0 at %l0, %rows heads 2 scale 0.5 keep <causal = true> : tensor<?x8xf32>, !cache -> tensor<?x8xf32>
  %r0 = onnx.node "Add"(%e, %a0) {} : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  %m0 = transformer.rms_norm %r0, %g epsilon 1.0e-6 : tensor<?x8xf32>, tensor<8xf32>
  %f0 = transformer.linear %m0, %w layout kn : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
  %y0 = onnx.node "Add"(%r0, %f0) {} : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  %n1 = transformer.rms_norm %y0, %g epsilon 1.0e-6 : tensor<?x8xf32>, tensor<8xf32>
  %q1 = transformer.linear %n1, %w layout kn : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
  %c1 = transformer.append %c0 at %l1, %q1, %q1, %rows : !cache, tensor<?x8xf32>, tensor<?x8xf32>
  %a1 = transformer.cached_attention %q1, %c1 at %l1, %rows heads 2 scale 0.5 keep <causal = true> : tensor<?x8xf32>, !cache -> tensor<?x8xf32>
  %r1 = onnx.node "Add"(%y0, %a1) {} : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  %m1 = transformer.rms_norm %r1, %g epsilon 1.0e-6 : tensor<?x8xf32>, tensor<8xf32>
  %f1 = transformer.linear %m1, %w layout kn : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
  %y1 = onnx.node "Add"(%r1, %f1) {} : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  return %y1, %c1 : tensor<?x8xf32>, !cache
}
