//===- WeightStorage.td - how a weight is stored -----------*- tablegen -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A stored weight is a value of its float matrix type: operations compute with
// it as with any other. The encoding of the type says how it is stored, the
// constant's value where its payloads lie.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_DIALECTS_TRANSFORMER_IR_WEIGHTSTORAGE_TD
#define TANDEM_DIALECTS_TRANSFORMER_IR_WEIGHTSTORAGE_TD

include "tandem/dialects/Onnx/IR/PayloadInterface.td"
include "tandem/dialects/Transformer/IR/TransformerDialect.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/TensorEncoding.td"

class Transformer_Encoding<string name, string attrMnemonic>
    : AttrDef<Transformer_Dialect, name, [
        DeclareAttrInterfaceMethods<VerifiableTensorEncoding>]> {
  let mnemonic = attrMnemonic;
  let genVerifyDecl = 1;
}

def Transformer_BlocksAttr : Transformer_Encoding<"Blocks", "blocks"> {
  let summary = "encoding of a matrix quantised in blocks";
  let description = [{
    Element i of a row is (code[i] - zero) * scale, rounded to the element type;
    each block of `block` elements of a row has a scale and a zero point. Codes
    are unsigned integers of 4 or 8 bits, low bits first; the last block of a row
    is stored whole. Without `zero_points` the zero point is half the range of
    the codes; an integer type means zero points packed as the codes are, row by
    row. The payloads of the value are codes (bytes, [rows, blocks, bytes of a
    block]), scales [rows, blocks] and zero points; scales and zero points of the
    file may be wider than the type they are stored in here.

    Example: `#transformer.blocks<ui4, block = 32, scales = f32, zero_points = f32>`
  }];
  let parameters = (ins "::mlir::Type":$codes, "int64_t":$block, "::mlir::Type":$scales,
                        OptionalParameter<"::mlir::Type">:$zeroPoints);
  let assemblyFormat = [{
    `<` $codes `,` `block` `=` $block `,` `scales` `=` $scales
    (`,` `zero_points` `=` $zeroPoints^)? `>`
  }];
  let extraClassDeclaration = [{
    /// Bits of a code.
    int64_t getBits() const { return getCodes().getIntOrFloatBitWidth(); }
    /// Blocks in a row of `width` elements.
    int64_t getBlocks(int64_t width) const { return (width + getBlock() - 1) / getBlock(); }
    /// Bytes of the codes of a block.
    int64_t getBlockBytes() const { return getBlock() * getBits() / 8; }
    /// Whether zero points are packed as the codes are.
    bool hasPackedZeroPoints() const {
      return getZeroPoints() && getZeroPoints().isInteger();
    }
    /// The zero point of every block where none are stored.
    double getDefaultZeroPoint() const { return double(1 << (getBits() - 1)); }
  }];
}

def Transformer_StoredAttr : Transformer_Encoding<"Stored", "stored"> {
  let summary = "encoding of a matrix whose elements are stored narrower";
  let description = [{
    Each element is rounded (to nearest, ties to even) to the element type of
    storage and widened again where it is used. The value has one payload, the
    elements before rounding.

    Example: `#transformer.stored<bf16>`
  }];
  let parameters = (ins "::mlir::Type":$element);
  let assemblyFormat = "`<` $element `>`";
}

def Transformer_EncodedAttr : AttrDef<Transformer_Dialect, "Encoded", [
    DeclareAttrInterfaceMethods<Onnx_PayloadInterface>, TypedAttrInterface]> {
  let mnemonic = "encoded";
  let summary = "the value of a stored weight, by its payloads";
  let description = [{
    Payloads in the order of the encoding's description, each `#onnx.weight` or
    dense elements. Two weights are the same tensor exactly where their values
    are equal.

    Example: `#transformer.encoded<[#onnx.weight<"model.onnx", 64, 2048> : tensor<64x1x32xui8>, #onnx.weight<"model.onnx", 2112, 256> : tensor<64x1xf32>]> : tensor<64x32xf32, #transformer.blocks<ui8, block = 32, scales = f32>>`
  }];
  let parameters = (ins "::mlir::ArrayAttr":$payloads,
                        AttributeSelfTypeParameter<"", "::mlir::RankedTensorType">:$type);
  let assemblyFormat = "`<` $payloads `>`";
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// Payload `index`, or null where there are fewer.
    ::mlir::TypedAttr getPayload(unsigned index) const {
      return index < getPayloads().size()
                 ? ::llvm::cast<::mlir::TypedAttr>(getPayloads()[index])
                 : ::mlir::TypedAttr();
    }
  }];
}

#endif // TANDEM_DIALECTS_TRANSFORMER_IR_WEIGHTSTORAGE_TD
