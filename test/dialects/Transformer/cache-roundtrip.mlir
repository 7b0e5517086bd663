// RUN: tandem-opt %s | tandem-opt | FileCheck %s
// Tests that the operations over rows and cache print as they are read.

// CHECK-LABEL: func.func @step(
func.func @step(%q: tensor<?x64xf32>, %k: tensor<?x32xf32>, %v: tensor<?x32xf32>, %x: tensor<?x64xf32>, %rows: !transformer.rows, %cache: !transformer.kv_cache<layers = 2, heads = 2, key_dim = 16, value_dim = 16, element = f32>, %layer: index) -> (tensor<?xi32>, tensor<?x64xf32>, tensor<?x64xf32>) {
  // CHECK: transformer.positions %{{.*}} : tensor<?xi32>
  %positions = transformer.positions %rows : tensor<?xi32>
  // CHECK: transformer.append %{{.*}} at %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} : <layers = 2, heads = 2, key_dim = 16, value_dim = 16, element = f32>, tensor<?x32xf32>, tensor<?x32xf32>
  %c1 = transformer.append %cache at %layer, %k, %v, %rows : !transformer.kv_cache<layers = 2, heads = 2, key_dim = 16, value_dim = 16, element = f32>, tensor<?x32xf32>, tensor<?x32xf32>
  // CHECK: transformer.cached_attention %{{.*}}, %{{.*}} at %{{.*}}, %{{.*}} heads 4 scale 2.500000e-01 keep <causal = true> : tensor<?x64xf32>, <layers = 2, heads = 2, key_dim = 16, value_dim = 16, element = f32> -> tensor<?x64xf32>
  %y = transformer.cached_attention %q, %c1 at %layer, %rows heads 4 scale 2.500000e-01 keep <causal = true> : tensor<?x64xf32>, !transformer.kv_cache<layers = 2, heads = 2, key_dim = 16, value_dim = 16, element = f32> -> tensor<?x64xf32>
  // CHECK: transformer.select_tokens %{{.*}}, %{{.*}} : tensor<?x64xf32>
  %last = transformer.select_tokens %x, %rows : tensor<?x64xf32>
  return %positions, %y, %last : tensor<?xi32>, tensor<?x64xf32>, tensor<?x64xf32>
}
