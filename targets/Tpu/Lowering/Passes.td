//===- Passes.td - from a part to StableHLO ----------------*- tablegen -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_TPU_LOWERING_PASSES_TD
#define TANDEM_TARGETS_TPU_LOWERING_PASSES_TD

include "mlir/Pass/PassBase.td"

def LowerToStableHloPass : Pass<"tandem-lower-to-stable-hlo", "mlir::ModuleOp"> {
  let summary = "make the programs of each part in StableHLO";
  let description = [{
    Why: XLA compiles programs of fixed shapes. A part becomes one program for
    each phase and bucket of tokens; a step is padded to the next bucket.

    Before:
    ```mlir
    %0 = transformer.linear %x, %w layout kn : (tensor<?x8xf32>, tensor<8x16xf32>) -> tensor<?x16xf32>
    ```
    After:
    ```mlir
    %0 = stablehlo.dot_general %x, %w <lhs_contracting_dimensions = [1], rhs_contracting_dimensions = [0]> precision [HIGHEST, HIGHEST] : (tensor<4x8xf32>, tensor<8x16xf32>) -> tensor<4x16xf32>
    ```
    `main` takes tokens, counts, starts, keys, values and the weights in the
    order of the part's table, and returns logits, keys and values; keys and
    values alias their arguments. A layer's function is made once and called
    with the weights of each layer.

    Requires: parts of stage outline. Guarantees: static shapes; the cache is
    written by dynamic_update_slice, which clamps: starts + tokens must not
    exceed the capacity. Fails, with an error for each operation, where a part
    holds what has no lowering.
  }];
  let options = [
    Option<"capacityTokens", "capacity", "int64_t", /*default=*/"4096",
           "tokens the cache holds">,
    Option<"only", "only", "std::string", /*default=*/"\"\"",
           "the program to make, by name; all of them where empty">];
  let dependentDialects = ["tandem::stablehlo::StableHloDialect",
                           "mlir::func::FuncDialect"];
}

#endif // TANDEM_TARGETS_TPU_LOWERING_PASSES_TD
