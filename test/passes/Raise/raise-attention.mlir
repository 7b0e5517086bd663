// RUN: tandem-opt %s --tandem-raise-attention --split-input-file | FileCheck %s

// Tests the operator of opset 23.
// CHECK-LABEL: func.func @attention(
func.func @attention(%q: tensor<?x?x64xf32>, %k: tensor<?x?x32xf32>, %v: tensor<?x?x32xf32>, %past_k: tensor<?x2x?x16xf32>, %past_v: tensor<?x2x?x16xf32>) -> (tensor<?x?x64xf32>, tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>) {
  %none = onnx.none
  // CHECK-NEXT: %output, %presents:2 = transformer.attention %arg0, %arg1, %arg2 past(%arg3, %arg4) heads 4, 2 scale 2.500000e-01 keep <causal = true> : (tensor<?x?x64xf32>, tensor<?x?x32xf32>, tensor<?x?x32xf32>, tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>) -> (tensor<?x?x64xf32>, tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>)
  // CHECK-NEXT: return %output, %presents#0, %presents#1
  %y, %pk, %pv = onnx.node "Attention" (%q, %k, %v, %none, %past_k, %past_v) {is_causal = 1 : i64, kv_num_heads = 2 : i64, q_num_heads = 4 : i64} : (tensor<?x?x64xf32>, tensor<?x?x32xf32>, tensor<?x?x32xf32>, none, tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>) -> (tensor<?x?x64xf32>, tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>)
  return %y, %pk, %pv : tensor<?x?x64xf32>, tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>
}

// -----

// Tests that a Boolean mask that is the attention mask becomes padding.
// CHECK-LABEL: func.func @attention_with_padding(
func.func @attention_with_padding(%q: tensor<?x?x64xf32> {onnx.dims = ["b", "s", 64]}, %k: tensor<?x?x32xf32> {onnx.dims = ["b", "s", 32]}, %v: tensor<?x?x32xf32> {onnx.dims = ["b", "s", 32]}, %past_k: tensor<?x2x?x16xf32> {onnx.dims = ["b", 2, "p", 16]}, %past_v: tensor<?x2x?x16xf32> {onnx.dims = ["b", 2, "p", 16]}, %mask: tensor<?x?xi64> {onnx.dims = ["b", "p + s"]}) -> (tensor<?x?x64xf32>, tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>) {
  %lead = onnx.constant dense<[1, 2]> : tensor<2xi64>
  %bits = onnx.node "Cast" (%mask) {to = 9 : i64} : (tensor<?x?xi64>) -> tensor<?x?xi1>
  %keep = onnx.node "Unsqueeze" (%bits, %lead) {} : (tensor<?x?xi1>, tensor<2xi64>) -> tensor<?x1x1x?xi1>
  // CHECK: transformer.attention %arg0, %arg1, %arg2 past(%arg3, %arg4) padding(%arg5) heads 4, 2 scale 5.000000e-01 keep <causal = true>
  %y, %pk, %pv = onnx.node "Attention" (%q, %k, %v, %keep, %past_k, %past_v) {is_causal = 1 : i64, kv_num_heads = 2 : i64, q_num_heads = 4 : i64, scale = 0.5 : f32} : (tensor<?x?x64xf32>, tensor<?x?x32xf32>, tensor<?x?x32xf32>, tensor<?x1x1x?xi1>, tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>) -> (tensor<?x?x64xf32>, tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>)
  return %y, %pk, %pv : tensor<?x?x64xf32>, tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>
}

// -----

// Tests GroupQueryAttention with packed input: split, rotation at the positions
// behind the past, lengths traced to the mask, and the assumption about it.
// CHECK: module attributes {onnx.assumptions = ["GroupQueryAttention: a mask row is ones, then zeros", {{.*}}]}
// CHECK-LABEL: func.func @group_query_attention(
func.func @group_query_attention(%x: tensor<?x?x128xf32>, %past_k: tensor<?x2x?x16xf32>, %past_v: tensor<?x2x?x16xf32>, %mask: tensor<?x?xi64>, %total: tensor<i32>, %cos: tensor<256x8xf32>, %sin: tensor<256x8xf32>) -> (tensor<?x?x64xf32>, tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>) {
  %none = onnx.none
  %one = onnx.constant dense<1> : tensor<i64>
  %axis = onnx.constant dense<1> : tensor<1xi64>
  %sum = onnx.node "ReduceSum" (%mask, %axis) {keepdims = 0 : i64} : (tensor<?x?xi64>, tensor<1xi64>) -> tensor<?xi64>
  %less = onnx.node "Sub" (%sum, %one) {} : (tensor<?xi64>, tensor<i64>) -> tensor<?xi64>
  %lengths = onnx.node "Cast" (%less) {to = 6 : i64} : (tensor<?xi64>) -> tensor<?xi32>
  // CHECK: %[[QKV:.*]]:3 = onnx.node "Split"(%arg0, %{{.*}}) {axis = 2 : i64} : (tensor<?x?x128xf32>, tensor<3xi64>) -> (tensor<?x?x64xf32>, tensor<?x?x32xf32>, tensor<?x?x32xf32>)
  // CHECK: %[[P:.*]] = transformer.past_positions %arg1, %[[QKV]]#0
  // CHECK: %[[Q:.*]] = transformer.rotary %[[QKV]]#0, %[[P]], %arg5, %arg6 heads 4 :
  // CHECK: %[[K:.*]] = transformer.rotary %[[QKV]]#1, %[[P]], %arg5, %arg6 heads 2 :
  // CHECK: transformer.attention %[[Q]], %[[K]], %[[QKV]]#2 past(%arg1, %arg2) padding(%arg3) heads 4, 2 scale 2.500000e-01 keep <causal = true, window = 32>
  %y, %pk, %pv = onnx.node "GroupQueryAttention" domain "com.microsoft" (%x, %none, %none, %past_k, %past_v, %lengths, %total, %cos, %sin) {do_rotary = 1 : i64, kv_num_heads = 2 : i64, local_window_size = 32 : i64, num_heads = 4 : i64} : (tensor<?x?x128xf32>, none, none, tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>, tensor<?xi32>, tensor<i32>, tensor<256x8xf32>, tensor<256x8xf32>) -> (tensor<?x?x64xf32>, tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>)
  return %y, %pk, %pv : tensor<?x?x64xf32>, tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>
}

// -----

// Tests that lengths of unknown origin are not taken for a mask's.
// CHECK-LABEL: func.func @lengths_given(
func.func @lengths_given(%q: tensor<?x?x64xf32>, %k: tensor<?x?x32xf32>, %v: tensor<?x?x32xf32>, %past_k: tensor<?x2x?x16xf32>, %past_v: tensor<?x2x?x16xf32>, %lengths: tensor<?xi32>, %total: tensor<i32>) -> (tensor<?x?x64xf32>, tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>) {
  // CHECK: onnx.node "GroupQueryAttention"
  %y, %pk, %pv = onnx.node "GroupQueryAttention" domain "com.microsoft" (%q, %k, %v, %past_k, %past_v, %lengths, %total) {kv_num_heads = 2 : i64, num_heads = 4 : i64} : (tensor<?x?x64xf32>, tensor<?x?x32xf32>, tensor<?x?x32xf32>, tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>, tensor<?xi32>, tensor<i32>) -> (tensor<?x?x64xf32>, tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>)
  return %y, %pk, %pv : tensor<?x?x64xf32>, tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>
}

// -----

// Tests that a mask whose length the file names in symbols of its own, and which
// is expanded to every query, is padding still.
// CHECK-LABEL: func.func @mask_of_another_length(
func.func @mask_of_another_length(%q: tensor<?x?x64xf32> {onnx.dims = ["b", "s", 64]}, %k: tensor<?x?x32xf32> {onnx.dims = ["b", "s", 32]}, %v: tensor<?x?x32xf32> {onnx.dims = ["b", "s", 32]}, %past_k: tensor<?x2x?x16xf32> {onnx.dims = ["b", 2, "p", 16]}, %past_v: tensor<?x2x?x16xf32> {onnx.dims = ["b", 2, "p", 16]}, %mask: tensor<?x?xi64> {onnx.dims = ["b", "total"]}) -> (tensor<?x?x64xf32>, tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>) {
  %i1 = onnx.constant dense<1> : tensor<1xi64>
  %bits = onnx.node "Cast" (%mask) {to = 9 : i64} : (tensor<?x?xi64>) -> tensor<?x?xi1>
  %row = onnx.node "Unsqueeze" (%bits, %i1) {} : (tensor<?x?xi1>, tensor<1xi64>) -> tensor<?x1x?xi1>
  %leading = onnx.node "Shape" (%q) {end = 2 : i64, start = 0 : i64} : (tensor<?x?x64xf32>) -> tensor<2xi64>
  %total = onnx.node "Shape" (%mask) {end = 2 : i64, start = 1 : i64} : (tensor<?x?xi64>) -> tensor<1xi64>
  %shape = onnx.node "Concat" (%leading, %total) {axis = 0 : i64} : (tensor<2xi64>, tensor<1xi64>) -> tensor<3xi64>
  %rows = onnx.node "Expand" (%row, %shape) {} : (tensor<?x1x?xi1>, tensor<3xi64>) -> tensor<?x?x?xi1>
  %keep = onnx.node "Unsqueeze" (%rows, %i1) {} : (tensor<?x?x?xi1>, tensor<1xi64>) -> tensor<?x1x?x?xi1>
  // CHECK: transformer.attention %arg0, %arg1, %arg2 past(%arg3, %arg4) padding(%arg5) heads 4, 2 scale 5.000000e-01 keep <causal = true>
  %y, %pk, %pv = onnx.node "Attention" (%q, %k, %v, %keep, %past_k, %past_v) {is_causal = 1 : i64, kv_num_heads = 2 : i64, q_num_heads = 4 : i64, scale = 0.5 : f32} : (tensor<?x?x64xf32>, tensor<?x?x32xf32>, tensor<?x?x32xf32>, tensor<?x1x?x?xi1>, tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>) -> (tensor<?x?x64xf32>, tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>)
  return %y, %pk, %pv : tensor<?x?x64xf32>, tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>
}

// -----

// Tests that a Boolean mask that says more than padding is not dropped.
// CHECK-LABEL: func.func @mask_per_query(
func.func @mask_per_query(%q: tensor<?x?x64xf32>, %k: tensor<?x?x32xf32>, %v: tensor<?x?x32xf32>, %past_k: tensor<?x2x?x16xf32>, %past_v: tensor<?x2x?x16xf32>, %mask: tensor<?x1x?x?xi1>) -> (tensor<?x?x64xf32>, tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>) {
  // CHECK: onnx.node "Attention"
  %y, %pk, %pv = onnx.node "Attention" (%q, %k, %v, %mask, %past_k, %past_v) {is_causal = 1 : i64, kv_num_heads = 2 : i64, q_num_heads = 4 : i64, scale = 0.5 : f32} : (tensor<?x?x64xf32>, tensor<?x?x32xf32>, tensor<?x?x32xf32>, tensor<?x1x?x?xi1>, tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>) -> (tensor<?x?x64xf32>, tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>)
  return %y, %pk, %pv : tensor<?x?x64xf32>, tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>
}
