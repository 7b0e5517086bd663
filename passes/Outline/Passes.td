//===- Passes.td - stage outline: parts for targets --------*- tablegen -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_OUTLINE_PASSES_TD
#define TANDEM_PASSES_OUTLINE_PASSES_TD

include "mlir/Pass/PassBase.td"

def OutlinePartsPass : Pass<"tandem-outline-parts", "mlir::ModuleOp"> {
  let summary = "make the part that a target compiles, weights as arguments";
  let description = [{
    Why: a target compiles one self-contained program, and weights are data of
    the bundle, not of the program.

    Before:
    ```mlir
    %w = onnx.constant #onnx.weight<"model.onnx", 64, 65536> : tensor<256x64xf32>
    ```
    After:
    ```mlir
    %0 = deploy.weight %arg3[0] : tensor<256x64xf32>
    ```
    Every constant of more than one element becomes an entry of the part's
    weight table, with the role its users give it; rotary tables get as many
    rows as the capacity.

    Requires: `@step` with `deploy.placement`, made by stage place. Guarantees: a
    `deploy.part` for each chip that runs a phase, named as the chip, with a
    function for each of its phases and a weight table of its own. Leaves alone:
    scalars.
  }];
  let options = [
    Option<"capacityTokens", "capacity", "int64_t", /*default=*/"4096",
           "tokens a cache slot holds; rows of rotary tables">];
  let dependentDialects = ["tandem::deploy::DeployDialect", "mlir::scf::SCFDialect",
                           "mlir::arith::ArithDialect"];
}

def InsertTransfersPass : Pass<"tandem-insert-transfers", "mlir::ModuleOp"> {
  let summary = "cut a step between the chips that share a phase";
  let description = [{
    Why: several chips may run one phase: each some of the layers (pipeline
    stages), or one the attention with its cache and another the feed-forward
    layers.

    Before:
    ```mlir
    func.func @step(%x: tensor<?x8xf32>, ...) attributes {deploy.phases = ["prefill", "decode"], ...}
    ```
    After:
    ```mlir
    %29 = deploy.transfer %27 to <"b", "toy"> stage 1 : tensor<?x8xf32>
    ```
    `deploy.placement` gives a phase a chip, a list of chips or
    `{attention = chip, feed_forward = chip}`. A list shares the layers evenly. A
    cut is where the least crosses by width, which is the residual stream. Phases
    placed alike stay one function.

    Requires: `@step` of stage split with `deploy.placement`. Leaves alone: a
    placement of one chip a phase. Fails where there are fewer layers than
    chips, or where attention and feed-forward run side by side.
  }];
  let dependentDialects = ["tandem::deploy::DeployDialect"];
}

def ShareLayersPass : Pass<"tandem-share-layers", "tandem::deploy::PartOp"> {
  let summary = "compile identical layers once, as a loop over one function";
  let description = [{
    Why: a model repeats one layer; compiling it once keeps code and compile time
    independent of the number of layers.

    Before:
    ```mlir
    %1 = deploy.weight %arg3[1] : tensor<8xf32>
    ```
    After:
    ```mlir
    %0 = deploy.weight %arg3[1 + %arg4 * 2] : tensor<8xf32>
    ```
    The phase function is cut where its operations repeat: the longest run of
    equal periods around the attentions, equal up to weights and the layer
    number, with the fewest values carried from one layer to the next.
    The weight table is sorted so that a layer's entries follow each other.

    Requires: tandem-outline-parts. Leaves alone: a part whose layers differ,
    with a remark that says where.
  }];
  let dependentDialects = ["mlir::scf::SCFDialect", "mlir::arith::ArithDialect"];
}

#endif // TANDEM_PASSES_OUTLINE_PASSES_TD
