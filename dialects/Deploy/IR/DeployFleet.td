//===- DeployFleet.td - chips, links and their figures -----*- tablegen -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_DIALECTS_DEPLOY_IR_DEPLOYFLEET_TD
#define TANDEM_DIALECTS_DEPLOY_IR_DEPLOYFLEET_TD

include "tandem/dialects/Deploy/IR/ChipInterface.td"
include "tandem/dialects/Deploy/IR/DeployDialect.td"

def Deploy_FigureKind : I32EnumAttr<"FigureKind", "where a figure comes from", [
    I32EnumAttrCase<"measured", 0>, I32EnumAttrCase<"vendor", 1>,
    I32EnumAttrCase<"reported", 2>, I32EnumAttrCase<"assumed", 3>]> {
  let cppNamespace = "::tandem::deploy";
  let genSpecializedAttr = 0;
}

def Deploy_FigureAttr : AttrDef<Deploy_Dialect, "Figure"> {
  let mnemonic = "figure";
  let summary = "a number about a chip or a link, and where it comes from";
  let description = [{
    The unit follows from the key it stands under: bytes, bytes per second,
    operations per second, seconds, watts, US dollars per hour, or none.

    Example: `#deploy.figure<1.000000e+11, measured, "bench">`
  }];
  let parameters = (ins "::mlir::FloatAttr":$value,
                        EnumParameter<Deploy_FigureKind>:$kind,
                        StringRefParameter<"where it was read or measured">:$source);
  let assemblyFormat = "`<` $value `,` $kind `,` $source `>`";
  let extraClassDeclaration = [{
    double getNumber() const { return getValue().getValueAsDouble(); }
    /// How far off the figure may be, relative to it, by its kind.
    double getBand() const;
  }];
}

def Deploy_RooflineAttr : AttrDef<Deploy_Dialect, "Roofline", [
    DeclareAttrInterfaceMethods<Deploy_ChipInterface>]> {
  let mnemonic = "roofline";
  let summary = "a chip of the fleet that its figures describe";
  let description = [{
    A unit takes the longer of its products at the chip's rate and its bytes at
    the chip's bandwidth, and the overhead of a unit. The keys of `figures` are
    those of a fleet file (docs/fleets.md); the rate of products in f32 is
    `compute_f32`. A chip may be `excluded` by who knows more than figures say,
    such as that its target refuses an operation.

    Constraints:
    - (C1) every key of the figures is known and its value is a figure.
    - (C2) there is a memory bandwidth and a rate of products.
    - (C3) the count is at least 1.

    Example: `#deploy.roofline<<"a", "toy">, count = 1, figures = {compute_f32 = #deploy.figure<1.000000e+12, assumed, "test">, memory_bandwidth = #deploy.figure<1.000000e+11, assumed, "test">}>`
  }];
  let parameters = (ins "::tandem::deploy::ChipAttr":$chip, "int64_t":$count,
                        "::mlir::DictionaryAttr":$figures,
                        OptionalParameter<"::mlir::StringAttr">:$excluded);
  let assemblyFormat = [{
    `<` $chip `,` `count` `=` $count `,` `figures` `=` $figures
    (`,` `excluded` `=` $excluded^)? `>`
  }];
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// The figure under `key`, or null.
    ::tandem::deploy::FigureAttr getFigure(::llvm::StringRef key) const {
      return getFigures().getAs<::tandem::deploy::FigureAttr>(key);
    }
  }];
}

def Deploy_LinkAttr : AttrDef<Deploy_Dialect, "Link"> {
  let mnemonic = "link";
  let summary = "the way between two chips";
  let description = [{
    Both directions have the same bandwidth, in bytes per second, and latency,
    in seconds.

    Example: `#deploy.link<"a", "b", bandwidth = <1.000000e+10, assumed, "test">, latency = <1.000000e-05, assumed, "test">>`
  }];
  let parameters = (ins StringRefParameter<"one end">:$from,
                        StringRefParameter<"the other end">:$to,
                        "::tandem::deploy::FigureAttr":$bandwidth,
                        "::tandem::deploy::FigureAttr":$latency);
  let assemblyFormat = [{
    `<` $from `,` $to `,` `bandwidth` `=` $bandwidth `,` `latency` `=` $latency `>`
  }];
}

def Deploy_FleetAttr : AttrDef<Deploy_Dialect, "Fleet"> {
  let mnemonic = "fleet";
  let summary = "the chips that may run phases, and the links between them";
  let description = [{
    The module carries it as `deploy.fleet`.

    Constraints:
    - (C1) each chip is a chip by `ChipInterface`, and no two share a name.
    - (C2) each link joins two different chips of the fleet.

    Example: `#deploy.fleet<"toy", chips = [], links = []>`
  }];
  let parameters = (ins StringRefParameter<"name of the fleet">:$name,
                        "::mlir::ArrayAttr":$chips, "::mlir::ArrayAttr":$links);
  let assemblyFormat = "`<` $name `,` `chips` `=` $chips `,` `links` `=` $links `>`";
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// The chip called `name`, or null.
    ::tandem::deploy::ChipInterface getChip(::llvm::StringRef name) const;
    /// The link between two chips, in either direction, or null.
    ::tandem::deploy::LinkAttr getLink(::llvm::StringRef from,
                                       ::llvm::StringRef to) const;
  }];
}

#endif // TANDEM_DIALECTS_DEPLOY_IR_DEPLOYFLEET_TD
