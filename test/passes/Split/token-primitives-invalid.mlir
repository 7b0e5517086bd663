// RUN: tandem-opt %s --tandem-split-phases --verify-diagnostics

// Tests that primitives which reach another token are refused with the reason.
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids"}, %pk: tensor<?x1x?x4xf32>, %pv: tensor<?x1x?x4xf32>) -> (tensor<?x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>) {
  %table = onnx.constant dense<1.0> : tensor<16x4xf32>
  %x = transformer.embedding %ids, %table layout nk : (tensor<?x?xi64>, tensor<16x4xf32>) -> tensor<?x?x4xf32>
  %one = onnx.constant dense<1> : tensor<1xi64>
  // expected-error@+1 {{'onnx.node' op 'TopK' was not recognised as part of a transformer and does not work token by token; 'TopK' works along axis 1; expected axes behind batch and sequence}}
  %0:2 = onnx.node "TopK"(%x, %one) {axis = 1 : i64} : (tensor<?x?x4xf32>, tensor<1xi64>) -> (tensor<?x1x4xf32>, tensor<?x1x4xi64>)
  // expected-error@+1 {{'onnx.node' op 'ArgMax' was not recognised as part of a transformer and does not work token by token; 'ArgMax' works along axis 0; expected axes behind batch and sequence}}
  %1 = onnx.node "ArgMax"(%x) {} : (tensor<?x?x4xf32>) -> tensor<1x?x4xi64>
  // expected-error@+1 {{'onnx.node' op 'GatherElements' was not recognised as part of a transformer and does not work token by token; 'GatherElements' reads in input 1 what is the same for all tokens}}
  %2 = onnx.node "GatherElements"(%x, %table) {axis = 2 : i64} : (tensor<?x?x4xf32>, tensor<16x4xf32>) -> tensor<?x?x4xf32>
  %pads = onnx.constant dense<[0, 1, 0, 0, 0, 0]> : tensor<6xi64>
  // expected-error@+1 {{'onnx.node' op 'Pad' was not recognised as part of a transformer and does not work token by token; 'Pad' works along axis 1; expected axes behind batch and sequence}}
  %3 = onnx.node "Pad"(%x, %pads) {} : (tensor<?x?x4xf32>, tensor<6xi64>) -> tensor<?x?x4xf32>
  // expected-error@+1 {{'onnx.node' op 'Trilu' was not recognised as part of a transformer and does not work token by token; 'Trilu' works along axis 1; expected axes behind batch and sequence}}
  %4 = onnx.node "Trilu"(%x) {} : (tensor<?x?x4xf32>) -> tensor<?x?x4xf32>
  // expected-error@+1 {{'onnx.node' op 'Unsqueeze' was not recognised as part of a transformer and does not work token by token; 'Unsqueeze' works along axis 1; expected axes behind batch and sequence}}
  %5 = onnx.node "Unsqueeze"(%x, %one) {} : (tensor<?x?x4xf32>, tensor<1xi64>) -> tensor<?x1x?x4xf32>
  // expected-error@+1 {{'onnx.node' op 'MatMul' was not recognised as part of a transformer and does not work token by token; 'MatMul' of 'tensor<?x?x4xf32>' and 'tensor<?x?x4xf32>' sums over tokens or repeats them; expected matrices behind batch and sequence}}
  %6 = onnx.node "MatMul"(%x, %x) {} : (tensor<?x?x4xf32>, tensor<?x?x4xf32>) -> tensor<?x?x4xf32>
  // expected-error@+1 {{'onnx.node' op 'Einsum' was not recognised as part of a transformer and does not work token by token; 'Einsum' of 'bsd,btd->bst' sums over tokens or says too little; expected batch and sequence first in the result and in each operand of tokens}}
  %7 = onnx.node "Einsum"(%x, %x) {equation = "bsd,btd->bst"} : (tensor<?x?x4xf32>, tensor<?x?x4xf32>) -> tensor<?x?x?xf32>
  // expected-error@+1 {{'onnx.node' op 'Einsum' was not recognised as part of a transformer and does not work token by token; 'Einsum' of 'bsd,sd->bsd' sums over tokens or says too little; expected batch and sequence first in the result and in each operand of tokens}}
  %8 = onnx.node "Einsum"(%x, %table) {equation = "bsd,sd->bsd"} : (tensor<?x?x4xf32>, tensor<16x4xf32>) -> tensor<?x?x4xf32>
  %y, %p:2 = transformer.attention %x, %x, %x past(%pk, %pv) heads 1, 1 scale 0.5 keep <causal = true> : (tensor<?x?x4xf32>, tensor<?x?x4xf32>, tensor<?x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>) -> (tensor<?x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>)
  return %y, %p#0, %p#1 : tensor<?x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>
}
