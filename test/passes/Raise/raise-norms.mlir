// RUN: tandem-opt %s --tandem-raise-norms --split-input-file | FileCheck %s

// Tests that the fused operator becomes an RMS norm.
// CHECK-LABEL: func.func @simplified_layer_normalization(
func.func @simplified_layer_normalization(%x: tensor<?x?x64xf32>, %scale: tensor<64xf32>) -> tensor<?x?x64xf32> {
  // CHECK-NEXT: %0 = transformer.rms_norm %arg0, %arg1 epsilon 1.250000e-01 : tensor<?x?x64xf32>, tensor<64xf32>
  // CHECK-NEXT: return %0
  %n = onnx.node "SimplifiedLayerNormalization" (%x, %scale) {axis = -1 : i64, epsilon = 0.125 : f32} : (tensor<?x?x64xf32>, tensor<64xf32>) -> tensor<?x?x64xf32>
  return %n : tensor<?x?x64xf32>
}

// -----

// Tests that the default epsilon of the operator is taken.
// CHECK-LABEL: func.func @layer_normalization_with_default_epsilon(
func.func @layer_normalization_with_default_epsilon(%x: tensor<?x?x64xf32>, %scale: tensor<64xf32>, %bias: tensor<64xf32>) -> tensor<?x?x64xf32> {
  // CHECK: transformer.layer_norm %arg0, %arg1 bias(%arg2) epsilon 1.000000e-05
  %n = onnx.node "LayerNormalization" (%x, %scale, %bias) {axis = -1 : i64} : (tensor<?x?x64xf32>, tensor<64xf32>, tensor<64xf32>) -> tensor<?x?x64xf32>
  return %n : tensor<?x?x64xf32>
}

// -----

// Tests that a norm over two dimensions stays a primitive.
// CHECK-LABEL: func.func @two_dimensions(
func.func @two_dimensions(%x: tensor<?x8x64xf32>, %scale: tensor<8x64xf32>) -> tensor<?x8x64xf32> {
  // CHECK: onnx.node "RMSNormalization"
  %n = onnx.node "RMSNormalization" (%x, %scale) {axis = 1 : i64} : (tensor<?x8x64xf32>, tensor<8x64xf32>) -> tensor<?x8x64xf32>
  return %n : tensor<?x8x64xf32>
}

// -----

// Tests that the sum of a skip norm serves its other users.
// CHECK-LABEL: func.func @skip_norm(
func.func @skip_norm(%x: tensor<?x?x64xf32>, %skip: tensor<?x?x64xf32>, %scale: tensor<64xf32>) -> (tensor<?x?x64xf32>, tensor<?x?x64xf32>) {
  // CHECK: %[[SUM:.*]] = onnx.node "Add"(%arg0, %arg1)
  // CHECK: %[[NORM:.*]] = transformer.rms_norm %[[SUM]], %arg2 epsilon 5.000000e-01
  // CHECK: return %[[NORM]], %[[SUM]]
  %n:4 = onnx.node "SkipSimplifiedLayerNormalization" domain "com.microsoft" (%x, %skip, %scale) {epsilon = 0.5 : f32} : (tensor<?x?x64xf32>, tensor<?x?x64xf32>, tensor<64xf32>) -> (tensor<?x?x64xf32>, none, none, tensor<?x?x64xf32>)
  return %n#0, %n#3 : tensor<?x?x64xf32>, tensor<?x?x64xf32>
}

// -----

// Tests the spelling of TorchScript: 1 / sqrt, scale on the left.
// CHECK-LABEL: func.func @torchscript_rms_norm(
func.func @torchscript_rms_norm(%x: tensor<?x?x64xf32>) -> tensor<?x?x64xf32> {
  %scale = onnx.constant #onnx.weight<"m", 0, 256> : tensor<64xf32>
  %two = onnx.constant dense<2.0> : tensor<f32>
  %one = onnx.constant dense<1.0> : tensor<f32>
  %epsilon = onnx.constant dense<0.25> : tensor<f32>
  %last = onnx.constant dense<-1> : tensor<1xi64>
  %square = onnx.node "Pow" (%x, %two) {} : (tensor<?x?x64xf32>, tensor<f32>) -> tensor<?x?x64xf32>
  %mean = onnx.node "ReduceMean" (%square, %last) {keepdims = 1 : i64} : (tensor<?x?x64xf32>, tensor<1xi64>) -> tensor<?x?x1xf32>
  %sum = onnx.node "Add" (%mean, %epsilon) {} : (tensor<?x?x1xf32>, tensor<f32>) -> tensor<?x?x1xf32>
  %root = onnx.node "Sqrt" (%sum) {} : (tensor<?x?x1xf32>) -> tensor<?x?x1xf32>
  %inverse = onnx.node "Div" (%one, %root) {} : (tensor<f32>, tensor<?x?x1xf32>) -> tensor<?x?x1xf32>
  %normal = onnx.node "Mul" (%x, %inverse) {} : (tensor<?x?x64xf32>, tensor<?x?x1xf32>) -> tensor<?x?x64xf32>
  // CHECK: transformer.rms_norm %arg0, %{{.*}} epsilon 2.500000e-01
  // CHECK-NOT: onnx.node
  %n = onnx.node "Mul" (%scale, %normal) {} : (tensor<64xf32>, tensor<?x?x64xf32>) -> tensor<?x?x64xf32>
  return %n : tensor<?x?x64xf32>
}

// -----

// Tests the spelling of the dynamo exporter: x * x and Reciprocal.
// CHECK-LABEL: func.func @dynamo_rms_norm(
func.func @dynamo_rms_norm(%x: tensor<?x?x64xf32>, %scale: tensor<64xf32>) -> tensor<?x?x64xf32> {
  %epsilon = onnx.constant dense<0.25> : tensor<f32>
  %last = onnx.constant dense<2> : tensor<1xi64>
  %square = onnx.node "Mul" (%x, %x) {} : (tensor<?x?x64xf32>, tensor<?x?x64xf32>) -> tensor<?x?x64xf32>
  %mean = onnx.node "ReduceMean" (%square, %last) {keepdims = 1 : i64} : (tensor<?x?x64xf32>, tensor<1xi64>) -> tensor<?x?x1xf32>
  %sum = onnx.node "Add" (%epsilon, %mean) {} : (tensor<f32>, tensor<?x?x1xf32>) -> tensor<?x?x1xf32>
  %root = onnx.node "Sqrt" (%sum) {} : (tensor<?x?x1xf32>) -> tensor<?x?x1xf32>
  %inverse = onnx.node "Reciprocal" (%root) {} : (tensor<?x?x1xf32>) -> tensor<?x?x1xf32>
  %normal = onnx.node "Mul" (%inverse, %x) {} : (tensor<?x?x1xf32>, tensor<?x?x64xf32>) -> tensor<?x?x64xf32>
  // CHECK: transformer.rms_norm %arg0, %arg1 epsilon 2.500000e-01
  %n = onnx.node "Mul" (%normal, %scale) {} : (tensor<?x?x64xf32>, tensor<64xf32>) -> tensor<?x?x64xf32>
  return %n : tensor<?x?x64xf32>
}

// -----

// Tests that a mean over another dimension is not taken for that of a row.
// CHECK-LABEL: func.func @mean_of_columns(
func.func @mean_of_columns(%x: tensor<?x64x64xf32>, %scale: tensor<64xf32>) -> tensor<?x64x64xf32> {
  %epsilon = onnx.constant dense<0.25> : tensor<f32>
  %first = onnx.constant dense<1> : tensor<1xi64>
  %square = onnx.node "Mul" (%x, %x) {} : (tensor<?x64x64xf32>, tensor<?x64x64xf32>) -> tensor<?x64x64xf32>
  %mean = onnx.node "ReduceMean" (%square, %first) {keepdims = 1 : i64} : (tensor<?x64x64xf32>, tensor<1xi64>) -> tensor<?x1x64xf32>
  %sum = onnx.node "Add" (%mean, %epsilon) {} : (tensor<?x1x64xf32>, tensor<f32>) -> tensor<?x1x64xf32>
  %root = onnx.node "Sqrt" (%sum) {} : (tensor<?x1x64xf32>) -> tensor<?x1x64xf32>
  %normal = onnx.node "Div" (%x, %root) {} : (tensor<?x64x64xf32>, tensor<?x1x64xf32>) -> tensor<?x64x64xf32>
  // CHECK-NOT: transformer.rms_norm
  %n = onnx.node "Mul" (%normal, %scale) {} : (tensor<?x64x64xf32>, tensor<64xf32>) -> tensor<?x64x64xf32>
  return %n : tensor<?x64x64xf32>
}

// -----

// Tests a decomposed layer norm with bias.
// CHECK-LABEL: func.func @decomposed_layer_norm(
func.func @decomposed_layer_norm(%x: tensor<?x?x64xf32>) -> tensor<?x?x64xf32> {
  %scale = onnx.constant #onnx.weight<"m", 0, 256> : tensor<64xf32>
  %bias = onnx.constant #onnx.weight<"m", 256, 256> : tensor<64xf32>
  %two = onnx.constant dense<2.0> : tensor<f32>
  %epsilon = onnx.constant dense<0.25> : tensor<f32>
  %last = onnx.constant dense<-1> : tensor<1xi64>
  %mean = onnx.node "ReduceMean" (%x, %last) {keepdims = 1 : i64} : (tensor<?x?x64xf32>, tensor<1xi64>) -> tensor<?x?x1xf32>
  %centred = onnx.node "Sub" (%x, %mean) {} : (tensor<?x?x64xf32>, tensor<?x?x1xf32>) -> tensor<?x?x64xf32>
  %square = onnx.node "Pow" (%centred, %two) {} : (tensor<?x?x64xf32>, tensor<f32>) -> tensor<?x?x64xf32>
  %variance = onnx.node "ReduceMean" (%square, %last) {keepdims = 1 : i64} : (tensor<?x?x64xf32>, tensor<1xi64>) -> tensor<?x?x1xf32>
  %sum = onnx.node "Add" (%variance, %epsilon) {} : (tensor<?x?x1xf32>, tensor<f32>) -> tensor<?x?x1xf32>
  %root = onnx.node "Sqrt" (%sum) {} : (tensor<?x?x1xf32>) -> tensor<?x?x1xf32>
  %normal = onnx.node "Div" (%centred, %root) {} : (tensor<?x?x64xf32>, tensor<?x?x1xf32>) -> tensor<?x?x64xf32>
  %scaled = onnx.node "Mul" (%normal, %scale) {} : (tensor<?x?x64xf32>, tensor<64xf32>) -> tensor<?x?x64xf32>
  // CHECK: %[[N:.*]] = transformer.layer_norm %arg0, %{{.*}} bias(%{{.*}}) epsilon 2.500000e-01
  // CHECK: return %[[N]]
  %n = onnx.node "Add" (%scaled, %bias) {} : (tensor<?x?x64xf32>, tensor<64xf32>) -> tensor<?x?x64xf32>
  return %n : tensor<?x?x64xf32>
}
