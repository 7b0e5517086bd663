// RUN: tandem-opt %s --tandem-split-phases --split-input-file | FileCheck %s

// Tests that primitives which select, scan, look up, pad or multiply behind batch
// and sequence become ones behind tokens.
// CHECK-LABEL: func.func @step
// CHECK: %[[H:.*]] = onnx.node "Reshape"
// CHECK: %[[TOP:.*]]:2 = onnx.node "TopK"(%[[H]], %{{.*}}) {axis = -1 : i64} : (tensor<?x2x2xf32>, tensor<1xi64>) -> (tensor<?x2x1xf32>, tensor<?x2x1xi64>)
// CHECK: onnx.node "ArgMax"(%[[H]]) {axis = -2 : i64, keepdims = 0 : i64} : (tensor<?x2x2xf32>) -> tensor<?x2xi64>
// CHECK: onnx.node "GatherElements"(%[[H]], %[[TOP]]#1) {axis = -1 : i64}
// CHECK: onnx.node "ScatterElements"(%[[H]], %[[TOP]]#1, %[[TOP]]#0) {axis = -1 : i64, reduction = "add"}
// CHECK: %[[AXIS:.*]] = onnx.constant dense<-1> : tensor<1xi64>
// CHECK: onnx.node "CumSum"(%{{.*}}, %[[AXIS]]) {} : (tensor<?x2x2xf32>, tensor<1xi64>) -> tensor<?x2x2xf32>
// CHECK: onnx.node "OneHot"({{.*}}) {axis = -2 : i64} : (tensor<?x2xi64>, tensor<i64>, tensor<2xf32>) -> tensor<?x2x2xf32>
// CHECK: %[[PADS:.*]] = onnx.constant dense<[0, 0, 1, 0, 0, -1]> : tensor<6xi64>
// CHECK: onnx.node "Pad"(%{{.*}}, %[[PADS]]) {mode = "edge"} : (tensor<?x2x2xf32>, tensor<6xi64>) -> tensor<?x2x2xf32>
// CHECK: onnx.node "Trilu"(%{{.*}}) {upper = 0 : i64} : (tensor<?x2x2xf32>) -> tensor<?x2x2xf32>
// CHECK: onnx.node "MatMul"({{.*}}) {} : (tensor<?x2x2xf32>, tensor<?x2x2xf32>) -> tensor<?x2x2xf32>
// CHECK: onnx.node "Einsum"({{.*}}) {equation = "bhd,hg->bg"} : (tensor<?x2x2xf32>, tensor<2x4xf32>) -> tensor<?x4xf32>
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids"}, %pk: tensor<?x1x?x4xf32>, %pv: tensor<?x1x?x4xf32>) -> (tensor<?x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>) {
  %table = onnx.constant dense<1.0> : tensor<16x4xf32>
  %x = transformer.embedding %ids, %table layout nk : (tensor<?x?xi64>, tensor<16x4xf32>) -> tensor<?x?x4xf32>
  %halves = onnx.constant dense<[0, 0, 2, 2]> : tensor<4xi64>
  %h = onnx.node "Reshape"(%x, %halves) {} : (tensor<?x?x4xf32>, tensor<4xi64>) -> tensor<?x?x2x2xf32>
  %one = onnx.constant dense<1> : tensor<1xi64>
  %top:2 = onnx.node "TopK"(%h, %one) {axis = 3 : i64} : (tensor<?x?x2x2xf32>, tensor<1xi64>) -> (tensor<?x?x2x1xf32>, tensor<?x?x2x1xi64>)
  %best = onnx.node "ArgMax"(%h) {axis = 2 : i64, keepdims = 0 : i64} : (tensor<?x?x2x2xf32>) -> tensor<?x?x2xi64>
  %found = onnx.node "GatherElements"(%h, %top#1) {axis = 3 : i64} : (tensor<?x?x2x2xf32>, tensor<?x?x2x1xi64>) -> tensor<?x?x2x1xf32>
  %scattered = onnx.node "ScatterElements"(%h, %top#1, %top#0) {axis = -1 : i64, reduction = "add"} : (tensor<?x?x2x2xf32>, tensor<?x?x2x1xi64>, tensor<?x?x2x1xf32>) -> tensor<?x?x2x2xf32>
  %sum = onnx.node "Add"(%scattered, %found) {} : (tensor<?x?x2x2xf32>, tensor<?x?x2x1xf32>) -> tensor<?x?x2x2xf32>
  %three = onnx.constant dense<3> : tensor<i64>
  %scan = onnx.node "CumSum"(%sum, %three) {} : (tensor<?x?x2x2xf32>, tensor<i64>) -> tensor<?x?x2x2xf32>
  %depth = onnx.constant dense<2> : tensor<i64>
  %values = onnx.constant dense<[0.0, 1.0]> : tensor<2xf32>
  %hot = onnx.node "OneHot"(%best, %depth, %values) {axis = 2 : i64} : (tensor<?x?x2xi64>, tensor<i64>, tensor<2xf32>) -> tensor<?x?x2x2xf32>
  %pads = onnx.constant dense<[0, 0, 0, 1, 0, 0, 0, -1]> : tensor<8xi64>
  %padded = onnx.node "Pad"(%scan, %pads) {mode = "edge"} : (tensor<?x?x2x2xf32>, tensor<8xi64>) -> tensor<?x?x2x2xf32>
  %lower = onnx.node "Trilu"(%padded) {upper = 0 : i64} : (tensor<?x?x2x2xf32>) -> tensor<?x?x2x2xf32>
  %product = onnx.node "MatMul"(%lower, %hot) {} : (tensor<?x?x2x2xf32>, tensor<?x?x2x2xf32>) -> tensor<?x?x2x2xf32>
  %w = onnx.constant dense<2.0> : tensor<2x4xf32>
  %y = onnx.node "Einsum"(%product, %w) {equation = "bshd, hg -> bsg"} : (tensor<?x?x2x2xf32>, tensor<2x4xf32>) -> tensor<?x?x4xf32>
  %z, %p:2 = transformer.attention %y, %x, %x past(%pk, %pv) heads 1, 1 scale 0.5 keep <causal = true> : (tensor<?x?x4xf32>, tensor<?x?x4xf32>, tensor<?x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>) -> (tensor<?x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>)
  return %z, %p#0, %p#1 : tensor<?x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>
}

// -----

// Tests that a node which computes with ids has them in the graph's 64 bits, and
// that the choice of tokens stays behind a node of two values of tokens, though
// only one of them is a row.
// CHECK-LABEL: func.func @step
// CHECK: %[[IDS:.*]] = onnx.node "Cast"(%arg0) {to = 7 : i64} : (tensor<?xi32>) -> tensor<?xi64>
// CHECK: onnx.node "Mod"(%[[IDS]], %{{.*}}) {} : (tensor<?xi64>, tensor<i64>) -> tensor<?xi64>
// CHECK: %[[AXES:.*]] = onnx.constant dense<-1> : tensor<1xi64>
// CHECK: onnx.node "Unsqueeze"(%{{.*}}, %[[AXES]]) {} : (tensor<?xi64>, tensor<1xi64>) -> tensor<?x1xi64>
// CHECK: %[[Y:.*]] = onnx.node "Einsum"({{.*}}) {equation = "bd,bgd->bg"} : (tensor<?x4xf32>, tensor<?x1x4xf32>) -> tensor<?x1xf32>
// CHECK: %[[SELECTED:.*]] = transformer.select_tokens %[[Y]], %arg1
// CHECK: return %[[SELECTED]]
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids"}, %pk: tensor<?x1x?x4xf32>, %pv: tensor<?x1x?x4xf32>) -> (tensor<?x?x1xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>) {
  %table = onnx.constant dense<1.0> : tensor<16x4xf32>
  %x = transformer.embedding %ids, %table layout nk : (tensor<?x?xi64>, tensor<16x4xf32>) -> tensor<?x?x4xf32>
  %seven = onnx.constant dense<7> : tensor<i64>
  %rest = onnx.node "Mod"(%ids, %seven) {} : (tensor<?x?xi64>, tensor<i64>) -> tensor<?x?xi64>
  %axes = onnx.constant dense<2> : tensor<1xi64>
  %column = onnx.node "Unsqueeze"(%rest, %axes) {} : (tensor<?x?xi64>, tensor<1xi64>) -> tensor<?x?x1xi64>
  %f = onnx.node "Cast"(%column) {to = 1 : i64} : (tensor<?x?x1xi64>) -> tensor<?x?x1xf32>
  %scaled = onnx.node "Mul"(%x, %f) {} : (tensor<?x?x4xf32>, tensor<?x?x1xf32>) -> tensor<?x?x4xf32>
  %a, %p:2 = transformer.attention %scaled, %x, %x past(%pk, %pv) heads 1, 1 scale 0.5 keep <causal = true> : (tensor<?x?x4xf32>, tensor<?x?x4xf32>, tensor<?x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>) -> (tensor<?x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>)
  %row = onnx.constant dense<[0, 0, 1, 4]> : tensor<4xi64>
  %matrix = onnx.node "Reshape"(%x, %row) {} : (tensor<?x?x4xf32>, tensor<4xi64>) -> tensor<?x?x1x4xf32>
  %y = onnx.node "Einsum"(%a, %matrix) {equation = "bsd,bsgd->bsg"} : (tensor<?x?x4xf32>, tensor<?x?x1x4xf32>) -> tensor<?x?x1xf32>
  return %y, %p#0, %p#1 : tensor<?x?x1xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>
}
