// RUN: tandem-opt %s --verify-diagnostics --split-input-file
// Tests the constraints of the operations over rows and cache; a function is
// named by the operation and the label of the constraint it breaks.

!cache = !transformer.kv_cache<layers = 2, heads = 2, key_dim = 16, value_dim = 16, element = f32>
func.func @append_c1_widths(%cache: !cache, %k: tensor<?x64xf32>, %v: tensor<?x32xf32>, %rows: !transformer.rows, %layer: index) {
  // expected-error @below {{'transformer.append' op key and value have widths 64 and 32, expected the cache's 32 and 32}}
  %0 = transformer.append %cache at %layer, %k, %v, %rows : !cache, tensor<?x64xf32>, tensor<?x32xf32>
  return
}

// -----

!cache = !transformer.kv_cache<layers = 2, heads = 2, key_dim = 16, value_dim = 16, element = f32>
func.func @append_c2_old_version_is_read(%cache: !cache, %q: tensor<?x64xf32>, %k: tensor<?x32xf32>, %v: tensor<?x32xf32>, %rows: !transformer.rows, %layer: index) {
  // expected-error @below {{'transformer.append' op appends to a cache that is used later; use its result instead}}
  %0 = transformer.append %cache at %layer, %k, %v, %rows : !cache, tensor<?x32xf32>, tensor<?x32xf32>
  // expected-note @below {{used here}}
  %1 = transformer.cached_attention %q, %cache at %layer, %rows heads 4 scale 0.25 keep <causal = true> : tensor<?x64xf32>, !cache -> tensor<?x64xf32>
  return
}

// -----

!cache = !transformer.kv_cache<layers = 2, heads = 2, key_dim = 16, value_dim = 16, element = f32>
func.func @cached_attention_c1_heads(%cache: !cache, %q: tensor<?x64xf32>, %rows: !transformer.rows, %layer: index) {
  // expected-error @below {{'transformer.cached_attention' op has 3 heads for a query of width 64, expected a multiple of the cache's 2 heads of width 16}}
  %0 = transformer.cached_attention %q, %cache at %layer, %rows heads 3 scale 0.25 keep <causal = true> : tensor<?x64xf32>, !cache -> tensor<?x64xf32>
  return
}

// -----

!cache = !transformer.kv_cache<layers = 2, heads = 2, key_dim = 16, value_dim = 16, element = f32>
func.func @cached_attention_c2_result(%cache: !cache, %q: tensor<?x64xf32>, %rows: !transformer.rows, %layer: index) {
  // expected-error @below {{'transformer.cached_attention' op result has width 32, expected 64}}
  %0 = transformer.cached_attention %q, %cache at %layer, %rows heads 4 scale 0.25 keep <causal = true> : tensor<?x64xf32>, !cache -> tensor<?x32xf32>
  return
}
