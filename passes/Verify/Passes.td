//===- Passes.td - what may appear in a level -*- tablegen -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_VERIFY_PASSES_TD
#define TANDEM_PASSES_VERIFY_PASSES_TD

include "mlir/Pass/PassBase.td"

def VerifyOperatorsPass : Pass<"tandem-verify-operators", "mlir::ModuleOp"> {
  let summary = "list every node that is not supported";
  let description = [{
    Why: a user wants every gap of a model at once, with the node, its operator,
    domain and version, the reason and the nearest form that is supported.

    A node such as this is an error:
    ```mlir
    %0 = onnx.node "Sofmax" opset 18 (%x) {} : (tensor<4xf32>) -> !onnx.unknown
    ```
    This one is not:
    ```mlir
    %0 = onnx.node "Softmax" (%x) {} : (tensor<4xf32>) -> !onnx.unknown
    ```

    Requires: functions inlined, opsets converted. Changes nothing.
  }];
}

def VerifyPrimitivesPass : Pass<"tandem-verify-primitives", "mlir::ModuleOp"> {
  let summary = "check that only typed primitives are left";
  let description = [{
    Why: later stages rely on it: no model-local function, every node a
    primitive or an operator of a known domain, every value of ranked tensor
    type.

    This is an error, for its result has no tensor type:
    ```mlir
    %0 = onnx.node "Relu" (%x) {} : (tensor<4xf32>) -> !onnx.unknown
    ```
    This is none:
    ```mlir
    %0 = onnx.node "Relu" (%x) {} : (tensor<4xf32>) -> tensor<4xf32>
    ```

    Reports everything at once. Changes nothing.
  }];
}

def VerifyWeightsPass : Pass<"tandem-verify-weights", "mlir::ModuleOp"> {
  let summary = "check that weights are spelled as they are read";
  let description = [{
    Why: stage raise reads weights that are constants, and codes in MatMulNBits
    and GatherBlockQuantized. Of another spelling the user should hear what it
    is and which is nearest, not that a product was not recognised.

    This is an error:
    ```mlir
    %w = onnx.node "DequantizeLinear" (%codes, %scales) {axis = 1 : i64} : (tensor<64x96xi8>, tensor<96xf32>) -> tensor<64x96xf32>
    ```
    So is this, where the constant is a matrix:
    ```mlir
    %w = onnx.node "Cast" (%half) {to = 1 : i64} : (tensor<64x96xf16>) -> tensor<64x96xf32>
    ```

    Requires: stage raise. Reports each spelling once, at its first node, with
    how many others there are. Leaves alone: casts of what tokens compute, and of
    vectors. Changes nothing.
  }];
}

#endif // TANDEM_PASSES_VERIFY_PASSES_TD
