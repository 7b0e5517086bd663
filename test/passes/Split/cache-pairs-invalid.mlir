// RUN: tandem-opt %s --tandem-split-phases --split-input-file --verify-diagnostics

// Tests that swapped presents of one layer are refused, naming both.
// expected-error@+2 {{output 'present.0.key' returns the values of 'layer0', but becomes input 'past.0.key' of the next step, which continues the keys of 'layer0'; expected the outputs in the order of the inputs}}
// expected-error@+1 {{output 'present.0.value' returns the keys of 'layer0', but becomes input 'past.0.value' of the next step, which continues the values of 'layer0'; expected the outputs in the order of the inputs}}
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids"}, %k: tensor<?x1x?x4xf32> {onnx.name = "past.0.key"}, %v: tensor<?x1x?x4xf32> {onnx.name = "past.0.value"}) -> (tensor<?x?x4xf32> {onnx.name = "logits"}, tensor<?x1x?x4xf32> {onnx.name = "present.0.key"}, tensor<?x1x?x4xf32> {onnx.name = "present.0.value"}) {
  %table = onnx.constant dense<1.0> : tensor<16x4xf32>
  %x = transformer.embedding %ids, %table layout nk : (tensor<?x?xi64>, tensor<16x4xf32>) -> tensor<?x?x4xf32>
  %y, %p:2 = transformer.attention %x, %x, %x past(%k, %v) heads 1, 1 scale 0.5 keep <causal = true> : (tensor<?x?x4xf32>, tensor<?x?x4xf32>, tensor<?x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>) -> (tensor<?x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>) loc("layer0")
  return %y, %p#1, %p#0 : tensor<?x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>
}

// -----

// Tests that the keys of two layers may not be swapped.
// expected-error@+2 {{output 'present.0.key' returns the keys of 'layer1', but becomes input 'past.0.key' of the next step, which continues the keys of 'layer0'; expected the outputs in the order of the inputs}}
// expected-error@+1 {{output 'present.1.key' returns the keys of 'layer0', but becomes input 'past.1.key' of the next step, which continues the keys of 'layer1'; expected the outputs in the order of the inputs}}
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids"}, %k: tensor<?x1x?x4xf32> {onnx.name = "past.0.key"}, %v: tensor<?x1x?x4xf32> {onnx.name = "past.0.value"}, %l: tensor<?x1x?x4xf32> {onnx.name = "past.1.key"}, %w: tensor<?x1x?x4xf32> {onnx.name = "past.1.value"}) -> (tensor<?x?x4xf32> {onnx.name = "logits"}, tensor<?x1x?x4xf32> {onnx.name = "present.0.key"}, tensor<?x1x?x4xf32> {onnx.name = "present.0.value"}, tensor<?x1x?x4xf32> {onnx.name = "present.1.key"}, tensor<?x1x?x4xf32> {onnx.name = "present.1.value"}) {
  %table = onnx.constant dense<1.0> : tensor<16x4xf32>
  %x = transformer.embedding %ids, %table layout nk : (tensor<?x?xi64>, tensor<16x4xf32>) -> tensor<?x?x4xf32>
  %y, %p:2 = transformer.attention %x, %x, %x past(%k, %v) heads 1, 1 scale 0.5 keep <causal = true> : (tensor<?x?x4xf32>, tensor<?x?x4xf32>, tensor<?x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>) -> (tensor<?x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>) loc("layer0")
  %z, %q:2 = transformer.attention %y, %x, %x past(%l, %w) heads 1, 1 scale 0.5 keep <causal = true> : (tensor<?x?x4xf32>, tensor<?x?x4xf32>, tensor<?x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>) -> (tensor<?x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>) loc("layer1")
  return %z, %q#0, %p#1, %p#0, %q#1 : tensor<?x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>
}

// -----

// Tests that names which do not agree pair by their order.
// expected-error@+2 {{output 'cat_2' returns the values of 'layer0', but becomes input 'past.0.key' of the next step, which continues the keys of 'layer0'; expected the outputs in the order of the inputs}}
// expected-error@+1 {{output 'cat_1' returns the keys of 'layer0', but becomes input 'past.0.value' of the next step, which continues the values of 'layer0'; expected the outputs in the order of the inputs}}
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids"}, %k: tensor<?x1x?x4xf32> {onnx.name = "past.0.key"}, %v: tensor<?x1x?x4xf32> {onnx.name = "past.0.value"}) -> (tensor<?x?x4xf32> {onnx.name = "logits"}, tensor<?x1x?x4xf32> {onnx.name = "cat_2"}, tensor<?x1x?x4xf32> {onnx.name = "cat_1"}) {
  %table = onnx.constant dense<1.0> : tensor<16x4xf32>
  %x = transformer.embedding %ids, %table layout nk : (tensor<?x?xi64>, tensor<16x4xf32>) -> tensor<?x?x4xf32>
  %y, %p:2 = transformer.attention %x, %x, %x past(%k, %v) heads 1, 1 scale 0.5 keep <causal = true> : (tensor<?x?x4xf32>, tensor<?x?x4xf32>, tensor<?x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>) -> (tensor<?x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>) loc("layer0")
  return %y, %p#1, %p#0 : tensor<?x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>
}

// -----

// Tests that a present which two outputs return, and the one that is then
// missing, are named at once.
// expected-error@+2 {{outputs 'present.0.key' and 'present.0.value' both return the keys of 'layer0'; expected each present once}}
// expected-error@+1 {{no output returns the values of 'layer0', which continue input 'past.0.value'; expected an output for each past}}
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids"}, %k: tensor<?x1x?x4xf32> {onnx.name = "past.0.key"}, %v: tensor<?x1x?x4xf32> {onnx.name = "past.0.value"}) -> (tensor<?x?x4xf32> {onnx.name = "logits"}, tensor<?x1x?x4xf32> {onnx.name = "present.0.key"}, tensor<?x1x?x4xf32> {onnx.name = "present.0.value"}) {
  %table = onnx.constant dense<1.0> : tensor<16x4xf32>
  %x = transformer.embedding %ids, %table layout nk : (tensor<?x?xi64>, tensor<16x4xf32>) -> tensor<?x?x4xf32>
  %y, %p:2 = transformer.attention %x, %x, %x past(%k, %v) heads 1, 1 scale 0.5 keep <causal = true> : (tensor<?x?x4xf32>, tensor<?x?x4xf32>, tensor<?x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>) -> (tensor<?x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>) loc("layer0")
  return %y, %p#0, %p#0 : tensor<?x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>
}

// -----

// Tests that presents which no output returns are named, each of them.
// expected-error@+2 {{no output returns the keys of 'layer0', which continue input 'past.0.key'; expected an output for each past}}
// expected-error@+1 {{no output returns the values of 'layer0', which continue input 'past.0.value'; expected an output for each past}}
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids"}, %k: tensor<?x1x?x4xf32> {onnx.name = "past.0.key"}, %v: tensor<?x1x?x4xf32> {onnx.name = "past.0.value"}) -> (tensor<?x?x4xf32> {onnx.name = "logits"}) {
  %table = onnx.constant dense<1.0> : tensor<16x4xf32>
  %x = transformer.embedding %ids, %table layout nk : (tensor<?x?xi64>, tensor<16x4xf32>) -> tensor<?x?x4xf32>
  %y, %p:2 = transformer.attention %x, %x, %x past(%k, %v) heads 1, 1 scale 0.5 keep <causal = true> : (tensor<?x?x4xf32>, tensor<?x?x4xf32>, tensor<?x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>) -> (tensor<?x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>) loc("layer0")
  return %y : tensor<?x?x4xf32>
}

// -----

// Tests that an input may be the past of one attention only.
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids"}, %k: tensor<?x1x?x4xf32> {onnx.name = "past.0.key"}, %v: tensor<?x1x?x4xf32> {onnx.name = "past.0.value"}, %l: tensor<?x1x?x4xf32> {onnx.name = "past.1.key"}, %w: tensor<?x1x?x4xf32> {onnx.name = "past.1.value"}) -> (tensor<?x?x4xf32> {onnx.name = "logits"}, tensor<?x1x?x4xf32> {onnx.name = "present.0.key"}, tensor<?x1x?x4xf32> {onnx.name = "present.0.value"}, tensor<?x1x?x4xf32> {onnx.name = "present.1.key"}, tensor<?x1x?x4xf32> {onnx.name = "present.1.value"}) {
  %table = onnx.constant dense<1.0> : tensor<16x4xf32>
  %x = transformer.embedding %ids, %table layout nk : (tensor<?x?xi64>, tensor<16x4xf32>) -> tensor<?x?x4xf32>
  %y, %p:2 = transformer.attention %x, %x, %x past(%k, %v) heads 1, 1 scale 0.5 keep <causal = true> : (tensor<?x?x4xf32>, tensor<?x?x4xf32>, tensor<?x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>) -> (tensor<?x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>) loc("layer0")
  // expected-error@unknown {{'transformer.attention' op reads input 'past.0.key' as a past a second time; expected an input for the keys and one for the values of each attention}}
  %z, %q:2 = transformer.attention %y, %x, %x past(%l, %k) heads 1, 1 scale 0.5 keep <causal = true> : (tensor<?x?x4xf32>, tensor<?x?x4xf32>, tensor<?x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>) -> (tensor<?x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>) loc("layer1")
  return %z, %p#0, %p#1, %q#0, %q#1 : tensor<?x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>
}

// -----

// Tests that a past which the graph computes is refused.
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids"}, %k: tensor<?x1x?x4xf32> {onnx.name = "past.0.key"}, %v: tensor<?x1x?x4xf32> {onnx.name = "past.0.value"}) -> (tensor<?x?x4xf32> {onnx.name = "logits"}, tensor<?x1x?x4xf32> {onnx.name = "present.0.key"}, tensor<?x1x?x4xf32> {onnx.name = "present.0.value"}) {
  %table = onnx.constant dense<1.0> : tensor<16x4xf32>
  %x = transformer.embedding %ids, %table layout nk : (tensor<?x?xi64>, tensor<16x4xf32>) -> tensor<?x?x4xf32>
  %c = onnx.node "Neg"(%k) {} : (tensor<?x1x?x4xf32>) -> tensor<?x1x?x4xf32>
  // expected-error@unknown {{'transformer.attention' op has a past that the graph computes; expected an input of the graph}}
  %y, %p:2 = transformer.attention %x, %x, %x past(%c, %v) heads 1, 1 scale 0.5 keep <causal = true> : (tensor<?x?x4xf32>, tensor<?x?x4xf32>, tensor<?x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>) -> (tensor<?x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>) loc("layer0")
  return %y, %p#0, %p#1 : tensor<?x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>
}

// -----

// Tests that attention without a past beside others is refused.
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids"}, %k: tensor<?x1x?x4xf32> {onnx.name = "past.0.key"}, %v: tensor<?x1x?x4xf32> {onnx.name = "past.0.value"}) -> (tensor<?x?x4xf32> {onnx.name = "logits"}, tensor<?x1x?x4xf32> {onnx.name = "present.0.key"}, tensor<?x1x?x4xf32> {onnx.name = "present.0.value"}) {
  %table = onnx.constant dense<1.0> : tensor<16x4xf32>
  %x = transformer.embedding %ids, %table layout nk : (tensor<?x?xi64>, tensor<16x4xf32>) -> tensor<?x?x4xf32>
  %y, %p:2 = transformer.attention %x, %x, %x past(%k, %v) heads 1, 1 scale 0.5 keep <causal = true> : (tensor<?x?x4xf32>, tensor<?x?x4xf32>, tensor<?x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>) -> (tensor<?x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>) loc("layer0")
  // expected-error@+1 {{'transformer.attention' op has no past, but other attentions have; expected a past for each}}
  %z = transformer.attention %y, %x, %x heads 1, 1 scale 0.5 keep <causal = true> : (tensor<?x?x4xf32>, tensor<?x?x4xf32>, tensor<?x?x4xf32>) -> tensor<?x?x4xf32>
  return %z, %p#0, %p#1 : tensor<?x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>
}
