//===- ElementwiseOps.td - operations on each element ------*- tablegen -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_TPU_IR_ELEMENTWISEOPS_TD
#define TANDEM_TARGETS_TPU_IR_ELEMENTWISEOPS_TD

include "tandem/targets/Tpu/IR/StableHloDialect.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

class StableHlo_Op<string mnemonic, list<Trait> traits = []>
    : Op<StableHlo_Dialect, mnemonic, traits>;

def StableHlo_Tensor : StaticShapeTensorOf<[AnyFloat, I1, UI8, I32, I64]>;
def StableHlo_Float : StaticShapeTensorOf<[AnyFloat]>;
def StableHlo_Index : StaticShapeTensorOf<[I32, I64]>;
def StableHlo_IndexScalar : 0DTensorOf<[I32, I64]>;

class StableHlo_UnaryOp<string name, string meaning>
    : StableHlo_Op<name, [Pure, SameOperandsAndResultType]> {
  let summary = meaning # " of each element";
  let description = [{
    Lifespan: created by tandem-lower-to-stable-hlo, written into the bundle.

    Example:
    ```mlir
    %0 = stablehlo.}] # name # [{ %x : tensor<4x8xf32>
    ```
  }];
  let arguments = (ins StableHlo_Float:$operand);
  let results = (outs StableHlo_Float:$result);
  let assemblyFormat = "$operand attr-dict `:` type($result)";
}

def StableHlo_AbsOp : StableHlo_UnaryOp<"abs", "give the magnitude">;
def StableHlo_ExponentialOp : StableHlo_UnaryOp<"exponential", "give e to the power">;
def StableHlo_LogOp : StableHlo_UnaryOp<"log", "give the natural logarithm">;
def StableHlo_LogisticOp : StableHlo_UnaryOp<"logistic", "give 1 / (1 + e^-x)">;
def StableHlo_NegateOp : StableHlo_UnaryOp<"negate", "change the sign">;
def StableHlo_RsqrtOp : StableHlo_UnaryOp<"rsqrt", "give the reciprocal of the square root">;
def StableHlo_SqrtOp : StableHlo_UnaryOp<"sqrt", "give the square root">;
def StableHlo_TanhOp : StableHlo_UnaryOp<"tanh", "give the hyperbolic tangent">;

class StableHlo_BinaryOp<string name, string meaning>
    : StableHlo_Op<name, [Pure, SameOperandsAndResultType]> {
  let summary = meaning # " of two values of one type, element by element";
  let description = [{
    Lifespan: created by tandem-lower-to-stable-hlo, written into the bundle.

    Example:
    ```mlir
    %0 = stablehlo.}] # name # [{ %x, %y : tensor<4x8xf32>
    ```
  }];
  let arguments = (ins StableHlo_Tensor:$lhs, StableHlo_Tensor:$rhs);
  let results = (outs StableHlo_Tensor:$result);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` type($result)";
}

def StableHlo_AddOp : StableHlo_BinaryOp<"add", "give the sum">;
def StableHlo_DivideOp : StableHlo_BinaryOp<"divide", "give the quotient">;
def StableHlo_MaximumOp : StableHlo_BinaryOp<"maximum", "give the greater">;
def StableHlo_MinimumOp : StableHlo_BinaryOp<"minimum", "give the lesser">;
def StableHlo_MultiplyOp : StableHlo_BinaryOp<"multiply", "give the product">;
def StableHlo_PowerOp : StableHlo_BinaryOp<"power", "give the power">;
def StableHlo_SubtractOp : StableHlo_BinaryOp<"subtract", "give the difference">;

def StableHlo_Bits : StaticShapeTensorOf<[I1, UI8]>;

def StableHlo_AndOp : StableHlo_Op<"and", [Pure, SameOperandsAndResultType]> {
  let summary = "give the conjunction of truth values or bits, element by element";
  let description = [{
    Lifespan: created by tandem-lower-to-stable-hlo, written into the bundle.

    Example:
    ```mlir
    %0 = stablehlo.and %p, %q : tensor<4x8xi1>
    ```
  }];
  let arguments = (ins StableHlo_Bits:$lhs, StableHlo_Bits:$rhs);
  let results = (outs StableHlo_Bits:$result);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` type($result)";
}

def StableHlo_ShiftRightLogicalOp : StableHlo_Op<"shift_right_logical", [
    Pure, SameOperandsAndResultType]> {
  let summary = "move bits towards the lowest, zeros behind them";
  let description = [{
    Lifespan: created by tandem-lower-to-stable-hlo, written into the bundle.

    Example:
    ```mlir
    %high = stablehlo.shift_right_logical %c, %d : tensor<4x8xui8>
    ```
  }];
  let arguments = (ins StaticShapeTensorOf<[UI8]>:$lhs, StaticShapeTensorOf<[UI8]>:$rhs);
  let results = (outs StaticShapeTensorOf<[UI8]>:$result);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` type($result)";
}

def StableHlo_ConvertOp : StableHlo_Op<"convert", [
    Pure, SameOperandsAndResultShape]> {
  let summary = "give each element another type, rounded to nearest";
  let description = [{
    Lifespan: created by tandem-lower-to-stable-hlo, written into the bundle.

    Example:
    ```mlir
    %f = stablehlo.convert %c : tensor<4x8xui8> -> tensor<4x8xf32>
    ```
  }];
  let arguments = (ins StableHlo_Tensor:$operand);
  let results = (outs StableHlo_Tensor:$result);
  let assemblyFormat = "$operand attr-dict `:` type($operand) `->` type($result)";
}

def StableHlo_CompareOp : StableHlo_Op<"compare", [
    Pure, SameOperandsAndResultShape, SameTypeOperands]> {
  let summary = "compare two values element by element";
  let description = [{
    Lifespan: created by tandem-lower-to-stable-hlo, written into the bundle.

    Example:
    ```mlir
    %0 = stablehlo.compare LE %i, %j : tensor<4x8xi32> -> tensor<4x8xi1>
    ```
  }];
  let arguments = (ins StableHlo_Tensor:$lhs, StableHlo_Tensor:$rhs,
                       StableHlo_ComparisonDirectionAttr:$comparison_direction);
  let results = (outs StaticShapeTensorOf<[I1]>:$result);
  let assemblyFormat = [{
    $comparison_direction $lhs `,` $rhs attr-dict `:` type($lhs) `->` type($result)
  }];
}

def StableHlo_SelectOp : StableHlo_Op<"select", [
    AllTypesMatch<["on_true", "on_false", "result"]>,
    AllShapesMatch<["pred", "result"]>, Pure]> {
  let summary = "choose between two values element by element";
  let description = [{
    Lifespan: created by tandem-lower-to-stable-hlo, written into the bundle.

    Example:
    ```mlir
    %0 = stablehlo.select %p, %x, %y : tensor<4x8xi1>, tensor<4x8xf32>
    ```
  }];
  let arguments = (ins StaticShapeTensorOf<[I1]>:$pred, StableHlo_Tensor:$on_true,
                       StableHlo_Tensor:$on_false);
  let results = (outs StableHlo_Tensor:$result);
  let assemblyFormat = "$pred `,` $on_true `,` $on_false attr-dict `:` type($pred) `,` type($result)";
}

#endif // TANDEM_TARGETS_TPU_IR_ELEMENTWISEOPS_TD
