// RUN: tandem-opt %s --tandem-raise-activations --split-input-file | FileCheck %s

// Tests that silu times another value is a gated activation.
// CHECK-LABEL: func.func @swiglu(
func.func @swiglu(%gate: tensor<?x?x128xf32>, %up: tensor<?x?x128xf32>) -> tensor<?x?x128xf32> {
  // CHECK: %0 = transformer.glu silu %arg0, %arg1 : tensor<?x?x128xf32>
  // CHECK: return %0
  %s = onnx.node "Sigmoid" (%gate) {} : (tensor<?x?x128xf32>) -> tensor<?x?x128xf32>
  %a = onnx.node "Mul" (%gate, %s) {} : (tensor<?x?x128xf32>, tensor<?x?x128xf32>) -> tensor<?x?x128xf32>
  %g = onnx.node "Mul" (%a, %up) {} : (tensor<?x?x128xf32>, tensor<?x?x128xf32>) -> tensor<?x?x128xf32>
  return %g : tensor<?x?x128xf32>
}

// -----

// Tests that the order of the three factors does not matter.
// CHECK-LABEL: func.func @swiglu_in_another_order(
func.func @swiglu_in_another_order(%gate: tensor<?x8xf32>, %up: tensor<?x8xf32>) -> tensor<?x8xf32> {
  // CHECK: transformer.glu silu %arg0, %arg1
  %s = onnx.node "Sigmoid" (%gate) {} : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %a = onnx.node "Mul" (%up, %gate) {} : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  %g = onnx.node "Mul" (%s, %a) {} : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  return %g : tensor<?x8xf32>
}

// -----

// Tests that an activation with a user of its own stays one.
// CHECK-LABEL: func.func @silu_used_twice(
func.func @silu_used_twice(%gate: tensor<?x8xf32>, %up: tensor<?x8xf32>) -> (tensor<?x8xf32>, tensor<?x8xf32>) {
  // CHECK: %[[A:.*]] = transformer.activation silu %arg0
  // CHECK: onnx.node "Mul"(%[[A]], %arg1)
  %s = onnx.node "Sigmoid" (%gate) {} : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %a = onnx.node "Mul" (%gate, %s) {} : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  %g = onnx.node "Mul" (%a, %up) {} : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  return %a, %g : tensor<?x8xf32>, tensor<?x8xf32>
}

// -----

// Tests that the sigmoid of another value is no gate.
// CHECK-LABEL: func.func @sigmoid_of_another_value(
func.func @sigmoid_of_another_value(%x: tensor<?x8xf32>, %y: tensor<?x8xf32>) -> tensor<?x8xf32> {
  // CHECK-NOT: transformer
  %s = onnx.node "Sigmoid" (%x) {} : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %a = onnx.node "Mul" (%y, %s) {} : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  return %a : tensor<?x8xf32>
}

// -----

// Tests gelu by erf, with the half applied first.
// CHECK-LABEL: func.func @gelu_erf(
func.func @gelu_erf(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %root = onnx.constant dense<1.41421354> : tensor<f32>
  %one = onnx.constant dense<1.0> : tensor<f32>
  %half = onnx.constant dense<0.5> : tensor<f32>
  %d = onnx.node "Div" (%x, %root) {} : (tensor<?x8xf32>, tensor<f32>) -> tensor<?x8xf32>
  %e = onnx.node "Erf" (%d) {} : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %p = onnx.node "Add" (%e, %one) {} : (tensor<?x8xf32>, tensor<f32>) -> tensor<?x8xf32>
  %h = onnx.node "Mul" (%x, %half) {} : (tensor<?x8xf32>, tensor<f32>) -> tensor<?x8xf32>
  // CHECK: transformer.activation gelu_erf %arg0
  %g = onnx.node "Mul" (%h, %p) {} : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  return %g : tensor<?x8xf32>
}

// -----

// Tests gelu_new of GPT-2.
// CHECK-LABEL: func.func @gelu_tanh(
func.func @gelu_tanh(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %three = onnx.constant dense<3.0> : tensor<f32>
  %cubic = onnx.constant dense<0.0447149985> : tensor<f32>
  %root = onnx.constant dense<0.797884583> : tensor<f32>
  %one = onnx.constant dense<1.0> : tensor<f32>
  %half = onnx.constant dense<0.5> : tensor<f32>
  %h = onnx.node "Mul" (%x, %half) {} : (tensor<?x8xf32>, tensor<f32>) -> tensor<?x8xf32>
  %c = onnx.node "Pow" (%x, %three) {} : (tensor<?x8xf32>, tensor<f32>) -> tensor<?x8xf32>
  %m = onnx.node "Mul" (%c, %cubic) {} : (tensor<?x8xf32>, tensor<f32>) -> tensor<?x8xf32>
  %a = onnx.node "Add" (%x, %m) {} : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  %s = onnx.node "Mul" (%a, %root) {} : (tensor<?x8xf32>, tensor<f32>) -> tensor<?x8xf32>
  %t = onnx.node "Tanh" (%s) {} : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %p = onnx.node "Add" (%t, %one) {} : (tensor<?x8xf32>, tensor<f32>) -> tensor<?x8xf32>
  // CHECK: transformer.activation gelu_tanh %arg0
  %g = onnx.node "Mul" (%h, %p) {} : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  return %g : tensor<?x8xf32>
}

// -----

// Tests that a cubic factor off by more than rounding is no gelu.
// CHECK-LABEL: func.func @not_quite_gelu_tanh(
func.func @not_quite_gelu_tanh(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %three = onnx.constant dense<3.0> : tensor<f32>
  %cubic = onnx.constant dense<0.0448> : tensor<f32>
  %root = onnx.constant dense<0.797884583> : tensor<f32>
  %one = onnx.constant dense<1.0> : tensor<f32>
  %half = onnx.constant dense<0.5> : tensor<f32>
  %h = onnx.node "Mul" (%x, %half) {} : (tensor<?x8xf32>, tensor<f32>) -> tensor<?x8xf32>
  %c = onnx.node "Pow" (%x, %three) {} : (tensor<?x8xf32>, tensor<f32>) -> tensor<?x8xf32>
  %m = onnx.node "Mul" (%c, %cubic) {} : (tensor<?x8xf32>, tensor<f32>) -> tensor<?x8xf32>
  %a = onnx.node "Add" (%x, %m) {} : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  %s = onnx.node "Mul" (%a, %root) {} : (tensor<?x8xf32>, tensor<f32>) -> tensor<?x8xf32>
  %t = onnx.node "Tanh" (%s) {} : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %p = onnx.node "Add" (%t, %one) {} : (tensor<?x8xf32>, tensor<f32>) -> tensor<?x8xf32>
  // CHECK-NOT: transformer
  %g = onnx.node "Mul" (%h, %p) {} : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  return %g : tensor<?x8xf32>
}

// -----

// Tests the operators of one node.
// CHECK-LABEL: func.func @operators(
func.func @operators(%x: tensor<?x8xf32>, %b: tensor<8xf32>) -> (tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>) {
  // CHECK: transformer.activation gelu_tanh %arg0
  %0 = onnx.node "Gelu" (%x) {approximate = "tanh"} : (tensor<?x8xf32>) -> tensor<?x8xf32>
  // CHECK: transformer.activation silu %arg0
  %1 = onnx.node "Swish" (%x) {} : (tensor<?x8xf32>) -> tensor<?x8xf32>
  // CHECK: transformer.activation gelu_quick %arg0
  %2 = onnx.node "QuickGelu" domain "com.microsoft" (%x) {} : (tensor<?x8xf32>) -> tensor<?x8xf32>
  // CHECK: %[[SUM:.*]] = onnx.node "Add"(%arg0, %arg1)
  // CHECK: transformer.activation gelu_erf %[[SUM]]
  %3 = onnx.node "BiasGelu" domain "com.microsoft" (%x, %b) {} : (tensor<?x8xf32>, tensor<8xf32>) -> tensor<?x8xf32>
  return %0, %1, %2, %3 : tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>
}

// -----

// Tests relu squared, as a power.
// CHECK-LABEL: func.func @relu_squared(
func.func @relu_squared(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %two = onnx.constant dense<2.0> : tensor<f32>
  %r = onnx.node "Relu" (%x) {} : (tensor<?x8xf32>) -> tensor<?x8xf32>
  // CHECK: transformer.activation relu_squared %arg0
  %s = onnx.node "Pow" (%r, %two) {} : (tensor<?x8xf32>, tensor<f32>) -> tensor<?x8xf32>
  return %s : tensor<?x8xf32>
}
