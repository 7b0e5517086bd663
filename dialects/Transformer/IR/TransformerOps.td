//===- TransformerOps.td - operations of the model level ---*- tablegen -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The operations of the deployment level (rows and cache) are in CacheOps.td.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_DIALECTS_TRANSFORMER_IR_TRANSFORMEROPS_TD
#define TANDEM_DIALECTS_TRANSFORMER_IR_TRANSFORMEROPS_TD

include "tandem/dialects/Transformer/IR/TransformerDialect.td"
include "tandem/dialects/Transformer/IR/WeightStorage.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

class Transformer_Op<string mnemonic, list<Trait> traits = []>
    : Op<Transformer_Dialect, mnemonic, traits>;

def Transformer_FloatTensor : RankedTensorOf<[AnyFloat]>;
def Transformer_Ids : RankedTensorOf<[I64, I32]>;

def Transformer_EmbeddingOp : Transformer_Op<"embedding", [Pure]> {
  let summary = "look up a row of a table for each id";
  let description = [{
    The result has the shape of `ids` with the width of the table appended. With
    layout `nk` the table is [entries, width], with `kn` [width, entries] (a
    table shared with an output projection).

    Constraints:
    - (C1) the result's shape is the ids' shape and the table's width.

    Example:
    ```mlir
    %x = transformer.embedding %ids, %table layout nk : (tensor<?x?xi64>, tensor<256x64xf32>) -> tensor<?x?x64xf32>
    ```
  }];
  let arguments = (ins Transformer_Ids:$ids, Transformer_FloatTensor:$table,
                       Transformer_MatrixLayout:$layout);
  let results = (outs Transformer_FloatTensor:$output);
  let assemblyFormat = "$ids `,` $table `layout` $layout attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

def Transformer_LinearOp : Transformer_Op<"linear", [Pure]> {
  let summary = "multiply by a weight matrix and add a bias";
  let description = [{
    Each row of `input` (its last dimension is K) becomes a row of N values:
    input x weight (+ bias), accumulated in fp32. Layout `nk`: the weight is
    [N, K]; `kn`: [K, N]. `accuracy_level` is what the file asks for beside a
    quantised weight: with 4 its author accepts an input rounded to 8 bits.

    With `int8_activations` the input is rounded first: each 32 values of a row,
    from its start, to multiples of their largest magnitude / 127 (a block below
    1e-30 to zeros), to nearest, ties to even; a target without such arithmetic
    may leave the rounding out. `tandem-choose-activations` sets it.

    Constraints:
    - (C1) the input's width is the weight's K.
    - (C2) the result's width is the weight's N; its other dimensions are the input's.
    - (C3) a bias has N values.
    - (C4) `int8_activations` goes with a weight in blocks of 32.

    Example:
    ```mlir
    %q = transformer.linear %x, %w bias(%b) layout kn : (tensor<?x?x64xf32>, tensor<64x96xf32>, tensor<96xf32>) -> tensor<?x?x96xf32>
    ```
  }];
  let arguments = (ins Transformer_FloatTensor:$input, Transformer_FloatTensor:$weight,
                       Optional<Transformer_FloatTensor>:$bias,
                       Transformer_MatrixLayout:$layout,
                       OptionalAttr<I64Attr>:$accuracy_level,
                       UnitAttr:$int8_activations);
  let results = (outs Transformer_FloatTensor:$output);
  let assemblyFormat = [{
    $input `,` $weight (`bias` `(` $bias^ `)`)? `layout` $layout
    (`accuracy_level` $accuracy_level^)? (`int8_activations` $int8_activations^)? attr-dict
    `:` functional-type(operands, results)
  }];
  let builders = [OpBuilder<(ins
    "::mlir::Type":$output, "::mlir::Value":$input, "::mlir::Value":$weight,
    "::mlir::Value":$bias, "::tandem::transformer::MatrixLayout":$layout), [{
      build($_builder, $_state, output, input, weight, bias, layout,
            /*accuracy_level=*/::mlir::IntegerAttr(), /*int8_activations=*/false);
  }]>];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// Width of the input.
    int64_t getK();
    /// Width of the result.
    int64_t getN();
  }];
}

def Transformer_RmsNormOp : Transformer_Op<"rms_norm", [
    AllTypesMatch<["input", "output"]>, Pure]> {
  let summary = "divide each row by its root mean square, then scale";
  let description = [{
    y = x / sqrt(mean(x^2) + epsilon) * scale over the last dimension, in fp32.

    Constraints:
    - (C1) the scale has as many values as a row.
    - (C2) epsilon is not negative.

    Example:
    ```mlir
    %n = transformer.rms_norm %x, %scale epsilon 1.000000e-06 : tensor<?x?x64xf32>, tensor<64xf32>
    ```
  }];
  let arguments = (ins Transformer_FloatTensor:$input, Transformer_FloatTensor:$scale,
                       F64Attr:$epsilon);
  let results = (outs Transformer_FloatTensor:$output);
  let assemblyFormat = "$input `,` $scale `epsilon` $epsilon attr-dict `:` type($input) `,` type($scale)";
  let hasVerifier = 1;
}

def Transformer_LayerNormOp : Transformer_Op<"layer_norm", [
    AllTypesMatch<["input", "output"]>, Pure]> {
  let summary = "normalise each row to mean 0 and variance 1, then scale and shift";
  let description = [{
    y = (x - mean) / sqrt(variance + epsilon) * scale (+ bias) over the last
    dimension, in fp32; the variance is the biased one.

    Constraints:
    - (C1) scale and bias have as many values as a row.
    - (C2) epsilon is not negative.

    Example:
    ```mlir
    %n = transformer.layer_norm %x, %scale bias(%b) epsilon 1.000000e-05 : (tensor<?x?x64xf32>, tensor<64xf32>, tensor<64xf32>) -> tensor<?x?x64xf32>
    ```
  }];
  let arguments = (ins Transformer_FloatTensor:$input, Transformer_FloatTensor:$scale,
                       Optional<Transformer_FloatTensor>:$bias, F64Attr:$epsilon);
  let results = (outs Transformer_FloatTensor:$output);
  let assemblyFormat = [{
    $input `,` $scale (`bias` `(` $bias^ `)`)? `epsilon` $epsilon attr-dict
    `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
}

def Transformer_ActivationOp : Transformer_Op<"activation", [
    SameOperandsAndResultType, Pure]> {
  let summary = "apply an activation to each element";
  let description = [{
    silu: x * sigmoid(x); gelu_erf: x/2 * (1 + erf(x / sqrt 2)); gelu_tanh: the
    tanh form with 0.044715; gelu_quick: x * sigmoid(1.702 x); relu;
    relu_squared: relu(x)^2.

    Example:
    ```mlir
    %a = transformer.activation gelu_tanh %x : tensor<?x?x64xf32>
    ```
  }];
  let arguments = (ins Transformer_Activation:$kind, Transformer_FloatTensor:$input);
  let results = (outs Transformer_FloatTensor:$output);
  let assemblyFormat = "$kind $input attr-dict `:` type($input)";
}

def Transformer_GluOp : Transformer_Op<"glu", [SameOperandsAndResultType, Pure]> {
  let summary = "multiply by an activated gate";
  let description = [{
    activation(gate) * input, element by element.

    Example:
    ```mlir
    %g = transformer.glu silu %gate, %up : tensor<?x?x128xf32>
    ```
  }];
  let arguments = (ins Transformer_Activation:$kind, Transformer_FloatTensor:$gate,
                       Transformer_FloatTensor:$input);
  let results = (outs Transformer_FloatTensor:$output);
  let assemblyFormat = "$kind $gate `,` $input attr-dict `:` type($gate)";
}

def Transformer_RotaryTableOp : Transformer_Op<"rotary_table", [Pure]> {
  let summary = "tabulate the rotary angles of every position";
  let description = [{
    Row p holds cos(p * f) * scale and sin(p * f) * scale for each inverse
    frequency f: the product is rounded to fp32 as the graph does, cosine and
    sine are taken in double precision. The number of rows is open; outlining
    makes as many as the capacity needs.

    Constraints:
    - (C1) both results have one column per frequency.

    Example:
    ```mlir
    %cos, %sin = transformer.rotary_table dense<[1.0, 0.5]> : tensor<2xf32> scale 1.000000e+00 -> tensor<?x2xf32>, tensor<?x2xf32>
    ```
  }];
  let arguments = (ins ElementsAttr:$frequencies, F64Attr:$scale);
  let results = (outs Transformer_FloatTensor:$cos, Transformer_FloatTensor:$sin);
  let assemblyFormat = "$frequencies `scale` $scale attr-dict `->` type($cos) `,` type($sin)";
  let hasVerifier = 1;
}

def Transformer_RotaryOp : Transformer_Op<"rotary", [
    AllTypesMatch<["input", "output"]>, Pure]> {
  let summary = "rotate pairs of a head's elements by the position's angles";
  let description = [{
    `input` is [..., heads * D]; each head's first R = 2 x (table columns)
    elements are rotated, the rest is copied. Pairs are (i, i + R/2), or
    (2i, 2i + 1) where `interleaved`. Tables are indexed by `positions`.

    Constraints:
    - (C1) heads divides the input's width and R is at most the head's width.
    - (C2) both tables have the same number of columns.
    - (C3) positions has the input's shape without the last dimension.

    Example:
    ```mlir
    %r = transformer.rotary %x, %positions, %cos, %sin heads 4 : (tensor<?x?x64xf32>, tensor<?x?xi64>, tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x?x64xf32>
    ```
  }];
  let arguments = (ins Transformer_FloatTensor:$input, Transformer_Ids:$positions,
                       Transformer_FloatTensor:$cos, Transformer_FloatTensor:$sin,
                       I64Attr:$heads, UnitAttr:$interleaved);
  let results = (outs Transformer_FloatTensor:$output);
  let assemblyFormat = [{
    $input `,` $positions `,` $cos `,` $sin `heads` $heads
    (`interleaved` $interleaved^)? attr-dict `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
}

def Transformer_PastPositionsOp : Transformer_Op<"past_positions", [Pure]> {
  let summary = "give each new token its position behind the past";
  let description = [{
    Token i of every sequence has position P + i, where P is the length of
    `past` [B, kv_heads, P, D]; the numbers of sequences B and of new tokens S
    are the first two dimensions of `tokens`.

    Lifespan: created by raise where a graph computes this or an operator
    implies it; split replaces it by `transformer.positions`.

    Constraints:
    - (C1) the past has four dimensions, the tokens at least two.
    - (C2) the result is [B, S].

    Example:
    ```mlir
    %positions = transformer.past_positions %past_k, %x : (tensor<?x2x?x16xf32>, tensor<?x?x64xf32>) -> tensor<?x?xi64>
    ```
  }];
  let arguments = (ins Transformer_FloatTensor:$past, AnyRankedTensor:$tokens);
  let results = (outs Transformer_Ids:$output);
  let assemblyFormat = "$past `,` $tokens attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

def Transformer_AttentionOp : Transformer_Op<"attention", [
    AttrSizedOperandSegments, Pure]> {
  let summary = "attend over the past and the new keys and values";
  let description = [{
    query is [B, S, heads * D], key [B, S, kv_heads * D], value
    [B, S, kv_heads * V], the past [B, kv_heads, P, D or V]. Query head h uses
    key head h / (heads / kv_heads). Scores are scale * q.k, then softcap *
    tanh(score / softcap) where given, then `bias` is added, keys outside `keep`
    are left out (query i of the new tokens has position P + i), and the softmax
    runs in fp32. `padding` is the [B, P + S] mask of the file: keys where it is
    0 are left out. The presents are past and new concatenated.

    Constraints:
    - (C1) heads is a multiple of kv_heads; both divide their tensors' widths.
    - (C2) query and key heads have the same width.
    - (C3) past and present come together and hold kv_heads heads.

    Example:
    ```mlir
    %y, %pk, %pv = transformer.attention %q, %k, %v past(%past_k, %past_v) padding(%mask) heads 4, 2 scale 2.500000e-01 keep <causal = true> : (tensor<?x?x64xf32>, tensor<?x?x32xf32>, tensor<?x?x32xf32>, tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>, tensor<?x?xi64>) -> (tensor<?x?x64xf32>, tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>)
    ```
  }];
  let arguments = (ins Transformer_FloatTensor:$query, Transformer_FloatTensor:$key,
                       Transformer_FloatTensor:$value,
                       Optional<Transformer_FloatTensor>:$past_key,
                       Optional<Transformer_FloatTensor>:$past_value,
                       Optional<AnyRankedTensor>:$padding,
                       Optional<Transformer_FloatTensor>:$bias,
                       I64Attr:$heads, I64Attr:$kv_heads, F64Attr:$scale,
                       Transformer_KeepAttr:$keep,
                       DefaultValuedAttr<F64Attr, "0.0">:$softcap);
  let results = (outs Transformer_FloatTensor:$output,
                      Variadic<Transformer_FloatTensor>:$presents);
  let assemblyFormat = [{
    $query `,` $key `,` $value (`past` `(` $past_key^ `,` $past_value `)`)?
    (`padding` `(` $padding^ `)`)? (`bias` `(` $bias^ `)`)?
    `heads` $heads `,` $kv_heads `scale` $scale `keep` $keep (`softcap` $softcap^)?
    attr-dict `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// Keys of past and new tokens, or null where there is no past.
    ::mlir::Value getPresentKey() { return getPresents().empty() ? ::mlir::Value() : getPresents()[0]; }
    /// Values of past and new tokens, or null where there is no past.
    ::mlir::Value getPresentValue() { return getPresents().size() < 2 ? ::mlir::Value() : getPresents()[1]; }
  }];
}

#endif // TANDEM_DIALECTS_TRANSFORMER_IR_TRANSFORMEROPS_TD
