// RUN: tandem-opt %s --tandem-lower-to-stable-hlo='capacity=64' | FileCheck %s --check-prefixes=BOTH,MOST
// RUN: tandem-opt %s --tandem-lower-to-stable-hlo='capacity=63' | FileCheck %s --check-prefixes=BOTH,LESS
// RUN: tandem-opt %s --tandem-lower-to-stable-hlo='capacity=1' | FileCheck %s --check-prefix=ONE
// RUN: tandem-opt %s --tandem-lower-to-stable-hlo='capacity=16777216' | FileCheck %s --check-prefix=LONG
// Tests that buckets are powers of four up to the capacity, each with the logits
// of the last and of all tokens, and that a bucket's scores take no more than
// 1 GiB: 2 heads times 4 tokens times the last capacity.

!cache = !transformer.kv_cache<layers = 1, heads = 2, key_dim = 4, value_dim = 4, element = f32>

// BOTH: module @"prefill-1" {
// BOTH: module @"prefill-4" {
// BOTH: module @"prefill-4-all" {
// BOTH: module @"prefill-16" {
// BOTH: module @"prefill-16-all" {
// MOST: module @"prefill-64" {
// MOST: module @"prefill-64-all" {
// LESS-NOT: module @"prefill-
// BOTH: module @"decode-1" {
// BOTH-NOT: module @

// ONE: module @"prefill-1" {
// ONE-NOT: module @"prefill-
// ONE: module @"decode-1" {

// LONG: module @"prefill-4" {
// LONG-NOT: module @"prefill-16" {
deploy.part @buckets phases ["prefill", "decode"] on <"chip", "toy"> mesh [1, 1] stage 0 weights [#deploy.slot<table_nk, dense<0.0> : tensor<32x8xf32>>] {
  func.func @prefill(%tokens: tensor<?xi32>, %rows: !transformer.rows, %c: !cache, %weights: !deploy.weights) -> (tensor<?x8xf32>, !cache) {
    %t = deploy.weight %weights[0] : tensor<32x8xf32>
    %x = transformer.embedding %tokens, %t layout nk : (tensor<?xi32>, tensor<32x8xf32>) -> tensor<?x8xf32>
    %l = arith.constant 0 : index
    %y = transformer.cached_attention %x, %c at %l, %rows heads 2 scale 0.5 keep <causal = true> : tensor<?x8xf32>, !cache -> tensor<?x8xf32>
    %s = transformer.select_tokens %y, %rows : tensor<?x8xf32>
    return %s, %c : tensor<?x8xf32>, !cache
  }
  func.func @decode(%tokens: tensor<?xi32>, %rows: !transformer.rows, %c: !cache, %weights: !deploy.weights) -> (tensor<?x8xf32>, !cache) {
    %t = deploy.weight %weights[0] : tensor<32x8xf32>
    %x = transformer.embedding %tokens, %t layout nk : (tensor<?xi32>, tensor<32x8xf32>) -> tensor<?x8xf32>
    %s = transformer.select_tokens %x, %rows : tensor<?x8xf32>
    return %s, %c : tensor<?x8xf32>, !cache
  }
}
