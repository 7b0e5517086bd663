//===- ChipInterface.td - what a pass may ask of a chip ----*- tablegen -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_DIALECTS_DEPLOY_IR_CHIPINTERFACE_TD
#define TANDEM_DIALECTS_DEPLOY_IR_CHIPINTERFACE_TD

include "mlir/IR/OpBase.td"

def Deploy_ChipInterface : AttrInterface<"ChipInterface"> {
  let cppNamespace = "::tandem::deploy";
  let description = [{
    A chip of a fleet, as placement sees it: an attribute, so that tests invent
    chips and passes need no list of targets. Figures that a chip does not state
    are absent, never guessed.
  }];
  let methods = [
    InterfaceMethod<"The `#deploy.chip`: name, target and machine.",
      "::mlir::Attribute", "getIdentity", (ins)>,
    InterfaceMethod<"Empty, or why the chip cannot run `op` (null: anything).",
      "std::string", "whyNot", (ins "::mlir::Operation *":$op)>,
    InterfaceMethod<[{
        The time and bytes of `work`. Types of products that the chip has no
        rate for take for ever: ask `whyNot` first.
      }], "::tandem::deploy::Terms", "estimate",
      (ins "const ::tandem::deploy::Work &":$work,
           "const ::tandem::deploy::EstimateOptions &":$options)>,
    InterfaceMethod<"How many of the chip the fleet has.",
      "int64_t", "getCount", (ins)>,
    InterfaceMethod<"Bytes that weights, caches and scratch may take.",
      "std::optional<double>", "getMemoryBytes", (ins)>,
    InterfaceMethod<"Bytes per second that copies of a cache reach.",
      "double", "getMemoryBytesPerSecond", (ins)>,
    InterfaceMethod<"Price of one chip.",
      "std::optional<double>", "getUsdPerHour", (ins)>
  ];
  let extraClassDeclaration = [{
    /// Name, target and machine: what compiles for the chip.
    ::tandem::deploy::ChipAttr getChip() const;
  }];
}

#endif // TANDEM_DIALECTS_DEPLOY_IR_CHIPINTERFACE_TD
