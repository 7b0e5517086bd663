//===- Passes.td - stage place: chips for phases -----------*- tablegen -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_PLACE_PASSES_TD
#define TANDEM_PASSES_PLACE_PASSES_TD

include "mlir/Pass/PassBase.td"

def AssignChipsPass : Pass<"tandem-assign-chips", "mlir::ModuleOp"> {
  let summary = "choose the chip of each phase by the cost model";
  let description = [{
    Why: prefill is bound by products, decode by memory, so the chip that suits
    one need not suit the other; but handing the cache over costs time, so one
    chip may be better than two.

    Before:
    ```mlir
    func.func @step(...) attributes {deploy.phases = ["prefill", "decode"]}
    ```
    After:
    ```mlir
    attributes {deploy.phases = ["prefill", "decode"], deploy.placement = {decode = #deploy.chip<"streams", "toy", {block = 16 : i64}>, prefill = #deploy.chip<"multiplies", "toy">}}
    ```
    Every pair of chips and every chip alone is estimated; the cheapest under the
    limits wins. Remarks (category `place`) give the numbers of the chosen
    candidate and say why each other one was not.

    Requires: `@step` of stage split, and `deploy.fleet` on the module.
    Guarantees: `deploy.placement`, a chip for each phase. Leaves alone: the
    program. Fails where nothing is feasible, with the constraint that binds each
    candidate and the nearest feasible value.
  }];
  let options = [
    Option<"capacityTokens", "capacity", "int64_t", /*default=*/"4096",
           "tokens a cache slot holds">,
    Option<"workload", "workload", "std::string", /*default=*/"",
           "tokens in and out of a request and requests per second, as in=1000,out=200,rps=4; empty: a default that fits the slot, one request at a time">,
    Option<"slo", "slo", "std::string", /*default=*/"",
           "limits on time to first token and per token, as ttft=200ms,tpot=20ms; empty: none">,
    Option<"prefillChip", "prefill", "std::string", /*default=*/"",
           "chip that must run prefill; empty: any">,
    Option<"decodeChip", "decode", "std::string", /*default=*/"",
           "chip that must run decode; empty: any">];
  let dependentDialects = ["tandem::deploy::DeployDialect"];
}

#endif // TANDEM_PASSES_PLACE_PASSES_TD
