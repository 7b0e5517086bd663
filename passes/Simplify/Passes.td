//===- Passes.td - stage simplify: from the file's spelling to primitives -*- tablegen -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_SIMPLIFY_PASSES_TD
#define TANDEM_PASSES_SIMPLIFY_PASSES_TD

include "mlir/Pass/PassBase.td"

def InlineFunctionsPass : Pass<"tandem-inline-functions", "mlir::ModuleOp"> {
  let summary = "replace nodes that name a model-local function by its body";
  let description = [{
    Why: a model-local function shadows the operator of the same name, so what
    such a node means is in the file, not in a table.

    Before:
    ```mlir
    %0 = onnx.node "SkipNorm" domain "com.microsoft" opset 1 (%x, %y) {epsilon = 1.0e-6 : f32} : (tensor<2x4xf32>, tensor<2x4xf32>) -> !onnx.unknown
    ```
    After:
    ```mlir
    %0 = onnx.node "Add" opset 24 (%x, %y) {} : (tensor<2x4xf32>, tensor<2x4xf32>) -> !onnx.unknown
    ```

    Requires: the source level. Guarantees: no `onnx.function` and no
    `#onnx.ref` is left. A node's location becomes `caller/callee`. Fails where
    functions call each other in a circle or a required attribute is missing.
  }];
}

def ConvertOpsetPass : Pass<"tandem-convert-opset", "mlir::ModuleOp"> {
  let summary = "convert every ai.onnx node to the internal opset";
  let description = [{
    Why: the same operator has other inputs, attributes or meaning in other
    versions. Later passes know one version, ai.onnx 24.

    Before:
    ```mlir
    %0 = onnx.node "Squeeze" opset 11 (%x) {axes = array<i64: 1>} : (tensor<2x1xf32>) -> !onnx.unknown
    ```
    After:
    ```mlir
    %0 = onnx.node "Squeeze" (%x, %axes) {} : (tensor<2x1xf32>, tensor<1xi64>) -> !onnx.unknown
    ```

    Conversions are a table with upper bounds (OpsetTable.cpp). A node without
    `opset` is a primitive afterwards. Unknown operators, and versions newer or
    older than the table knows, keep their opset: `tandem-verify-operators`
    lists them, all at once.
  }];
}

def InferShapesPass : Pass<"tandem-infer-shapes", "mlir::ModuleOp"> {
  let summary = "give every value a ranked tensor type";
  let description = [{
    Why: a file states few types, and some wrongly. Shapes are inferred as
    polynomials over the file's dimensions; the types get the numbers.

    Before:
    ```mlir
    %0 = onnx.node "MatMul" (%x, %w) {} : (tensor<?x4xf32>, tensor<4x8xf32>) -> !onnx.unknown
    ```
    After:
    ```mlir
    %0 = onnx.node "MatMul" (%x, %w) {} : (tensor<?x4xf32>, tensor<4x8xf32>) -> tensor<?x8xf32>
    ```

    Where the graph needs two symbols to be equal and the file does not say so
    (exporters give each layer's past its own), that becomes an entry of the
    module's `onnx.assumptions`. Results of unknown operators stay unknown.
    Fails where shapes contradict each other, naming each node.
  }];
}

def FoldConstantsPass : Pass<"tandem-fold-constants", "mlir::ModuleOp"> {
  let summary = "compute what is known before the graph runs";
  let description = [{
    Why: exporters compute shapes in the graph; most of that is known once
    shapes are, and the rest of the compiler should not see it.

    Before:
    ```mlir
    %0 = onnx.node "Shape" (%x) {start = 1 : i64} : (tensor<?x4xf32>) -> tensor<1xi64>
    ```
    After:
    ```mlir
    %0 = onnx.constant dense<4> : tensor<1xi64>
    ```

    Integer tensors whose contents are numbers become constants; nodes whose
    inputs are small constants are evaluated; an `If` or `Where` whose condition
    is known becomes its branch. Weights are never touched: a node on a weight
    stays a node.
  }];
  let options = [
    Option<"maxBytes", "max-bytes", "int64_t", "1024",
           "bytes of the largest tensor that is computed or computed with; "
           "nodes on larger ones stay">];
}

def RemoveNoopsPass : Pass<"tandem-remove-noops", "mlir::ModuleOp"> {
  let summary = "drop nodes that change nothing";
  let description = [{
    Why: exporters cast f32 to f32, slice from 0 to the end and expand to the
    shape a tensor has. Symbolic shapes prove most of that.

    Before:
    ```mlir
    %0 = onnx.node "Cast" (%x) {to = 1 : i64} : (tensor<?x4xf32>) -> tensor<?x4xf32>
    ```
    After: every use of `%0` is one of `%x`.

    Covers Cast, Expand, Tile, Slice, Transpose, Concat and Split of one part,
    and chains of Reshape, Flatten, Squeeze and Unsqueeze that end in the shape
    they began with.
  }];
}

def NormalizeTargetsPass : Pass<"tandem-normalize-targets", "mlir::ModuleOp"> {
  let summary = "write targets of Reshape, Expand and Slice as constants";
  let description = [{
    Why: the target shape is most often computed, although it copies the
    input's dimensions. As a constant it can be matched and compared.

    Before:
    ```mlir
    %0 = onnx.node "Reshape" (%x, %computed) {} : (tensor<?x?x64xf32>, tensor<4xi64>) -> tensor<?x?x4x16xf32>
    ```
    After:
    ```mlir
    %shape = onnx.constant dense<[0, 0, 4, 16]> : tensor<4xi64>
    ```

    A dimension of Reshape is a number, 0 (copied from the same place) or, at
    most once, -1; of Expand a number or 1 (kept). Slice has positions from the
    front, in bounds where the length is known. What cannot be written so stays
    computed. Chains of shape changes become one node where that can be written.
  }];
}

def RebuildShapeArithmeticPass : Pass<"tandem-rebuild-shape-arithmetic", "mlir::ModuleOp"> {
  let summary = "compute remaining shapes from the arguments' dimensions";
  let description = [{
    Why: what remains of shape arithmetic after folding belongs to masks and
    positions. Every exporter writes it in its own way, through intermediate
    values; here it becomes one way.

    Before:
    ```mlir
    %3 = onnx.node "Add" (%2, %1) {} : (tensor<i64>, tensor<i64>) -> tensor<i64>
    ```
    After:
    ```mlir
    %past = onnx.node "Shape" (%cache) {end = 3 : i64, start = 2 : i64} : (tensor<?x2x?x16xf32>) -> tensor<1xi64>
    ```

    Leaves alone contents that are not sums of products of dimensions of
    arguments.
  }];
}

def CanonicalizeIdiomsPass : Pass<"tandem-canonicalize-idioms", "mlir::ModuleOp"> {
  let summary = "write equal computations in one way";
  let description = [{
    Why: exporters differ in how they spell the same arithmetic, and a
    recogniser should know one spelling.

    Before:
    ```mlir
    %0 = onnx.node "Pow" (%x, %two) {} : (tensor<?x4xf32>, tensor<f32>) -> tensor<?x4xf32>
    ```
    After:
    ```mlir
    %0 = onnx.node "Mul" (%x, %x) {} : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
    ```

    Only exact rewrites: x^2 = x*x, 1/sqrt(x) = Reciprocal(Sqrt(x)), division by
    a power of two = multiplication, x + -y = x - y, constants right of
    commutative operators, multiplication by one dropped, an Expand that a
    broadcasting user repeats dropped, Transpose written as
    Reshape-Transpose-Reshape joined.
  }];
}

def OrderOperationsPass : Pass<"tandem-order-operations", "mlir::ModuleOp"> {
  let summary = "order nodes depth-first from the results";
  let description = [{
    Why: equal graphs should print equally, whatever order the exporter chose;
    and the nodes of one layer should stand together.

    Before:
    ```mlir
    %b = onnx.node "Exp" (%y) {} : (tensor<4xf32>) -> tensor<4xf32>
    %a = onnx.node "Neg" (%x) {} : (tensor<4xf32>) -> tensor<4xf32>
    ```
    After, where the result is `Add(%a, %b)`:
    ```mlir
    %a = onnx.node "Neg" (%x) {} : (tensor<4xf32>) -> tensor<4xf32>
    %b = onnx.node "Exp" (%y) {} : (tensor<4xf32>) -> tensor<4xf32>
    ```

    Nodes that no result needs disappear.
  }];
}

#endif // TANDEM_PASSES_SIMPLIFY_PASSES_TD
