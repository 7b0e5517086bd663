//===- TransformerDialect.td - what a transformer computes -*- tablegen -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_DIALECTS_TRANSFORMER_IR_TRANSFORMERDIALECT_TD
#define TANDEM_DIALECTS_TRANSFORMER_IR_TRANSFORMERDIALECT_TD

include "mlir/IR/OpBase.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"

def Transformer_Dialect : Dialect {
  let name = "transformer";
  let cppNamespace = "::tandem::transformer";
  let summary = "what a transformer computes, however the exporter wrote it";
  let description = [{
    Operations of the model level (values shaped like the file's, with batch and
    sequence dimensions) and of the deployment level, where activations are
    `tensor<?xWIDTH>`: one row per token, the tokens of all sequences one after
    another, with `!transformer.rows` saying whose they are.
  }];
  let useDefaultAttributePrinterParser = 1;
  let useDefaultTypePrinterParser = 1;
  let extraClassDeclaration = [{
    void registerTypes();
    void registerAttributes();
  }];
}

class Transformer_Type<string name, string typeMnemonic>
    : TypeDef<Transformer_Dialect, name> {
  let mnemonic = typeMnemonic;
}

def Transformer_RowsType : Transformer_Type<"Rows", "rows"> {
  let summary = "which tokens of a step belong to which sequence";
  let description = [{
    Per row: the number of new tokens, the position of the first, and the cache
    slot. There is no padding: tokens of all rows lie one after another.
  }];
}

def Transformer_KvCacheType : Transformer_Type<"KvCache", "kv_cache"> {
  let summary = "the keys and values of all layers and slots";
  let description = [{
    A value with linear use: a version may not be read after it was appended to.

    Example: `!transformer.kv_cache<layers = 2, heads = 2, key_dim = 16, value_dim = 16, element = f32>`
  }];
  let parameters = (ins "int64_t":$layers, "int64_t":$heads,
                        "int64_t":$keyDim, "int64_t":$valueDim,
                        "::mlir::Type":$elementType);
  let assemblyFormat = [{
    `<` `layers` `=` $layers `,` `heads` `=` $heads `,` `key_dim` `=` $keyDim `,`
    `value_dim` `=` $valueDim `,` `element` `=` $elementType `>`
  }];
}

def Transformer_KeepAttr : AttrDef<Transformer_Dialect, "Keep"> {
  let mnemonic = "keep";
  let summary = "which keys a query attends to";
  let description = [{
    A query at position p sees key position j if (`causal`) j <= p and, where
    `window` is W > 0, j > p - W. Padding is a length, not a part of this.

    Example: `#transformer.keep<causal = true, window = 4096>`
  }];
  let parameters = (ins "bool":$causal, DefaultValuedParameter<"int64_t", "0">:$window);
  let assemblyFormat = "`<` `causal` `=` $causal (`,` `window` `=` $window^)? `>`";
}

def Transformer_LayoutNk : I32EnumAttrCase<"nk", 0>;
def Transformer_LayoutKn : I32EnumAttrCase<"kn", 1>;
def Transformer_LayoutAttr : I32EnumAttr<"MatrixLayout",
    "order of a weight matrix's dimensions: nk is [out, in], kn is [in, out]",
    [Transformer_LayoutNk, Transformer_LayoutKn]> {
  let cppNamespace = "::tandem::transformer";
  let genSpecializedAttr = 0;
}
def Transformer_MatrixLayout : EnumAttr<Transformer_Dialect, Transformer_LayoutAttr, "layout">;

def Transformer_ActivationKind : I32EnumAttr<"ActivationKind", "element-wise activation", [
    I32EnumAttrCase<"silu", 0>, I32EnumAttrCase<"gelu_erf", 1>,
    I32EnumAttrCase<"gelu_tanh", 2>, I32EnumAttrCase<"relu", 3>,
    I32EnumAttrCase<"gelu_quick", 4>, I32EnumAttrCase<"relu_squared", 5>]> {
  let cppNamespace = "::tandem::transformer";
  let genSpecializedAttr = 0;
}
def Transformer_Activation : EnumAttr<Transformer_Dialect, Transformer_ActivationKind, "activation_kind">;

#endif // TANDEM_DIALECTS_TRANSFORMER_IR_TRANSFORMERDIALECT_TD
