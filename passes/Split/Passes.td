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

#endif // TANDEM_PASSES_SPLIT_PASSES_TD
