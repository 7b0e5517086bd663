//===- Passes.td - passes of stage raise -*- tablegen -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_RAISE_PASSES_TD
#define TANDEM_PASSES_RAISE_PASSES_TD

include "mlir/Pass/PassBase.td"

class Raise_Pass<string flag> : Pass<flag, "::mlir::ModuleOp"> {
  let dependentDialects = ["::tandem::onnx::OnnxDialect",
                           "::tandem::transformer::TransformerDialect"];
}

def RaiseNormsPass : Raise_Pass<"tandem-raise-norms"> {
  let summary = "recognise RMS and layer normalisations";
  let description = [{
    Exporters write a normalisation as one operator, as one fused with the
    residual addition, or as its arithmetic (square, mean, root, quotient) in
    half a dozen orders. A target wants one operation that it can fuse.

    Before:
    ```mlir
    %n = onnx.node "SimplifiedLayerNormalization" (%x, %scale) {axis = -1 : i64, epsilon = 0.125 : f32} : (tensor<?x?x64xf32>, tensor<64xf32>) -> tensor<?x?x64xf32>
    ```
    After:
    ```mlir
    %0 = transformer.rms_norm %arg0, %arg1 epsilon 1.250000e-01 : tensor<?x?x64xf32>, tensor<64xf32>
    ```

    Requires: the model level (primitives with ranked types). Guarantees: the
    same values up to rounding. Leaves alone: norms over more than the last
    dimension, without scale, or whose statistics are used elsewhere.
  }];
}

def RaiseActivationsPass : Raise_Pass<"tandem-raise-activations"> {
  let summary = "recognise activations and gated activations";
  let description = [{
    An activation is a product whose factors are a function of one value. The
    pass flattens the product, so the order of its factors does not matter, and
    looks for the factors of silu, the gelus and the squared relu; one factor
    more of the same type makes it a gated activation.

    Before:
    ```mlir
    %s = onnx.node "Sigmoid" (%gate) {} : (tensor<?x?x128xf32>) -> tensor<?x?x128xf32>
    %a = onnx.node "Mul" (%gate, %s) {} : (tensor<?x?x128xf32>, tensor<?x?x128xf32>) -> tensor<?x?x128xf32>
    %g = onnx.node "Mul" (%a, %up) {} : (tensor<?x?x128xf32>, tensor<?x?x128xf32>) -> tensor<?x?x128xf32>
    ```
    After:
    ```mlir
    %0 = transformer.glu silu %arg0, %arg1 : tensor<?x?x128xf32>
    ```

    Requires: the model level. Guarantees: constants agree within 2e-5, the
    precision to which exporters write them. Leaves alone: broadcast products
    and intermediate products with other users.
  }];
}

def RaiseRotaryPass : Raise_Pass<"tandem-raise-rotary"> {
  let summary = "recognise rotary position embeddings and their tables";
  let description = [{
    A rotary embedding turns pairs of a head's elements by an angle that grows
    with the position. Fused operators map one to one. In decomposed graphs the
    pass computes the scalar expression of one element of a sum, splits it where
    the last index crosses half of the rotated part, and compares it with
    x[i] cos - x[j] sin and x[j] cos + x[i] sin. Slices, splits, concatenations,
    transposes and broadcasts of any spelling thus look the same. Tables are
    constants indexed by position, or inverse frequencies times the position.

    Before:
    ```mlir
    %r = onnx.node "RotaryEmbedding" (%x, %cos, %sin, %positions) {num_heads = 4 : i64} : (tensor<?x?x64xf32>, tensor<128x8xf32>, tensor<128x8xf32>, tensor<?x?xi64>) -> tensor<?x?x64xf32>
    ```
    After:
    ```mlir
    %0 = transformer.rotary %arg0, %arg3, %arg1, %arg2 heads 4 : (tensor<?x?x64xf32>, tensor<?x?xi64>, tensor<128x8xf32>, tensor<128x8xf32>) -> tensor<?x?x64xf32>
    ```

    Requires: the model level. Guarantees: `positions` is the value the graph
    uses. Leaves alone: angles that depend on more than the position.
  }];
}

def RaiseAttentionPass : Raise_Pass<"tandem-raise-attention"> {
  let summary = "recognise attention over past and new keys";
  let description = [{
    Fused operators (Attention of opset 23, GroupQueryAttention) map one to one;
    in decomposed graphs each softmax over scores is matched by what its operands
    read, not by how their layout is written. A mask is accepted as causal, as a
    window or as padding only if its predicate, computed symbolically, is exactly
    that; any other additive mask stays a bias.

    A packed projection stays one linear: query, key and value are `Split`
    along the last dimension, which every target lowers as views, since columns
    of a `kn` weight are no contiguous range of the file.

    Before:
    ```mlir
    %y, %pk, %pv = onnx.node "Attention" (%q, %k, %v, %none, %past_k, %past_v) {is_causal = 1 : i64, kv_num_heads = 2 : i64, q_num_heads = 4 : i64} : (tensor<?x?x64xf32>, tensor<?x?x32xf32>, tensor<?x?x32xf32>, none, tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>) -> (tensor<?x?x64xf32>, tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>)
    ```
    After:
    ```mlir
    %output, %presents:2 = transformer.attention %arg0, %arg1, %arg2 past(%arg3, %arg4) heads 4, 2 scale 2.500000e-01 keep <causal = true> : (tensor<?x?x64xf32>, tensor<?x?x32xf32>, tensor<?x?x32xf32>, tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>) -> (tensor<?x?x64xf32>, tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>)
    ```

    Requires: the model level; rotary embeddings raised before. Guarantees:
    what is assumed of the inputs is listed in the module's `onnx.assumptions`.
    Leaves alone: sinks, cache quantisation and cross attention.
  }];
}

def RaiseQuantizedPass : Raise_Pass<"tandem-raise-quantized"> {
  let summary = "recognise linear layers and embeddings of quantised weights";
  let description = [{
    MatMulNBits and GatherBlockQuantized hold a matrix as codes, scales and zero
    points. The matrix becomes one value of its float type, whose encoding says
    how it is stored; the operator becomes that of any other matrix. Where an
    embedding and a head name the same codes, they get the same weight.

    Before:
    ```mlir
    %y = onnx.node "MatMulNBits" domain "com.microsoft" (%x, %codes, %scales) {K = 64 : i64, N = 96 : i64, accuracy_level = 4 : i64, bits = 4 : i64, block_size = 32 : i64} : (tensor<?x?x64xf32>, tensor<96x2x16xui8>, tensor<96x2xf32>) -> tensor<?x?x96xf32>
    ```
    After:
    ```mlir
    %1 = transformer.linear %arg0, %0 layout nk accuracy_level 4 : (tensor<?x?x64xf32>, tensor<96x64xf32, #transformer.blocks<ui4, block = 32, scales = f32>>) -> tensor<?x?x96xf32>
    ```

    Requires: the model level. Guarantees: payloads stay references to the file.
    Leaves alone: codes of other than 4 and 8 bits, blocks below 16 or of no
    power of two, columns in another order (g_idx), computed weights, blocks
    along other than the rows.
  }];
}

def NarrowScalesPass : Raise_Pass<"tandem-narrow-scales"> {
  let summary = "store scales as f16 where that loses nothing";
  let description = [{
    Files keep scales and zero points as f32 even where they were made from f16.
    A matrix of 4 bits in blocks of 32 is 10 % smaller with scales of 16 bits,
    which is as much less to read for each token. The pass reads the numbers
    where they are mapped and changes the encoding only: the payload stays.

    Before:
    ```mlir
    %w = onnx.constant #transformer.encoded<[#onnx.weight<"m", 0, 64> : tensor<4x1x16xui8>, dense<0.5> : tensor<4x1xf32>]> : tensor<4x32xf32, #transformer.blocks<ui4, block = 32, scales = f32>>
    ```
    After:
    ```mlir
    %0 = onnx.constant #transformer.encoded<[#onnx.weight<"m", 0, 64> : tensor<4x1x16xui8>, dense<5.000000e-01> : tensor<4x1xf32>]> : tensor<4x32xf32, #transformer.blocks<ui4, block = 32, scales = f16>>
    ```

    Requires: quantised weights raised. Guarantees: the same values to the bit.
    Leaves alone: numbers whose file is not at hand (in tandem-opt).
  }];
}

def RoundWeightsPass : Raise_Pass<"tandem-round-weights"> {
  let summary = "store the matrices of linear layers and embeddings in 16 bits";
  let description = [{
    What `--precision bf16` or `fp16` asks for: half the bytes of fp32 weights. The
    arithmetic stays that of the file; only the matrices are rounded, to nearest,
    ties to even.

    Before:
    ```mlir
    %y = transformer.linear %x, %w layout kn : (tensor<?x?x64xf32>, tensor<64x96xf32>) -> tensor<?x?x96xf32>
    ```
    After:
    ```mlir
    %1 = transformer.linear %arg0, %0 layout kn : (tensor<?x?x64xf32>, tensor<64x96xf32, #transformer.stored<bf16>>) -> tensor<?x?x96xf32>
    ```

    Requires: the model level, linear layers raised. Leaves alone: vectors,
    tables of angles, matrices of other types and quantised ones.
  }];
  let options = [
    Option<"isHalf", "half", "bool", "false",
           "f16 in place of bf16: 3 more bits of a weight's digits, 3 fewer of its "
           "exponent">,
  ];
}

def RaiseLinearPass : Raise_Pass<"tandem-raise-linear"> {
  let summary = "recognise linear layers and embeddings";
  let description = [{
    A product with a constant matrix is a linear layer, a lookup of its rows an
    embedding. A transpose of the constant becomes the layout, a constant vector
    added the bias; reshapes to two dimensions and back disappear.

    Before:
    ```mlir
    %y = onnx.node "MatMul" (%x, %w) {} : (tensor<?x?x64xf32>, tensor<64x96xf32>) -> tensor<?x?x96xf32>
    %z = onnx.node "Add" (%y, %b) {} : (tensor<?x?x96xf32>, tensor<96xf32>) -> tensor<?x?x96xf32>
    ```
    After:
    ```mlir
    %3 = transformer.linear %arg0, %0 bias(%1) layout kn : (tensor<?x?x64xf32>, tensor<64x96xf32>, tensor<96xf32>) -> tensor<?x?x96xf32>
    ```

    Requires: the model level; tables of rotary embeddings raised before.
    Guarantees: weights stay references to the file. Leaves alone: products of
    two activations.
  }];
}

def FoldLayoutsPass : Raise_Pass<"tandem-fold-layouts"> {
  let summary = "drop data movement that cancels";
  let description = [{
    Recognised operations take rows of heads, the graphs around them do not; the
    conversions in between mostly undo each other. The pass computes what each
    element of a moved value is, and where that is the same element of another
    value of the same shape, uses that one. No pair of operators has a pattern.

    Before:
    ```mlir
    %heads = onnx.node "Reshape" (%x, %split) {} : (tensor<?x?x64xf32>, tensor<4xi64>) -> tensor<?x?x4x16xf32>
    %rows = onnx.node "Reshape" (%heads, %merge) {} : (tensor<?x?x4x16xf32>, tensor<3xi64>) -> tensor<?x?x64xf32>
    ```
    After:
    ```mlir
    return %arg0 : tensor<?x?x64xf32>
    ```

    Requires: the model level. Guarantees: the same values. Leaves alone: a
    single movement that is not the identity.
  }];
}

def SplitColumnsPass : Raise_Pass<"tandem-split-columns"> {
  let summary = "take column ranges of a row from one split";
  let description = [{
    A packed projection is cut into query, key and value, or gate and up, by
    slices of its last axis. As results of one `Split` they are views of a row,
    and a target sees at once what the pieces belong to.

    Before:
    ```mlir
    %a = onnx.node "Slice" (%x, %zero, %four, %last, %one) {} : (tensor<?x?x8xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?x?x4xf32>
    ```
    After:
    ```mlir
    %1:2 = onnx.node "Split"(%arg0, %0) {axis = 2 : i64} : (tensor<?x?x8xf32>, tensor<2xi64>) -> (tensor<?x?x4xf32>, tensor<?x?x4xf32>)
    ```

    Requires: the model level. Guarantees: the same values. Leaves alone: slices
    with a step, of another axis, or that overlap others.
  }];
}

def VerifyModelLevelPass : Raise_Pass<"tandem-verify-model-level"> {
  let summary = "check that a module is at the model level";
  let description = [{
    Stages after raise rely on what the model level may hold: functions of
    primitives and `transformer` operations on ranked tensors. The pass names
    every node that breaks this, not only the first.

    This line is accepted:
    ```mlir
    %0 = onnx.node "Add" (%arg0, %arg0) {} : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
    ```
    This one is not, for it still has an opset:
    ```mlir
    %1 = onnx.node "Add" opset 18 (%arg0, %arg0) {} : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
    ```

    Requires: nothing. Guarantees: no operation of the source level is left.
  }];
}

#endif // TANDEM_PASSES_RAISE_PASSES_TD
