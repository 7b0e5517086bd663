// RUN: tandem-opt %s --tandem-outline-parts --split-input-file --verify-diagnostics

// Tests that the pass names the stages that should have run.
// expected-error@+1 {{has no function @step; run stages split and place first}}
module {
  func.func @main(%ids: tensor<?x?xi64>) -> tensor<?x?xi64> {
    return %ids : tensor<?x?xi64>
  }
}

// -----

// Tests that a step that was not placed is refused.
// expected-error@+1 {{has no 'deploy.phases' or no 'deploy.placement'; run stages split and place first}}
func.func @step(%rows: !transformer.rows) attributes {deploy.phases = ["prefill", "decode"]} {
  return
}

// -----

// Tests that every phase needs a chip.
// expected-error@+1 {{has no chip for phase "decode" in 'deploy.placement'}}
func.func @step(%rows: !transformer.rows) attributes {deploy.phases = ["prefill", "decode"], deploy.placement = {prefill = #deploy.chip<"a", "toy">}} {
  return
}

// -----

// Tests that a value of another chip is not used without a transfer.
func.func @step(%x: tensor<?x8xf32>, %rows: !transformer.rows) -> tensor<?x8xf32> attributes {deploy.phases = ["decode"], deploy.placement = {decode = [#deploy.chip<"a", "toy">, #deploy.chip<"b", "toy">]}} {
  %a = transformer.activation silu %x : tensor<?x8xf32>
  %b = transformer.activation silu %a : tensor<?x8xf32>
  %y = deploy.transfer %b to <"b", "toy"> stage 1 : tensor<?x8xf32>
  // expected-error@+1 {{'onnx.node' op on chip 'b' uses a value that no deploy.transfer brings there}}
  %s = onnx.node "Add"(%a, %y) {} : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  return %s : tensor<?x8xf32>
}
