//===- Passes.td - stage split: from a graph to its phases -*- tablegen -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_SPLIT_PASSES_TD
#define TANDEM_PASSES_SPLIT_PASSES_TD

include "mlir/Pass/PassBase.td"

def SplitPhasesPass : Pass<"tandem-split-phases", "mlir::ModuleOp"> {
  let summary = "turn the model's graph into a step over ragged rows and a cache";
  let description = [{
    Why: a file has one graph with batch, sequence and past dimensions and an
    attention mask. Serving wants steps without padding over a cache that stays
    in place.

    Before:
    ```mlir
    func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids"}, ...)
    ```
    After:
    ```mlir
    func.func @step(%arg0: tensor<?xi32>, %arg1: !transformer.rows, ...)
    ```
    Every [batch, sequence, width] value becomes [tokens, width]; attention
    becomes `transformer.append` and `transformer.cached_attention`; ids of
    positions become `transformer.positions`; padding becomes the rows' lengths;
    the head runs on the tokens that `transformer.select_tokens` keeps.

    Requires: the model level. Guarantees: one function `@step` that says in
    `deploy.phases` which phases it serves. Fails, naming every node at once,
    where an operation mixes tokens in a way that is not attention, and every
    output that is not the present which becomes the past of its attention.
  }];
  let dependentDialects = ["mlir::arith::ArithDialect", "tandem::transformer::TransformerDialect"];
}

def ChooseActivationsPass : Pass<"tandem-choose-activations", "mlir::ModuleOp"> {
  let summary = "choose where inputs of quantised layers are rounded to 8 bits";
  let description = [{
    Why: products of bytes are faster than of floats, at the price of a small
    error that the user, or the author of the file, has to accept.

    Before:
    ```mlir
    %y = transformer.linear %x, %w layout nk accuracy_level 4 : (tensor<?x64xf32>, tensor<96x64xf32, #transformer.blocks<ui4, block = 32, scales = f32>>) -> tensor<?x96xf32>
    ```
    After:
    ```mlir
    %1 = transformer.linear %arg0, %0 layout nk accuracy_level 4 int8_activations : (tensor<?x64xf32>, tensor<96x64xf32, #transformer.blocks<ui4, block = 32, scales = f32>>) -> tensor<?x96xf32>
    ```

    Requires: stage raise. Leaves alone: layers whose weight is not in blocks of
    32; a remark names each of them that could have been rounded otherwise. Warns
    where int8 is asked for and some layers, or all, stay exact.
  }];
  let options = [Option<"activations", "activations", "std::string", "\"file\"",
                        "exact: nowhere; int8: in every layer that takes it; file: where the file says accuracy level 4">];
}

def ReturnValuePass : Pass<"tandem-return-value", "mlir::ModuleOp"> {
  let summary = "return a node's value from the step in place of the logits";
  let description = [{
    Why: where a bundle differs from its model, the first node that does is
    found by running the step up to a node and comparing its rows.

    Before:
    ```mlir
    %n = transformer.rms_norm %x, %scale epsilon 1.000000e+00 : tensor<?x64xf32>, tensor<64xf32> loc("norm")
    ```
    After, with `node=norm`:
    ```mlir
    %0 = transformer.select_tokens %n, %arg1 : tensor<?x64xf32>
    ```
    `%0` is returned, and what only the logits needed is gone. A value behind
    `transformer.select_tokens` is returned as it is. Of several values at the
    node it is the last. The cache is left as it was.

    Requires: stage split. Fails where no value of rows is at the node.
  }];
  let options = [Option<"node", "node", "std::string", "\"\"",
                        "name of the node, as in the file">];
  let dependentDialects = ["tandem::transformer::TransformerDialect"];
}

#endif // TANDEM_PASSES_SPLIT_PASSES_TD
