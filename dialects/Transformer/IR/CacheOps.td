//===- CacheOps.td - operations of the deployment level ----*- tablegen -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_DIALECTS_TRANSFORMER_IR_CACHEOPS_TD
#define TANDEM_DIALECTS_TRANSFORMER_IR_CACHEOPS_TD

include "tandem/dialects/Transformer/IR/TransformerOps.td"

def Transformer_PositionsOp : Transformer_Op<"positions", [Pure]> {
  let summary = "give each new token its position in its sequence";
  let description = [{
    Token i of a row that starts at position s has position s + i.

    Lifespan: created by split.

    Example:
    ```mlir
    %positions = transformer.positions %rows : tensor<?xi32>
    ```
  }];
  let arguments = (ins Transformer_RowsType:$rows);
  let results = (outs Transformer_Ids:$output);
  let assemblyFormat = "$rows attr-dict `:` type($output)";
}

def Transformer_AppendOp : Transformer_Op<"append", [
    AllTypesMatch<["cache", "output"]>, Pure]> {
  let summary = "append the new keys and values of a layer to the cache";
  let description = [{
    The tokens of each row go behind those its slot already holds. The cache
    that was appended to may not be used any more.

    Lifespan: created by split, lowered by each target before bufferization.

    Constraints:
    - (C1) key is [tokens, heads * key_dim], value [tokens, heads * value_dim].
    - (C2) the input cache has no other user that runs later.

    Example:
    ```mlir
    %c1 = transformer.append %cache at %layer, %k, %v, %rows : !transformer.kv_cache<layers = 2, heads = 2, key_dim = 16, value_dim = 16, element = f32>, tensor<?x32xf32>, tensor<?x32xf32>
    ```
  }];
  let arguments = (ins Transformer_KvCacheType:$cache, Index:$layer,
                       Transformer_FloatTensor:$key, Transformer_FloatTensor:$value,
                       Transformer_RowsType:$rows);
  let results = (outs Transformer_KvCacheType:$output);
  let assemblyFormat = [{
    $cache `at` $layer `,` $key `,` $value `,` $rows attr-dict
    `:` type($cache) `,` type($key) `,` type($value)
  }];
  let hasVerifier = 1;
}

def Transformer_CachedAttentionOp : Transformer_Op<"cached_attention", [Pure]> {
  let summary = "attend over the keys and values in the cache";
  let description = [{
    `transformer.attention` over the slot of each token's row, which already
    holds the new tokens. query is [tokens, heads * key_dim], the result
    [tokens, heads * value_dim].

    Lifespan: created by split.

    Constraints:
    - (C1) heads is a multiple of the cache's heads and divides the query's width into key_dim.
    - (C2) the result's width is heads * value_dim.

    Example:
    ```mlir
    %y = transformer.cached_attention %q, %cache at %layer, %rows heads 4 scale 2.500000e-01 keep <causal = true> : tensor<?x64xf32>, !transformer.kv_cache<layers = 2, heads = 2, key_dim = 16, value_dim = 16, element = f32> -> tensor<?x64xf32>
    ```
  }];
  let arguments = (ins Transformer_FloatTensor:$query, Transformer_KvCacheType:$cache,
                       Index:$layer, Transformer_RowsType:$rows, I64Attr:$heads,
                       F64Attr:$scale, Transformer_KeepAttr:$keep,
                       DefaultValuedAttr<F64Attr, "0.0">:$softcap);
  let results = (outs Transformer_FloatTensor:$output);
  let assemblyFormat = [{
    $query `,` $cache `at` $layer `,` $rows `heads` $heads `scale` $scale
    `keep` $keep (`softcap` $softcap^)? attr-dict
    `:` type($query) `,` type($cache) `->` type($output)
  }];
  let hasVerifier = 1;
}

def Transformer_SelectTokensOp : Transformer_Op<"select_tokens", [
    AllTypesMatch<["input", "output"]>, Pure]> {
  let summary = "keep the tokens whose logits are asked for";
  let description = [{
    The last token of each row, or every token where the caller of the step asks
    for all logits.

    Lifespan: created by split.

    Example:
    ```mlir
    %last = transformer.select_tokens %x, %rows : tensor<?x64xf32>
    ```
  }];
  let arguments = (ins Transformer_FloatTensor:$input, Transformer_RowsType:$rows);
  let results = (outs Transformer_FloatTensor:$output);
  let assemblyFormat = "$input `,` $rows attr-dict `:` type($input)";
}

#endif // TANDEM_DIALECTS_TRANSFORMER_IR_CACHEOPS_TD
