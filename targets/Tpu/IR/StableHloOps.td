//===- StableHloOps.td - movement, products and sums -------*- tablegen -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_TPU_IR_STABLEHLOOPS_TD
#define TANDEM_TARGETS_TPU_IR_STABLEHLOOPS_TD

include "tandem/targets/Tpu/IR/ElementwiseOps.td"

def StableHlo_ConstantOp : StableHlo_Op<"constant", [
    AllTypesMatch<["value", "result"]>, ConstantLike, Pure]> {
  let summary = "produce a constant";
  let description = [{
    Lifespan: created by tandem-lower-to-stable-hlo, written into the bundle.

    Example:
    ```mlir
    %0 = stablehlo.constant dense<1.000000e+00> : tensor<f32>
    ```
  }];
  let arguments = (ins ElementsAttr:$value);
  let results = (outs StableHlo_Tensor:$result);
  let assemblyFormat = "attr-dict $value";
}

def StableHlo_IotaOp : StableHlo_Op<"iota", [Pure]> {
  let summary = "count along a dimension";
  let description = [{
    Lifespan: created by tandem-lower-to-stable-hlo, written into the bundle.

    Constraints:
    - (C1) the dimension is one of the result's.

    Example:
    ```mlir
    %0 = stablehlo.iota dim 1 : tensor<4x8xi32>
    ```
  }];
  let arguments = (ins I64Attr:$iota_dimension);
  let results = (outs StableHlo_Tensor:$result);
  let assemblyFormat = "`dim` $iota_dimension attr-dict `:` type($result)";
  let hasVerifier = 1;
}

def StableHlo_BroadcastInDimOp : StableHlo_Op<"broadcast_in_dim", [Pure]> {
  let summary = "repeat a value along new dimensions";
  let description = [{
    Dimension i of the operand becomes dimension `dims[i]` of the result.

    Lifespan: created by tandem-lower-to-stable-hlo, written into the bundle.

    Constraints:
    - (C1) there is a dimension of the result, no two alike, for each of the operand.
    - (C2) each dimension of the operand is 1 or as long as the result's.

    Example:
    ```mlir
    %0 = stablehlo.broadcast_in_dim %x dims [1] : (tensor<8xf32>) -> tensor<4x8xf32>
    ```
  }];
  let arguments = (ins StableHlo_Tensor:$operand, DenseI64ArrayAttr:$broadcast_dimensions);
  let results = (outs StableHlo_Tensor:$result);
  let assemblyFormat = "$operand `dims` $broadcast_dimensions attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

def StableHlo_ReshapeOp : StableHlo_Op<"reshape", [Pure, SameOperandsAndResultElementType]> {
  let summary = "give the same elements another shape";
  let description = [{
    Lifespan: created by tandem-lower-to-stable-hlo, written into the bundle.

    Constraints:
    - (C1) both shapes have the same number of elements.

    Example:
    ```mlir
    %0 = stablehlo.reshape %x : (tensor<4x8xf32>) -> tensor<4x2x4xf32>
    ```
  }];
  let arguments = (ins StableHlo_Tensor:$operand);
  let results = (outs StableHlo_Tensor:$result);
  let assemblyFormat = "$operand attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

def StableHlo_TransposeOp : StableHlo_Op<"transpose", [Pure, SameOperandsAndResultElementType]> {
  let summary = "permute dimensions";
  let description = [{
    Dimension i of the result is dimension `permutation[i]` of the operand.

    Lifespan: created by tandem-lower-to-stable-hlo, written into the bundle.

    Constraints:
    - (C1) the permutation has each dimension of the operand once.
    - (C2) the result has the operand's dimensions in that order.

    Example:
    ```mlir
    %0 = stablehlo.transpose %x, [1, 0] : (tensor<4x8xf32>) -> tensor<8x4xf32>
    ```
  }];
  let arguments = (ins StableHlo_Tensor:$operand, DenseI64ArrayAttr:$permutation);
  let results = (outs StableHlo_Tensor:$result);
  let assemblyFormat = "$operand `,` $permutation attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

def StableHlo_SliceOp : StableHlo_Op<"slice", [Pure, SameOperandsAndResultElementType]> {
  let summary = "cut a box out of a value";
  let description = [{
    Lifespan: created by tandem-lower-to-stable-hlo, written into the bundle.

    Constraints:
    - (C1) start, limit and stride of each dimension lie in the operand and give the result's size.

    Example:
    ```mlir
    %0 = stablehlo.slice %x from [0, 0] to [4, 4] by [1, 1] : (tensor<4x8xf32>) -> tensor<4x4xf32>
    ```
  }];
  let arguments = (ins StableHlo_Tensor:$operand, DenseI64ArrayAttr:$start_indices,
                       DenseI64ArrayAttr:$limit_indices, DenseI64ArrayAttr:$strides);
  let results = (outs StableHlo_Tensor:$result);
  let assemblyFormat = [{
    $operand `from` $start_indices `to` $limit_indices `by` $strides attr-dict
    `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
}

def StableHlo_ConcatenateOp : StableHlo_Op<"concatenate", [Pure, SameOperandsAndResultElementType]> {
  let summary = "join values along a dimension";
  let description = [{
    Lifespan: created by tandem-lower-to-stable-hlo, written into the bundle.

    Constraints:
    - (C1) the dimension's sizes add up to the result's; all other sizes are equal.

    Example:
    ```mlir
    %0 = stablehlo.concatenate %x, %y dim 1 : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x16xf32>
    ```
  }];
  let arguments = (ins Variadic<StableHlo_Tensor>:$inputs, I64Attr:$dimension);
  let results = (outs StableHlo_Tensor:$result);
  let assemblyFormat = "$inputs `dim` $dimension attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

def StableHlo_DynamicSliceOp : StableHlo_Op<"dynamic_slice", [Pure]> {
  let summary = "cut a box of fixed size out of a value, from a computed start";
  let description = [{
    A start that does not fit is clamped.

    Lifespan: created by tandem-lower-to-stable-hlo, written into the bundle.

    Constraints:
    - (C1) there is a start and a size for each dimension; the sizes are the result's and fit.

    Example:
    ```mlir
    %0 = stablehlo.dynamic_slice %x, %i, %j sizes [1, 8] : (tensor<4x8xf32>, tensor<i32>, tensor<i32>) -> tensor<1x8xf32>
    ```
  }];
  let arguments = (ins StableHlo_Tensor:$operand, Variadic<StableHlo_IndexScalar>:$start_indices,
                       DenseI64ArrayAttr:$slice_sizes);
  let results = (outs StableHlo_Tensor:$result);
  let assemblyFormat = [{
    $operand `,` $start_indices `sizes` $slice_sizes attr-dict
    `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
}

def StableHlo_DynamicUpdateSliceOp : StableHlo_Op<"dynamic_update_slice", [
    AllTypesMatch<["operand", "result"]>, Pure]> {
  let summary = "overwrite a box in a value, from a computed start";
  let description = [{
    A start that does not fit is clamped, which overwrites other rows than asked
    for: callers keep start + size within the operand.

    Lifespan: created by tandem-lower-to-stable-hlo, written into the bundle.

    Constraints:
    - (C1) there is a start for each dimension and the update fits.

    Example:
    ```mlir
    %0 = stablehlo.dynamic_update_slice %x, %u, %i, %j : (tensor<4x8xf32>, tensor<1x8xf32>, tensor<i32>, tensor<i32>) -> tensor<4x8xf32>
    ```
  }];
  let arguments = (ins StableHlo_Tensor:$operand, StableHlo_Tensor:$update,
                       Variadic<StableHlo_IndexScalar>:$start_indices);
  let results = (outs StableHlo_Tensor:$result);
  let assemblyFormat = [{
    $operand `,` $update `,` $start_indices attr-dict
    `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
}

def StableHlo_GatherOp : StableHlo_Op<"gather", [Pure]> {
  let summary = "look up slices of a table";
  let description = [{
    An index that does not fit is clamped.

    Lifespan: created by tandem-lower-to-stable-hlo, written into the bundle.

    Constraints:
    - (C1) there is a slice size for each dimension of the operand, within it, 1 where collapsed.
    - (C2) the result has the indices' dimensions and the slice's that are not collapsed.

    Example:
    ```mlir
    %0 = stablehlo.gather %t, %i <offset_dims = [1], collapsed_slice_dims = [0], start_index_map = [0], index_vector_dim = 1> sizes [1, 8] : (tensor<16x8xf32>, tensor<4xi32>) -> tensor<4x8xf32>
    ```
  }];
  let arguments = (ins StableHlo_Tensor:$operand, StableHlo_Index:$start_indices,
                       StableHlo_GatherAttr:$dimension_numbers, DenseI64ArrayAttr:$slice_sizes);
  let results = (outs StableHlo_Tensor:$result);
  let assemblyFormat = [{
    $operand `,` $start_indices `` $dimension_numbers `sizes` $slice_sizes attr-dict
    `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
}

def StableHlo_DotGeneralOp : StableHlo_Op<"dot_general", [Pure]> {
  let summary = "multiply and sum over chosen dimensions";
  let description = [{
    Lifespan: created by tandem-lower-to-stable-hlo, written into the bundle.

    Constraints:
    - (C1) batch and summed dimensions come in pairs of one size.
    - (C2) the result has the batch dimensions, then the others of the left and of the right factor.

    Example:
    ```mlir
    %0 = stablehlo.dot_general %x, %w <lhs_contracting_dimensions = [1], rhs_contracting_dimensions = [0]> precision [HIGHEST, HIGHEST] : (tensor<4x8xf32>, tensor<8x16xf32>) -> tensor<4x16xf32>
    ```
  }];
  let arguments = (ins StableHlo_Float:$lhs, StableHlo_Float:$rhs,
                       StableHlo_DotAttr:$dot_dimension_numbers,
                       TypedArrayAttrBase<StableHlo_PrecisionAttr, "a precision for each factor">:$precision_config);
  let results = (outs StableHlo_Float:$result);
  let assemblyFormat = [{
    $lhs `,` $rhs `` $dot_dimension_numbers `precision` custom<Precisions>($precision_config)
    attr-dict `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
}

def StableHlo_ReduceOp : StableHlo_Op<"reduce", [
    Pure, RecursiveMemoryEffects, SingleBlockImplicitTerminator<"ReturnOp">]> {
  let summary = "combine the elements along dimensions";
  let description = [{
    The body combines two elements; the order of combination is open.

    Lifespan: created by tandem-lower-to-stable-hlo, written into the bundle.

    Constraints:
    - (C1) the result has the operand's dimensions without the reduced ones.
    - (C2) the body takes two scalars and returns one.

    Example:
    ```mlir
    %0 = stablehlo.reduce %x, %zero dims [1] : (tensor<4x8xf32>, tensor<f32>) -> tensor<4xf32> {
    ```
  }];
  let arguments = (ins StableHlo_Float:$input, 0DTensorOf<[AnyFloat]>:$init_value,
                       DenseI64ArrayAttr:$dimensions);
  let results = (outs StableHlo_Float:$result);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    $input `,` $init_value `dims` $dimensions attr-dict
    `:` functional-type(operands, results) $body
  }];
  let hasVerifier = 1;
}

def StableHlo_ReturnOp : StableHlo_Op<"return", [Pure, Terminator]> {
  let summary = "end the body of a reduction";
  let description = [{
    Lifespan: created by tandem-lower-to-stable-hlo, written into the bundle.

    Example:
    ```mlir
    stablehlo.return %sum : tensor<f32>
    ```
  }];
  let arguments = (ins Variadic<StableHlo_Tensor>:$results);
  let assemblyFormat = "($results^ `:` type($results))? attr-dict";
  let builders = [OpBuilder<(ins), [{ (void)$_builder; (void)$_state; }]>];
}

#endif // TANDEM_TARGETS_TPU_IR_STABLEHLOOPS_TD
