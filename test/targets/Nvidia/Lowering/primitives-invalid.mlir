// RUN: tandem-opt %s --tandem-lower-to-launch-plan='capacity=64' --verify-diagnostics --split-input-file
// Tests that primitives which cross tokens, or which no kernel computes, are
// named with what was expected.

!cache = !transformer.kv_cache<layers = 1, heads = 2, key_dim = 4, value_dim = 4, element = f32>

deploy.part @primitives phases ["prefill"] on <"chip", "toy"> mesh [1, 1] stage 0 weights [#deploy.slot<table_nk, dense<0.0> : tensor<32x8xf32>>] {
  func.func @prefill(%tokens: tensor<?xi32>, %rows: !transformer.rows, %c: !cache, %weights: !deploy.weights) -> (tensor<?x8xf32>, !cache) {
    %t = deploy.weight %weights[0] : tensor<32x8xf32>
    %x = transformer.embedding %tokens, %t layout nk : (tensor<?xi32>, tensor<32x8xf32>) -> tensor<?x8xf32>
    %i = onnx.node "Cast"(%x) {to = 7 : i64} : (tensor<?x8xf32>) -> tensor<?x8xi64>
    %nine = onnx.constant dense<9> : tensor<1xi64>
    %zero = onnx.constant dense<0> : tensor<1xi64>
    %last = onnx.constant dense<-1> : tensor<1xi64>
    %none = onnx.none
    // expected-error @below {{'onnx.node' op 'Sqrt' of 'tensor<?x8xi64>' has no kernel}}
    %0 = onnx.node "Sqrt"(%i) {} : (tensor<?x8xi64>) -> tensor<?x8xi64>
    // expected-error @below {{'onnx.node' op 'Mod' of 'tensor<?x8xf32>' has no kernel}}
    %1 = onnx.node "Mod"(%x, %x) {fmod = 0 : i64} : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
    // expected-error @below {{'onnx.node' op 'ReduceL2' of 'tensor<?x8xi64>' has no kernel}}
    %2 = onnx.node "ReduceL2"(%i, %last) {} : (tensor<?x8xi64>, tensor<1xi64>) -> tensor<?x1xi64>
    // expected-error @below {{'onnx.node' op 'Softmax' of 'tensor<?x8xi64>' has no kernel}}
    %3 = onnx.node "Softmax"(%i) {} : (tensor<?x8xi64>) -> tensor<?x8xi64>
    // expected-error @below {{'onnx.node' op has a value of type 'tensor<?x8xui8>'; this target computes rows of tokens, of floats, truth values and integers of 32 or 64 bits}}
    %4 = onnx.node "Cast"(%x) {to = 2 : i64} : (tensor<?x8xf32>) -> tensor<?x8xui8>
    // expected-error @below {{'onnx.node' op takes more elements than the 8 of its axis}}
    %5:2 = onnx.node "TopK"(%x, %nine) {} : (tensor<?x8xf32>, tensor<1xi64>) -> (tensor<?x9xf32>, tensor<?x9xi64>)
    // expected-error @below {{'onnx.node' op has 1 results; expected values and indices}}
    %6 = onnx.node "TopK"(%x, %zero) {} : (tensor<?x8xf32>, tensor<1xi64>) -> tensor<?x1xi64>
    // expected-error @below {{'onnx.node' op works along axis 0 of a value of rank 2; expected an axis behind that of tokens}}
    %7 = onnx.node "ArgMax"(%x) {} : (tensor<?x8xf32>) -> tensor<?x8xi64>
    // expected-error @below {{'onnx.node' op has a result whose type does not follow from its input}}
    %8 = onnx.node "ArgMin"(%x) {axis = -1 : i64} : (tensor<?x8xf32>) -> tensor<?x8xi64>
    // expected-error @below {{'onnx.node' op works along axis 0 of a value of rank 2; expected an axis behind that of tokens}}
    %9 = onnx.node "CumSum"(%x, %zero) {} : (tensor<?x8xf32>, tensor<1xi64>) -> tensor<?x8xf32>
    // expected-error @below {{'onnx.node' op takes indices of 'tensor<?x8xf32>'; expected integers for each token}}
    %10 = onnx.node "GatherElements"(%x, %x) {axis = 1 : i64} : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
    %h = onnx.node "Reshape"(%x, %last) {} : (tensor<?x8xf32>, tensor<1xi64>) -> tensor<?x2x4xf32>
    // expected-error @below {{'onnx.node' op takes indices of 'tensor<?x8xi64>' for 'tensor<?x2x4xf32>'; expected as many axes, and no larger ones}}
    %11 = onnx.node "GatherElements"(%h, %i) {axis = -1 : i64} : (tensor<?x2x4xf32>, tensor<?x8xi64>) -> tensor<?x8xf32>
    // expected-error @below {{'onnx.node' op writes 'tensor<?x8xf32>' by reduction 'mean'; expected an element for each index, and none, add, mul, max or min}}
    %12 = onnx.node "ScatterElements"(%x, %i, %x) {axis = 1 : i64, reduction = "mean"} : (tensor<?x8xf32>, tensor<?x8xi64>, tensor<?x8xf32>) -> tensor<?x8xf32>
    // expected-error @below {{'onnx.node' op takes its values from 'tensor<32x8xf32>'; expected two numbers that the program has}}
    %13 = onnx.node "OneHot"(%i, %nine, %t) {} : (tensor<?x8xi64>, tensor<1xi64>, tensor<32x8xf32>) -> tensor<?x8x9xf32>
    %pads = onnx.constant dense<[8, 0]> : tensor<2xi64>
    // expected-error @below {{'onnx.node' op pads an axis of 8 by 8 and 0 in mode 'reflect'; expected from 0 to 7}}
    %14 = onnx.node "Pad"(%x, %pads, %none, %last) {mode = "reflect"} : (tensor<?x8xf32>, tensor<2xi64>, none, tensor<1xi64>) -> tensor<?x16xf32>
    // expected-error @below {{'onnx.node' op pads with a value that is no constant number}}
    %15 = onnx.node "Pad"(%x, %pads, %x, %last) {} : (tensor<?x8xf32>, tensor<2xi64>, tensor<?x8xf32>, tensor<1xi64>) -> tensor<?x16xf32>
    // expected-error @below {{'onnx.node' op takes a triangle of 'tensor<?x8xf32>'; expected matrices behind tokens}}
    %16 = onnx.node "Trilu"(%x) {} : (tensor<?x8xf32>) -> tensor<?x8xf32>
    // expected-error @below {{'onnx.node' op multiplies 'tensor<?x8xf32>' and 'tensor<?x2x4xf32>'; expected matrices behind tokens}}
    %17 = onnx.node "MatMul"(%x, %h) {} : (tensor<?x8xf32>, tensor<?x2x4xf32>) -> tensor<?x2x4xf32>
    %j = onnx.node "Reshape"(%i, %last) {} : (tensor<?x8xi64>, tensor<1xi64>) -> tensor<?x2x4xi64>
    %g = onnx.node "Transpose"(%j) {perm = array<i64: 0, 2, 1>} : (tensor<?x2x4xi64>) -> tensor<?x4x2xi64>
    // expected-error @below {{'onnx.node' op multiplies 'tensor<?x2x4xi64>'; expected rows or weights of floats}}
    %k = onnx.node "MatMul"(%j, %g) {} : (tensor<?x2x4xi64>, tensor<?x4x2xi64>) -> tensor<?x2x2xi64>
    // expected-error @below {{'onnx.node' op has equation 'tab->tba' of 1 operands; expected two and a result}}
    %18 = onnx.node "Einsum"(%h) {equation = "tab->tba"} : (tensor<?x2x4xf32>) -> tensor<?x4x2xf32>
    // expected-error @below {{'onnx.node' op has a result whose type does not follow from its inputs}}
    %19 = onnx.node "Einsum"(%h, %h) {equation = "tab,tac->tbd"} : (tensor<?x2x4xf32>, tensor<?x2x4xf32>) -> tensor<?x4x4xf32>
    // expected-error @below {{'transformer.embedding' op looks up 'tensor<?x8xi64>'; expected an integer for each token}}
    %20 = transformer.embedding %i, %t layout nk : (tensor<?x8xi64>, tensor<32x8xf32>) -> tensor<?x8x8xf32>
    return %x, %c : tensor<?x8xf32>, !cache
  }
}

// -----

!cache = !transformer.kv_cache<layers = 1, heads = 2, key_dim = 4, value_dim = 4, element = f32>

deploy.part @returned phases ["prefill"] on <"chip", "toy"> mesh [1, 1] stage 0 weights [#deploy.slot<table_nk, dense<0.0> : tensor<32x8xf32>>] {
  func.func @prefill(%tokens: tensor<?xi32>, %rows: !transformer.rows, %c: !cache, %weights: !deploy.weights) -> (tensor<?x8xi64>, !cache) {
    %t = deploy.weight %weights[0] : tensor<32x8xf32>
    %x = transformer.embedding %tokens, %t layout nk : (tensor<?xi32>, tensor<32x8xf32>) -> tensor<?x8xf32>
    %i = onnx.node "Cast"(%x) {to = 7 : i64} : (tensor<?x8xf32>) -> tensor<?x8xi64>
    // expected-error @below {{'func.return' op returns 'tensor<?x8xi64>'; expected rows of floats}}
    return %i, %c : tensor<?x8xi64>, !cache
  }
}
