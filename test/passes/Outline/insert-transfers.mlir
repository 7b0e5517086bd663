// RUN: tandem-opt %s --tandem-insert-transfers --split-input-file | FileCheck %s

!cache = !transformer.kv_cache<layers = 2, heads = 2, key_dim = 4, value_dim = 4, element = f32>

// Tests that two stages are cut between the layers, after the whole first one:
// the residual alone crosses.
// CHECK-LABEL: func.func @step
// CHECK: transformer.cached_attention
// CHECK: %[[X:.*]] = onnx.node "Add"(%{{.*}}, %{{.*}}) {}
// CHECK: transformer.rms_norm
// CHECK: %[[Y:.*]] = onnx.node "Add"(%[[X]], %{{.*}}) {}
// CHECK-NEXT: %[[Z:.*]] = deploy.transfer %[[Y]] to <"b", "toy"> stage 1 : tensor<?x8xf32>
// CHECK-NEXT: transformer.rms_norm %[[Z]]
// CHECK: onnx.node "Add"(%[[Z]], %{{.*}}) {}
// CHECK-NOT: deploy.transfer
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

// Tests that attention and feed-forward on two chips are cut twice a layer, and
// that the end of the step stays with the last feed-forward layer.
// CHECK-LABEL: func.func @step
// CHECK: transformer.cached_attention
// CHECK-NEXT: %[[R0:.*]] = onnx.node "Add"
// CHECK-NEXT: deploy.transfer %[[R0]] to <"b", "toy"> stage 1
// CHECK: %[[Y0:.*]] = onnx.node "Add"
// CHECK-NEXT: deploy.transfer %[[Y0]] to <"a", "toy"> stage 0
// CHECK: transformer.cached_attention
// CHECK-NEXT: %[[R1:.*]] = onnx.node "Add"
// CHECK-NEXT: deploy.transfer %[[R1]] to <"b", "toy"> stage 1
// CHECK-NOT: deploy.transfer
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

// -----

!cache = !transformer.kv_cache<layers = 2, heads = 2, key_dim = 4, value_dim = 4, element = f32>

// Tests that phases placed differently become functions of their own.
// CHECK-LABEL: func.func @step(
// CHECK-SAME: deploy.phases = ["prefill"]
// CHECK-NOT: deploy.transfer
// CHECK-LABEL: func.func @step_decode
// CHECK-SAME: deploy.phases = ["decode"]
// CHECK: deploy.transfer
func.func @step(%x: tensor<?x8xf32>, %rows: !transformer.rows, %c: !cache) -> (tensor<?x8xf32>, !cache) attributes {deploy.phases = ["prefill", "decode"], deploy.placement = {prefill = #deploy.chip<"a", "toy">, decode = [#deploy.chip<"a", "toy">, #deploy.chip<"b", "toy">]}} {
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

// Tests that a chip for each phase needs no transfer.
// CHECK-LABEL: func.func @step(
// CHECK-SAME: deploy.phases = ["prefill", "decode"]
// CHECK-NOT: deploy.transfer
// CHECK-NOT: func.func
func.func @step(%x: tensor<?x8xf32>, %rows: !transformer.rows, %c: !cache) -> (tensor<?x8xf32>, !cache) attributes {deploy.phases = ["prefill", "decode"], deploy.placement = {prefill = #deploy.chip<"a", "toy">, decode = #deploy.chip<"b", "toy">}} {
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

!cache = !transformer.kv_cache<layers = 3, heads = 2, key_dim = 4, value_dim = 4, element = f32>

// Tests that what the last stage takes from the first passes through the one
// between: it crosses both cuts.
// CHECK-LABEL: func.func @step(
// CHECK: %[[E:.*]] = transformer.activation silu
// CHECK-DAG: %[[E1:.*]] = deploy.transfer %[[E]] to <"b", "toy"> stage 1
// CHECK-DAG: deploy.transfer %[[E1]] to <"c", "toy"> stage 2
func.func @step(%x: tensor<?x8xf32>, %rows: !transformer.rows, %c: !cache) -> (tensor<?x8xf32>, !cache) attributes {deploy.phases = ["decode"], deploy.placement = {decode = [#deploy.chip<"a", "toy">, #deploy.chip<"b", "toy">, #deploy.chip<"c", "toy">]}} {
  %w = onnx.constant dense<0.5> : tensor<8x8xf32>
  %e = transformer.activation silu %x : tensor<?x8xf32>
  %l0 = arith.constant 0 : index
  %q0 = transformer.linear %e, %w layout kn : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
  %c0 = transformer.append %c at %l0, %q0, %q0, %rows : !cache, tensor<?x8xf32>, tensor<?x8xf32>
  %a0 = transformer.cached_attention %q0, %c0 at %l0, %rows heads 2 scale 0.5 keep <causal = true> : tensor<?x8xf32>, !cache -> tensor<?x8xf32>
  %l1 = arith.constant 1 : index
  %q1 = transformer.linear %a0, %w layout kn : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
  %c1 = transformer.append %c0 at %l1, %q1, %q1, %rows : !cache, tensor<?x8xf32>, tensor<?x8xf32>
  %a1 = transformer.cached_attention %q1, %c1 at %l1, %rows heads 2 scale 0.5 keep <causal = true> : tensor<?x8xf32>, !cache -> tensor<?x8xf32>
  %l2 = arith.constant 2 : index
  %q2 = transformer.linear %a1, %w layout kn : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
  %c2 = transformer.append %c1 at %l2, %q2, %q2, %rows : !cache, tensor<?x8xf32>, tensor<?x8xf32>
  %a2 = transformer.cached_attention %q2, %c2 at %l2, %rows heads 2 scale 0.5 keep <causal = true> : tensor<?x8xf32>, !cache -> tensor<?x8xf32>
  %s = onnx.node "Add"(%a2, %e) {} : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  return %s, %c2 : tensor<?x8xf32>, !cache
}
