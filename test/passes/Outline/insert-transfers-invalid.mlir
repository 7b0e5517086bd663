// RUN: tandem-opt %s --tandem-insert-transfers --split-input-file --verify-diagnostics

!cache = !transformer.kv_cache<layers = 2, heads = 2, key_dim = 4, value_dim = 4, element = f32>

// Tests that stages without a layer are refused.
// expected-error@+1 {{has 2 layers, which do not fill 3 stages; name fewer chips}}
func.func @step(%x: tensor<?x8xf32>, %rows: !transformer.rows, %c: !cache) -> (tensor<?x8xf32>, !cache) attributes {deploy.phases = ["prefill", "decode"], deploy.placement = {prefill = [#deploy.chip<"a", "toy">, #deploy.chip<"b", "toy">, #deploy.chip<"a", "toy">], decode = [#deploy.chip<"a", "toy">, #deploy.chip<"b", "toy">, #deploy.chip<"a", "toy">]}} {
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

// Tests that a layer that computes both side by side is not cut.
// expected-error@+1 {{computes attention and feed-forward of layer 0 side by side; they cannot be two chips' work}}
func.func @step(%x: tensor<?x8xf32>, %rows: !transformer.rows, %c: !cache) -> (tensor<?x8xf32>, !cache) attributes {deploy.phases = ["prefill", "decode"], deploy.placement = {prefill = {attention = #deploy.chip<"a", "toy">, feed_forward = #deploy.chip<"b", "toy">}, decode = {attention = #deploy.chip<"a", "toy">, feed_forward = #deploy.chip<"b", "toy">}}} {
  %w = onnx.constant dense<0.5> : tensor<8x8xf32>
  %g = onnx.constant dense<1.0> : tensor<8xf32>
  %l0 = arith.constant 0 : index
  %l1 = arith.constant 1 : index
  %e = transformer.activation silu %x : tensor<?x8xf32>
  %n0 = transformer.rms_norm %e, %g epsilon 1.0e-6 : tensor<?x8xf32>, tensor<8xf32>
  %q0 = transformer.linear %n0, %w layout kn : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
  %f0 = transformer.activation silu %n0 : tensor<?x8xf32>
  %c0 = transformer.append %c at %l0, %q0, %q0, %rows : !cache, tensor<?x8xf32>, tensor<?x8xf32>
  %a0 = transformer.cached_attention %q0, %c0 at %l0, %rows heads 2 scale 0.5 keep <causal = true> : tensor<?x8xf32>, !cache -> tensor<?x8xf32>
  %s0 = onnx.node "Add"(%a0, %f0) {} : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  %y0 = onnx.node "Add"(%e, %s0) {} : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  %n1 = transformer.rms_norm %y0, %g epsilon 1.0e-6 : tensor<?x8xf32>, tensor<8xf32>
  %q1 = transformer.linear %n1, %w layout kn : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
  %f1 = transformer.activation silu %n1 : tensor<?x8xf32>
  %c1 = transformer.append %c0 at %l1, %q1, %q1, %rows : !cache, tensor<?x8xf32>, tensor<?x8xf32>
  %a1 = transformer.cached_attention %q1, %c1 at %l1, %rows heads 2 scale 0.5 keep <causal = true> : tensor<?x8xf32>, !cache -> tensor<?x8xf32>
  %s1 = onnx.node "Add"(%a1, %f1) {} : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  %y1 = onnx.node "Add"(%y0, %s1) {} : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  return %y1, %c1 : tensor<?x8xf32>, !cache
}

// -----

!cache = !transformer.kv_cache<layers = 2, heads = 2, key_dim = 4, value_dim = 4, element = f32>

// Tests that a placement in no known form is refused.
// expected-error@+1 {{is placed on 4 : i64, expected a chip, a list of chips (stages) or {attention = chip, feed_forward = chip}}}
func.func @step(%x: tensor<?x8xf32>, %rows: !transformer.rows, %c: !cache) -> (tensor<?x8xf32>, !cache) attributes {deploy.phases = ["prefill", "decode"], deploy.placement = {prefill = 4 : i64, decode = 4 : i64}} {
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
