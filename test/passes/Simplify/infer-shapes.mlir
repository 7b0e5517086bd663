// RUN: tandem-opt %s --tandem-infer-shapes --split-input-file | FileCheck %s

// CHECK-LABEL: func.func @product(
// CHECK-SAME: -> tensor<?x8xf32>
// CHECK: onnx.node "MatMul"{{.*}} -> tensor<?x8xf32>
func.func @product(%x: tensor<?x4xf32>, %w: tensor<4x8xf32>) -> !onnx.unknown {
  %0 = onnx.node "MatMul" (%x, %w) {} : (tensor<?x4xf32>, tensor<4x8xf32>) -> !onnx.unknown
  return %0 : !onnx.unknown
}

// -----

// A target that is computed from shapes is followed as polynomials.
// CHECK-LABEL: func.func @computed_target(
// CHECK: onnx.node "Reshape"{{.*}} -> tensor<?x?x4x16xf32>
func.func @computed_target(%x: tensor<?x?x64xf32> {onnx.dims = ["b", "s", 64]}) -> !onnx.unknown {
  %rest = onnx.constant dense<[4, 16]> : tensor<2xi64>
  %0 = onnx.node "Shape" (%x) {end = 2 : i64} : (tensor<?x?x64xf32>) -> !onnx.unknown
  %1 = onnx.node "Concat" (%0, %rest) {axis = 0 : i64} : (!onnx.unknown, tensor<2xi64>) -> !onnx.unknown
  %2 = onnx.node "Reshape" (%x, %1) {} : (tensor<?x?x64xf32>, !onnx.unknown) -> !onnx.unknown
  return %2 : !onnx.unknown
}

// -----

// Symbols that must be equal for the graph to make sense become an assumption,
// and the younger symbol goes.
// CHECK: module attributes {onnx.assumptions = ["s2 = s1: inner dimensions of MatMul 'scores'"]}
// CHECK-LABEL: func.func @assumption_is_recorded(
module {
  func.func @assumption_is_recorded(%x: tensor<4x?xf32> {onnx.dims = [4, "s1"]}, %y: tensor<?x8xf32> {onnx.dims = ["s2", 8]}) -> !onnx.unknown {
    %0 = onnx.node "MatMul" (%x, %y) {} : (tensor<4x?xf32>, tensor<?x8xf32>) -> !onnx.unknown loc("scores")
    return %0 : !onnx.unknown
  }
}

// -----

// A recorded assumption holds in the next run, and is not recorded twice.
// CHECK: module attributes {onnx.assumptions = ["s2 = s1: told"]}
module attributes {onnx.assumptions = ["s2 = s1: told"]} {
  func.func @assumption_is_kept(%x: tensor<?xf32> {onnx.dims = ["s1"]}, %y: tensor<?xf32> {onnx.dims = ["s2"]}) -> !onnx.unknown {
    %0 = onnx.node "Add" (%x, %y) {} : (tensor<?xf32>, tensor<?xf32>) -> !onnx.unknown
    return %0 : !onnx.unknown
  }
}

// -----

// The declared shape of a result relates symbols, and a number found for a
// symbol of an argument refines its type.
// CHECK: onnx.assumptions = ["total = past + new: declared shape of present"
// CHECK-LABEL: func.func @declared_results_relate_symbols(
module {
  func.func @declared_results_relate_symbols(
      %past: tensor<?x2xf32> {onnx.dims = ["past", 2]},
      %new: tensor<?x2xf32> {onnx.dims = ["new", 2]},
      %mask: tensor<?xi64> {onnx.dims = ["total"]})
      -> (!onnx.unknown {onnx.name = "present", onnx.dims = ["total", 2]}) {
    %0 = onnx.node "Concat" (%past, %new) {axis = 0 : i64} : (tensor<?x2xf32>, tensor<?x2xf32>) -> !onnx.unknown
    return %0 : !onnx.unknown
  }
}

// -----

// A mask gathered at every (row, key) is as large as rows and keys are.
// CHECK: onnx.assumptions = ["t = s: gathered dimensions of GatherND 'gather'"]
module {
  func.func @gathered_mask(%ids: tensor<?xi64> {onnx.dims = ["s"]}, %mask: tensor<?xi64> {onnx.dims = ["t"]}) -> !onnx.unknown {
    %zero = onnx.constant dense<0> : tensor<i64>
    %one = onnx.constant dense<1> : tensor<i64>
    %axis = onnx.constant dense<1> : tensor<1xi64>
    %0 = onnx.node "Size" (%ids) {} : (tensor<?xi64>) -> !onnx.unknown
    %1 = onnx.node "Range" (%zero, %0, %one) {} : (tensor<i64>, !onnx.unknown, tensor<i64>) -> !onnx.unknown
    %2 = onnx.node "Unsqueeze" (%1, %axis) {} : (!onnx.unknown, tensor<1xi64>) -> !onnx.unknown
    %3 = onnx.node "GatherND" (%mask, %2) {} : (tensor<?xi64>, !onnx.unknown) -> !onnx.unknown loc("gather")
    return %3 : !onnx.unknown
  }
}

// -----

// Results of unknown operators, and what depends on them, stay unknown.
// CHECK-LABEL: func.func @unknown_operator_is_no_error(
// CHECK: onnx.node "Neg"{{.*}} -> !onnx.unknown
func.func @unknown_operator_is_no_error(%x: tensor<4xf32>) -> !onnx.unknown {
  %0 = onnx.node "Mystery" domain "local" opset 1 (%x) {} : (tensor<4xf32>) -> !onnx.unknown
  %1 = onnx.node "Neg" (%0) {} : (!onnx.unknown) -> !onnx.unknown
  return %1 : !onnx.unknown
}

// -----

// A number other than 1 wins over a symbol: that is 1 or equal.
// CHECK-LABEL: func.func @broadcast_keeps_numbers(
// CHECK: onnx.node "Add"{{.*}} -> tensor<?x5xf32>
func.func @broadcast_keeps_numbers(%x: tensor<?x1xf32> {onnx.dims = ["b", 1]}, %y: tensor<?xf32> {onnx.dims = ["n"]}, %z: tensor<5xf32>) -> !onnx.unknown {
  %0 = onnx.node "Add" (%y, %z) {} : (tensor<?xf32>, tensor<5xf32>) -> !onnx.unknown
  %1 = onnx.node "Add" (%x, %0) {} : (tensor<?x1xf32>, !onnx.unknown) -> !onnx.unknown
  return %1 : !onnx.unknown
}
