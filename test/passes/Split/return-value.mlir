// RUN: tandem-opt %s --tandem-return-value="node=norm" | FileCheck %s
// RUN: tandem-opt %s --tandem-return-value="node=head" | FileCheck %s --check-prefix=HEAD
// RUN: tandem-opt %s --tandem-return-value="node=norm" --tandem-return-value="node=norm" | FileCheck %s

// Tests that a value takes the place of the logits, for the tokens that are
// asked for, and that what only the logits needed goes.
// CHECK: func.func @step({{.*}}) -> (tensor<?x64xf32>, !transformer.kv_cache
// CHECK: %[[N:.*]] = transformer.rms_norm %{{.*}}, %{{.*}} epsilon 1.000000e+00 : tensor<?x64xf32>, tensor<64xf32>
// CHECK: %[[ROWS:.*]] = transformer.select_tokens %[[N]], %arg1 : tensor<?x64xf32>
// CHECK-NOT: transformer.linear
// CHECK: return %[[ROWS]], %arg2

// Tests that a value of selected tokens is returned as it is.
// HEAD: %[[HEAD:.*]] = transformer.linear
// HEAD-NOT: select_tokens
// HEAD: return %[[HEAD]], %arg2
func.func @step(%arg0: tensor<?xi32>, %arg1: !transformer.rows, %arg2: !transformer.kv_cache<layers = 1, heads = 1, key_dim = 4, value_dim = 4, element = f32>) -> (tensor<?x8xf32>, !transformer.kv_cache<layers = 1, heads = 1, key_dim = 4, value_dim = 4, element = f32>) {
  %table = onnx.constant dense<1.0> : tensor<8x64xf32>
  %scale = onnx.constant dense<1.0> : tensor<64xf32>
  %x = transformer.embedding %arg0, %table layout nk : (tensor<?xi32>, tensor<8x64xf32>) -> tensor<?x64xf32>
  %n = transformer.rms_norm %x, %scale epsilon 1.000000e+00 : tensor<?x64xf32>, tensor<64xf32> loc("norm")
  %selected = transformer.select_tokens %n, %arg1 : tensor<?x64xf32>
  %logits = transformer.linear %selected, %table layout nk : (tensor<?x64xf32>, tensor<8x64xf32>) -> tensor<?x8xf32> loc("head")
  return %logits, %arg2 : tensor<?x8xf32>, !transformer.kv_cache<layers = 1, heads = 1, key_dim = 4, value_dim = 4, element = f32>
}
