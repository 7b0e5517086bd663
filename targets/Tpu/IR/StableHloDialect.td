//===- StableHloDialect.td - the subset of StableHLO we use -*- tablegen -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_TPU_IR_STABLEHLODIALECT_TD
#define TANDEM_TARGETS_TPU_IR_STABLEHLODIALECT_TD

include "mlir/IR/OpBase.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"

def StableHlo_Dialect : Dialect {
  let name = "stablehlo";
  let cppNamespace = "::tandem::stablehlo";
  let summary = "the operations of StableHLO that programs for XLA are made of";
  let description = [{
    A subset of the public StableHLO specification: names, attributes, types and
    meaning are those of the specification, and the generic form of an operation
    is text that StableHLO's own parser reads. Shapes are static.

    The custom forms below are ours and only for people; what is written into a
    bundle is the generic form.
  }];
  let useDefaultAttributePrinterParser = 1;
  let extraClassDeclaration = [{
    void registerAttributes();
  }];
}

def StableHlo_ComparisonDirection : I32EnumAttr<"ComparisonDirection", "how two values compare", [
    I32EnumAttrCase<"EQ", 0>, I32EnumAttrCase<"NE", 1>, I32EnumAttrCase<"GE", 2>,
    I32EnumAttrCase<"GT", 3>, I32EnumAttrCase<"LE", 4>, I32EnumAttrCase<"LT", 5>]> {
  let cppNamespace = "::tandem::stablehlo";
  let genSpecializedAttr = 0;
}
def StableHlo_ComparisonDirectionAttr
    : EnumAttr<StableHlo_Dialect, StableHlo_ComparisonDirection, "comparison_direction">;

def StableHlo_Precision : I32EnumAttr<"Precision", "how exactly a product is computed", [
    I32EnumAttrCase<"DEFAULT", 0>, I32EnumAttrCase<"HIGH", 1>, I32EnumAttrCase<"HIGHEST", 2>]> {
  let cppNamespace = "::tandem::stablehlo";
  let genSpecializedAttr = 0;
}
def StableHlo_PrecisionAttr : EnumAttr<StableHlo_Dialect, StableHlo_Precision, "precision">;

class StableHlo_Attr<string name, string attrMnemonic> : AttrDef<StableHlo_Dialect, name> {
  let mnemonic = attrMnemonic;
  let hasCustomAssemblyFormat = 1;
}

def StableHlo_DotAttr : StableHlo_Attr<"DotDimensions", "dot"> {
  let summary = "which dimensions of two factors are batch and which are summed";
  let description = [{
    The result's dimensions are the batch dimensions, the other dimensions of
    the left factor and those of the right one.

    Example: `#stablehlo.dot<lhs_contracting_dimensions = [1], rhs_contracting_dimensions = [0]>`
  }];
  let parameters = (ins ArrayRefParameter<"int64_t">:$lhsBatch,
                        ArrayRefParameter<"int64_t">:$rhsBatch,
                        ArrayRefParameter<"int64_t">:$lhsContracting,
                        ArrayRefParameter<"int64_t">:$rhsContracting);
}

def StableHlo_GatherAttr : StableHlo_Attr<"GatherDimensions", "gather"> {
  let summary = "which dimensions a gather indexes, drops and keeps";
  let description = [{
    Example: `#stablehlo.gather<offset_dims = [1], collapsed_slice_dims = [0], start_index_map = [0], index_vector_dim = 1>`
  }];
  let parameters = (ins ArrayRefParameter<"int64_t">:$offset,
                        ArrayRefParameter<"int64_t">:$collapsed,
                        ArrayRefParameter<"int64_t">:$startIndexMap,
                        "int64_t":$indexVector);
}

#endif // TANDEM_TARGETS_TPU_IR_STABLEHLODIALECT_TD
