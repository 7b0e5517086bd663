//===- DeployDialect.td - which phase runs where -----------*- tablegen -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_DIALECTS_DEPLOY_IR_DEPLOYDIALECT_TD
#define TANDEM_DIALECTS_DEPLOY_IR_DEPLOYDIALECT_TD

include "mlir/IR/OpBase.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/EnumAttr.td"

def Deploy_Dialect : Dialect {
  let name = "deploy";
  let cppNamespace = "::tandem::deploy";
  let summary = "which phase runs on which chip, and with which weights";
  let description = [{
    A `deploy.part` is what one target compiles: phases, chip, mesh, pipeline
    stage, entries and the weights they take from a table.
  }];
  let useDefaultAttributePrinterParser = 1;
  let useDefaultTypePrinterParser = 1;
  let extraClassDeclaration = [{
    void registerTypes();
    void registerAttributes();
  }];
}

def Deploy_WeightsType : TypeDef<Deploy_Dialect, "Weights"> {
  let mnemonic = "weights";
  let summary = "the weight table of a part";
}

def Deploy_ChipAttr : AttrDef<Deploy_Dialect, "Chip"> {
  let mnemonic = "chip";
  let summary = "a chip of the fleet and the target that compiles for it";
  let description = [{
    `machine` is what the chip's target must know about it to compile, such as
    its generation or the block of its cache; the target defines the keys.

    `@step` carries `deploy.placement`, a dictionary from each phase to its chip,
    between place and outline.

    Example: `#deploy.chip<"cpu", "toy", {cache_block_tokens = 128 : i64}>`
  }];
  let parameters = (ins StringRefParameter<"name in the fleet">:$name,
                        StringRefParameter<"name of the target">:$target,
                        OptionalParameter<"::mlir::DictionaryAttr">:$machine);
  let assemblyFormat = "`<` $name `,` $target (`,` $machine^)? `>`";
}

def Deploy_Role : I32EnumAttr<"WeightRole", "how a part uses a weight", [
    I32EnumAttrCase<"vector", 0>,
    I32EnumAttrCase<"matrix_nk", 1>, I32EnumAttrCase<"matrix_kn", 2>,
    I32EnumAttrCase<"table_nk", 3>, I32EnumAttrCase<"table_kn", 4>]> {
  let cppNamespace = "::tandem::deploy";
  let genSpecializedAttr = 0;
}

def Deploy_SlotAttr : AttrDef<Deploy_Dialect, "Slot"> {
  let mnemonic = "slot";
  let summary = "one entry of a part's weight table";
  let description = [{
    `source` is `#onnx.weight`, dense elements or `#deploy.rotary`. The role says
    how the part uses it: `vector` element by element, `matrix` multiplied, with
    the layout of the source ([out, in] is nk), `table` row by row.

    Example: `#deploy.slot<matrix_kn, #onnx.weight<"model.onnx", 64, 16384> : tensor<64x64xf32>>`
  }];
  let parameters = (ins EnumParameter<Deploy_Role>:$role, "::mlir::TypedAttr":$source);
  let assemblyFormat = "`<` $role `,` $source `>`";
  let extraClassDeclaration = [{
    /// Shape and element type of the source.
    ::mlir::ShapedType getType() const;
  }];
}

def Deploy_RotaryAttr : AttrDef<Deploy_Dialect, "Rotary", [TypedAttrInterface]> {
  let mnemonic = "rotary";
  let summary = "a rotary table by its formula";
  let description = [{
    Row p holds cos (or sin) of p * f, times scale, for each inverse frequency f.
    The product is rounded to fp32, the function is taken in double precision.

    Example: `#deploy.rotary<"cos", dense<[1.0, 0.5]> : tensor<2xf32>, 1.000000e+00> : tensor<4096x2xf32>`
  }];
  let parameters = (ins StringRefParameter<"cos or sin">:$function,
                        "::mlir::DenseFPElementsAttr":$frequencies,
                        "::mlir::FloatAttr":$scale,
                        AttributeSelfTypeParameter<"", "::mlir::ShapedType">:$type);
  let assemblyFormat = "`<` $function `,` $frequencies `,` $scale `>`";
}

#endif // TANDEM_DIALECTS_DEPLOY_IR_DEPLOYDIALECT_TD
