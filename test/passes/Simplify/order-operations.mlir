// RUN: tandem-opt %s --tandem-order-operations | FileCheck %s
// RUN: tandem-opt %s --tandem-order-operations --tandem-order-operations | FileCheck %s

// The order of the operands decides, and what no result needs goes.
// CHECK-LABEL: func.func @order_follows_the_results(
// CHECK-NEXT: %[[A:.*]] = onnx.node "Neg"(%arg0)
// CHECK-NEXT: %[[B:.*]] = onnx.node "Exp"(%arg1)
// CHECK-NEXT: onnx.node "Add"(%[[A]], %[[B]])
// CHECK-NEXT: return
func.func @order_follows_the_results(%x: tensor<4xf32>, %y: tensor<4xf32>) -> tensor<4xf32> {
  %dead = onnx.node "Abs" (%x) {} : (tensor<4xf32>) -> tensor<4xf32>
  %b = onnx.node "Exp" (%y) {} : (tensor<4xf32>) -> tensor<4xf32>
  %a = onnx.node "Neg" (%x) {} : (tensor<4xf32>) -> tensor<4xf32>
  %0 = onnx.node "Add" (%a, %b) {} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// What a subgraph uses stands before the node that has it.
// CHECK-LABEL: func.func @subgraph_uses_count(
// CHECK: %[[A:.*]] = onnx.node "Neg"(%arg0)
// CHECK: onnx.node "If"
// CHECK: onnx.node "Exp"(%[[A]])
func.func @subgraph_uses_count(%x: tensor<4xf32>, %c: tensor<i1>) -> tensor<4xf32> {
  %a = onnx.node "Neg" (%x) {} : (tensor<4xf32>) -> tensor<4xf32>
  %0 = onnx.node "If" (%c) {} subgraphs ["then_branch", "else_branch"] {
    %1 = onnx.node "Exp" (%a) {} : (tensor<4xf32>) -> tensor<4xf32>
    onnx.yield %1 : tensor<4xf32>
  }, {
    onnx.yield %x : tensor<4xf32>
  } : (tensor<i1>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}
