//===- DeployOps.td - parts and their weights --------------*- tablegen -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_DIALECTS_DEPLOY_IR_DEPLOYOPS_TD
#define TANDEM_DIALECTS_DEPLOY_IR_DEPLOYOPS_TD

include "tandem/dialects/Deploy/IR/DeployDialect.td"
include "tandem/dialects/Deploy/IR/DeployFleet.td"
include "mlir/IR/RegionKindInterface.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

class Deploy_Op<string mnemonic, list<Trait> traits = []>
    : Op<Deploy_Dialect, mnemonic, traits>;

def Deploy_PartOp : Deploy_Op<"part", [
    IsolatedFromAbove, NoRegionArguments, NoTerminator, SingleBlock, Symbol,
    SymbolTable]> {
  let summary = "hold what one target compiles for one chip";
  let description = [{
    The body holds one function per phase, named as the phase, and functions
    they share, such as a layer. A phase function takes the tokens, the rows, the
    cache and the weight table and returns the logits and the cache.

    Lifespan: created by outline, compiled by the chip's target.

    Constraints:
    - (C1) there is a function for each phase, or, where the phase leaves the
      part and comes back, one for each piece: `decode.0`, `decode.1`.
    - (C2) the mesh has positive sizes and the stage is not negative.
    - (C3) each weight is a `#deploy.slot`.

    Example:
    ```mlir
    deploy.part @cpu phases ["prefill", "decode"] on <"cpu", "toy"> mesh [1, 1] stage 0 weights [#deploy.slot<vector, dense<1.000000e+00> : tensor<64xf32>>] {
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, StrArrayAttr:$phases,
                       Deploy_ChipAttr:$chip, DenseI64ArrayAttr:$mesh,
                       I64Attr:$stage, ArrayAttr:$weights);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    $sym_name `phases` $phases `on` $chip `mesh` $mesh `stage` $stage
    `weights` $weights attr-dict-with-keyword $body
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// Entry `index` of the weight table.
    ::tandem::deploy::SlotAttr getSlot(unsigned index) {
      return ::llvm::cast<::tandem::deploy::SlotAttr>(getWeights()[index]);
    }
  }];
}

def Deploy_WeightOp : Deploy_Op<"weight", [Pure]> {
  let summary = "take a weight from the table of the part";
  let description = [{
    The entry is `base`, or `base + layer * stride` in a function that layers
    share.

    Lifespan: created by outline, lowered by each target.

    Constraints:
    - (C1) a layer and a stride come together; the stride is positive.
    - (C2) each entry that a constant index names exists and has the result's type.

    Example:
    ```mlir
    %w = deploy.weight %weights[3 + %layer * 9] : tensor<64x64xf32>
    ```
  }];
  let arguments = (ins Deploy_WeightsType:$weights, I64Attr:$base,
                       Optional<Index>:$layer, OptionalAttr<I64Attr>:$stride);
  let results = (outs AnyRankedTensor:$output);
  let assemblyFormat = "$weights `[` $base (`+` $layer^ `*` $stride)? `]` attr-dict `:` type($output)";
  let hasVerifier = 1;
}

def Deploy_TransferOp : Deploy_Op<"transfer", [
    AllTypesMatch<["input", "output"]>, Pure]> {
  let summary = "hand an activation to another chip inside a step";
  let description = [{
    What follows in the function runs on `chip`, as stage `stage` of the
    pipeline. Transfers that stand together are one cut of the program. The value
    is the same on both sides.

    Lifespan: created by tandem-insert-transfers, consumed by outline, which makes
    an argument and a result of it.

    Constraints:
    - (C1) the stage is not negative.
    - (C2) transfers that stand together name one chip and one stage.

    Example:
    ```mlir
    %y = deploy.transfer %x to <"wide", "toy"> stage 1 : tensor<?x8xf32>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$input, Deploy_ChipAttr:$chip, I64Attr:$stage);
  let results = (outs AnyRankedTensor:$output);
  let assemblyFormat = "$input `to` $chip `stage` $stage attr-dict `:` type($input)";
  let hasVerifier = 1;
}

#endif // TANDEM_DIALECTS_DEPLOY_IR_DEPLOYOPS_TD
