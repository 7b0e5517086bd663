//===- OnnxOps.td - nodes, constants and functions of ONNX -*- tablegen -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_DIALECTS_ONNX_IR_ONNXOPS_TD
#define TANDEM_DIALECTS_ONNX_IR_ONNXOPS_TD

include "tandem/dialects/Onnx/IR/OnnxDialect.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/RegionKindInterface.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

class Onnx_Op<string mnemonic, list<Trait> traits = []>
    : Op<Onnx_Dialect, mnemonic, traits>;

def Onnx_NodeOp : Onnx_Op<"node", [
    DeclareOpInterfaceMethods<MemoryEffectsOpInterface>]> {
  let summary = "apply an ONNX operator";
  let description = [{
    One node of the file. `domain` is absent for ai.onnx; `opset` is the version
    of the domain that the file imports. A node without `opset` is a primitive
    of the internal opset. An omitted input is a value made by `onnx.none`.
    Attribute values are MLIR attributes of the same meaning; tensors are
    dense elements or `#onnx.weight`. Subgraphs are regions that end in
    `onnx.yield` and may use values of the enclosing graph.

    Lifespan: created by import; `simplify` leaves primitives; `raise` replaces
    what it recognises.

    Constraints:
    - (C1) `op_type` is not empty.
    - (C2) there are as many subgraph names as subgraphs.
    - (C3) each subgraph has one block that ends in `onnx.yield`.

    Example:
    ```mlir
    %0 = onnx.node "Gather" opset 18 (%table, %ids) {axis = 0 : i64} : (tensor<256x64xf32>, tensor<?x?xi64>) -> !onnx.unknown
    ```
  }];
  let arguments = (ins
    StrAttr:$op_type,
    OptionalAttr<StrAttr>:$domain,
    OptionalAttr<StrAttr>:$overload,
    OptionalAttr<I64Attr>:$opset,
    Variadic<AnyType>:$inputs,
    DictionaryAttr:$node_attributes,
    OptionalAttr<StrArrayAttr>:$subgraph_names);
  let results = (outs Variadic<AnyType>:$outputs);
  let regions = (region VariadicRegion<AnyRegion>:$subgraphs);
  let assemblyFormat = [{
    $op_type (`domain` $domain^)? (`overload` $overload^)? (`opset` $opset^)?
    `(` $inputs `)` $node_attributes (`subgraphs` $subgraph_names^)? ($subgraphs^)?
    attr-dict `:` functional-type($inputs, $outputs)
  }];
  let builders = [
    OpBuilder<(ins "::llvm::StringRef":$opType, "::mlir::TypeRange":$results,
                   "::mlir::ValueRange":$inputs,
                   CArg<"::mlir::DictionaryAttr", "{}">:$attributes)>];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// The attribute `name` of the ONNX node, or null.
    ::mlir::Attribute getAttribute(::llvm::StringRef name) {
      return getNodeAttributes().get(name);
    }
    /// The integer attribute `name`, or `fallback` where it is absent.
    int64_t getInt(::llvm::StringRef name, int64_t fallback);
    /// The floating-point attribute `name`, or `fallback` where it is absent.
    double getFloat(::llvm::StringRef name, double fallback);
    /// The string attribute `name`, or `fallback` where it is absent.
    ::llvm::StringRef getString(::llvm::StringRef name, ::llvm::StringRef fallback);
    /// The integers of attribute `name`; empty where it is absent.
    ::llvm::SmallVector<int64_t> getInts(::llvm::StringRef name);
    /// Input `index`, or null where it is omitted.
    ::mlir::Value getInput(unsigned index);
    /// Whether this is primitive `opType` of the internal opset.
    bool isPrimitive(::llvm::StringRef opType) {
      return !getDomain() && !getOpset() && getOpType() == opType;
    }
    /// The operator with its domain, as error messages name it:
    /// `Gather` or `com.microsoft.MatMulNBits`.
    ::std::string getQualifiedName();
  }];
}

def Onnx_ConstantOp : Onnx_Op<"constant", [
    AllTypesMatch<["value", "output"]>, ConstantLike, Pure]> {
  let summary = "produce an initialiser or the value of a Constant node";
  let description = [{
    `value` is dense for small tensors and `#onnx.weight` for the rest; raise
    makes composite ones, such as `#transformer.encoded`.

    Constraints:
    - (C1) the value is elements, `#onnx.weight` or made of these.

    Example:
    ```mlir
    %w = onnx.constant #onnx.weight<"model.onnx", 64, 65536> : tensor<256x64xf32>
    ```
  }];
  let arguments = (ins TypedAttrInterface:$value);
  let results = (outs AnyType:$output);
  let assemblyFormat = "attr-dict $value";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Onnx_NoneOp : Onnx_Op<"none", [Pure]> {
  let summary = "stand for an omitted optional input";
  let description = [{
    Example:
    ```mlir
    %none = onnx.none
    ```
  }];
  let results = (outs NoneType:$output);
  let assemblyFormat = "attr-dict";
}

def Onnx_YieldOp : Onnx_Op<"yield", [Pure, ReturnLike, Terminator]> {
  let summary = "end a subgraph or a model-local function";
  let description = [{
    Example:
    ```mlir
    onnx.yield %0 : tensor<4xf32>
    ```
  }];
  let arguments = (ins Variadic<AnyType>:$outputs);
  let assemblyFormat = "($outputs^ `:` type($outputs))? attr-dict";
  let builders = [OpBuilder<(ins), [{ (void)$_builder; (void)$_state; }]>];
}

def Onnx_FunctionOp : Onnx_Op<"function", [IsolatedFromAbove, Symbol,
    SingleBlock]> {
  let summary = "define a model-local function";
  let description = [{
    A FunctionProto: nodes of operator `op_type` of `domain` (and `overload`)
    mean its body. `required` lists the attributes without default, `defaults` the
    others. Arguments have type `!onnx.unknown`; the body is generic in types.

    Lifespan: created by import, inlined and removed by `simplify`.

    Example:
    ```mlir
    onnx.function @f "SkipNorm" domain "com.microsoft" required ["epsilon"] defaults {} {
    ^bb0(%x: !onnx.unknown):
      onnx.yield %x : !onnx.unknown
    }
    ```
  }];
  let arguments = (ins
    SymbolNameAttr:$sym_name,
    StrAttr:$op_type,
    StrAttr:$domain,
    OptionalAttr<StrAttr>:$overload,
    StrArrayAttr:$required,
    DictionaryAttr:$defaults);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    $sym_name $op_type `domain` $domain (`overload` $overload^)?
    `required` $required `defaults` $defaults $body attr-dict
  }];
}

#endif // TANDEM_DIALECTS_ONNX_IR_ONNXOPS_TD
