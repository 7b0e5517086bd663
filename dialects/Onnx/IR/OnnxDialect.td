//===- OnnxDialect.td - the ONNX graph as it was exported --*- tablegen -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_DIALECTS_ONNX_IR_ONNXDIALECT_TD
#define TANDEM_DIALECTS_ONNX_IR_ONNXDIALECT_TD

include "mlir/IR/OpBase.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"

def Onnx_Dialect : Dialect {
  let name = "onnx";
  let cppNamespace = "::tandem::onnx";
  let summary = "an ONNX graph, node for node";
  let description = [{
    The source level holds a file as it is: any node imports as `onnx.node`, so
    that every gap can be listed at once. After `simplify` the same operation,
    without domain and opset, is a primitive: one internal opset (ai.onnx 24)
    with normal forms and inferred tensor types.

    Weights are references into files (`#onnx.weight`), never data in the IR.
  }];
  let useDefaultAttributePrinterParser = 1;
  let useDefaultTypePrinterParser = 1;
  let hasConstantMaterializer = 1;
  let extraClassDeclaration = [{
    /// Attribute of a function argument or result: its name in the file.
    static constexpr llvm::StringLiteral getNameAttrName() { return "onnx.name"; }
    /// Attribute of a function argument or result: its dimensions, an array
    /// of integers and symbol names (strings), as the file states them.
    static constexpr llvm::StringLiteral getDimsAttrName() { return "onnx.dims"; }
    /// Attributes of the module: what the file says of itself.
    static constexpr llvm::StringLiteral getIrVersionAttrName() { return "onnx.ir_version"; }
    static constexpr llvm::StringLiteral getOpsetsAttrName() { return "onnx.opsets"; }
    static constexpr llvm::StringLiteral getProducerAttrName() { return "onnx.producer"; }
    /// Attribute of the module: what the file does not state and the program
    /// relies on, an array of sentences; equal symbols are `a = b: reason`.
    static constexpr llvm::StringLiteral getAssumptionsAttrName() { return "onnx.assumptions"; }

    void registerTypes();
    void registerAttributes();
  }];
}

class Onnx_Type<string name, string typeMnemonic, list<Trait> traits = []>
    : TypeDef<Onnx_Dialect, name, traits> {
  let mnemonic = typeMnemonic;
}

def Onnx_UnknownType : Onnx_Type<"Unknown", "unknown"> {
  let summary = "a value whose type the file does not state";
  let description = [{
    Made by import where a value has no `value_info`; shape inference replaces
    it by a tensor type. No value has it after `simplify`.
  }];
}

def Onnx_StringType : Onnx_Type<"String", "string"> {
  let summary = "element type of a tensor of strings";
}

def Onnx_OpaqueType : Onnx_Type<"Opaque", "opaque"> {
  let summary = "a sequence, map or optional, by its ONNX type text";
  let parameters = (ins StringRefParameter<"text of the ONNX type">:$text);
  let assemblyFormat = "`<` $text `>`";
}

class Onnx_Attr<string name, string attrMnemonic, list<Trait> traits = []>
    : AttrDef<Onnx_Dialect, name, traits> {
  let mnemonic = attrMnemonic;
}

def Onnx_WeightAttr : Onnx_Attr<"Weight", "weight", [TypedAttrInterface]> {
  let summary = "a tensor payload by reference into a file";
  let description = [{
    `file` is relative to the model's folder, `offset` and `length` are bytes;
    elements are little endian, 4-bit types two per byte, low nibble first.

    Example: `#onnx.weight<"model.onnx", 1234, 65536 : tensor<256x64xf32>>`
  }];
  let parameters = (ins
    StringRefParameter<"file, relative to the model's folder">:$file,
    "int64_t":$offset,
    "int64_t":$length,
    AttributeSelfTypeParameter<"", "::mlir::ShapedType">:$type);
  let assemblyFormat = "`<` $file `,` $offset `,` $length `>`";
}

def Onnx_RefAttr : Onnx_Attr<"Ref", "ref"> {
  let summary = "an attribute of the enclosing model-local function";
  let parameters = (ins StringRefParameter<"attribute of the function">:$name);
  let assemblyFormat = "`<` $name `>`";
}

#endif // TANDEM_DIALECTS_ONNX_IR_ONNXDIALECT_TD
