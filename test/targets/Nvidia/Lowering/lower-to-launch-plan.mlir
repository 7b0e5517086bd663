// RUN: tandem-opt %s --tandem-lower-to-launch-plan='capacity=16' --split-input-file | FileCheck %s

!cache = !transformer.kv_cache<layers = 1, heads = 2, key_dim = 4, value_dim = 4, element = f32>

// Tests a part's plan: kernels by shape, programs by bucket, what a step reads
// and what it writes; kernels wait before they read, and all launches but the
// first of a program are programmatic.
// CHECK-LABEL: nvidia.plan @signature chip "sm_90a" shared_bytes 232448 registers 65536 {
// CHECK: gpu.module @kernels {
// CHECK: llvm.func @embedding_f32_32x8(
// CHECK-SAME: nvvm.kernel, nvvm.maxntid = array<i32: 128, 1, 1>
// CHECK: nvvm.griddepcontrol wait
// CHECK-NEXT: nvvm.griddepcontrol launch_dependents
// CHECK: llvm.load
// CHECK: llvm.func @append_1x2x64x4x4_of_1(
// CHECK: llvm.func @select_8(
// CHECK: llvm.func @linear_f32_16x8(
// CHECK: llvm.func @largest_16(
// CHECK: nvidia.program @"prefill-1" phase "prefill" tokens 1 rows 1 selected 1 arena
// CHECK: nvidia.launch @kernels::@linear_f32_16x8 grid [4, 1, 1] threads 128 shared 0 reads(%{{.*}}, %{{.*}}, %{{.*}}) writes(%{{.*}})
// CHECK: nvidia.program @"prefill-8" phase "prefill" tokens 8 rows 8 selected 8 arena 512 {
// CHECK: %[[IDS:.*]] = nvidia.buffer step at 32 bytes 32
// CHECK: %[[TABLE:.*]] = nvidia.buffer weights of 0 at 0 bytes 1024
// CHECK: %[[X:.*]] = nvidia.buffer scratch at 0 bytes 256
// CHECK: %[[COUNT:.*]] = nvidia.buffer step at 0 bytes 4
// CHECK: nvidia.launch @kernels::@embedding_f32_32x8 grid [1, 8, 1] threads 128 shared 0 reads(%[[COUNT]], %[[IDS]], %[[TABLE]]) writes(%[[X]]){{$}}
// CHECK: %[[POSITIONS:.*]] = nvidia.buffer step at 64 bytes 32
// CHECK: %[[ROWS:.*]] = nvidia.buffer step at 96 bytes 32
// CHECK: %[[BLOCKS:.*]] = nvidia.buffer step at 192 bytes 32
// CHECK: %[[CACHE:.*]] = nvidia.buffer cache at 0 bytes 4096
// CHECK: nvidia.launch @kernels::@append_1x2x64x4x4_of_1 grid [1, 8, 1] threads 128 shared 0 reads(%[[COUNT]], %[[X]], %[[X]], %[[POSITIONS]], %[[ROWS]], %[[BLOCKS]]) writes(%[[CACHE]]) programmatic
// CHECK: %[[S:.*]] = nvidia.buffer scratch at 256 bytes 256
// CHECK: %[[SELECTED:.*]] = nvidia.buffer step at 128 bytes 32
// CHECK: %[[SELECTED_COUNT:.*]] = nvidia.buffer step at 16 bytes 4
// CHECK: nvidia.launch @kernels::@select_8 grid [1, 8, 1] threads 128 shared 0 reads(%[[SELECTED_COUNT]], %[[SELECTED]], %[[X]]) writes(%[[S]])
// CHECK: %[[W:.*]] = nvidia.buffer weights of 1 at 0 bytes 512
// CHECK: %[[LOGITS:.*]] = nvidia.buffer logits at 0 bytes 512
// CHECK: nvidia.launch @kernels::@linear_f32_16x8_rows_8 grid [4, 1, 1] threads 128 shared 0 reads(%[[SELECTED_COUNT]], %[[S]], %[[W]]) writes(%[[LOGITS]])
// CHECK: %[[BEST:.*]] = nvidia.buffer tokens at 0 bytes 32
// CHECK: nvidia.launch @kernels::@largest_16 grid [1, 8, 1] threads 128 shared 1024 reads(%[[SELECTED_COUNT]], %[[LOGITS]]) writes(%[[BEST]]) programmatic
deploy.part @signature phases ["prefill"] on <"chip", "toy"> mesh [1, 1] stage 0 weights [#deploy.slot<table_nk, dense<0.0> : tensor<32x8xf32>>, #deploy.slot<matrix_kn, dense<2.0> : tensor<8x16xf32>>] {
  func.func @prefill(%tokens: tensor<?xi32>, %rows: !transformer.rows, %c0: !cache, %weights: !deploy.weights) -> (tensor<?x16xf32>, !cache) {
    %t = deploy.weight %weights[0] : tensor<32x8xf32>
    %x = transformer.embedding %tokens, %t layout nk : (tensor<?xi32>, tensor<32x8xf32>) -> tensor<?x8xf32>
    %l = arith.constant 0 : index
    %c1 = transformer.append %c0 at %l, %x, %x, %rows : !cache, tensor<?x8xf32>, tensor<?x8xf32>
    %s = transformer.select_tokens %x, %rows : tensor<?x8xf32>
    %w = deploy.weight %weights[1] : tensor<8x16xf32>
    %y = transformer.linear %s, %w layout kn : (tensor<?x8xf32>, tensor<8x16xf32>) -> tensor<?x16xf32>
    return %y, %c1 : tensor<?x16xf32>, !cache
  }
}

// -----

!cache = !transformer.kv_cache<layers = 2, heads = 2, key_dim = 4, value_dim = 4, element = f32>

// Tests that a loop over layers becomes launches of the same kernels over the
// weights and the cache of each layer, and that scratch memory is used again.
// CHECK-LABEL: nvidia.plan @layers
// CHECK: nvidia.program @"decode-1" phase "decode" tokens 1 rows 1 selected 1 arena 512 {
// CHECK: nvidia.launch @kernels::@embedding_f32_32x8
// CHECK: %[[W0:.*]] = nvidia.buffer weights of 1 at 0 bytes 32
// CHECK: nvidia.launch @kernels::@[[NORM:rms_norm_8_[0-9a-f]*]] grid [1, 1, 1] threads 128 shared 16 reads(%{{.*}}, %{{.*}}, %[[W0]])
// CHECK: %[[C0:.*]] = nvidia.buffer cache at 0 bytes 4096
// CHECK: nvidia.launch @kernels::@append_2x2x64x4x4_of_1 {{.*}} writes(%[[C0]])
// CHECK: %[[W1:.*]] = nvidia.buffer weights of 2 at 0 bytes 32
// CHECK: nvidia.launch @kernels::@[[NORM]] grid [1, 1, 1] threads 128 shared 16 reads(%{{.*}}, %{{.*}}, %[[W1]])
// CHECK: %[[C1:.*]] = nvidia.buffer cache at 4096 bytes 4096
// CHECK: nvidia.launch @kernels::@append_2x2x64x4x4_of_1 {{.*}} writes(%[[C1]])
// CHECK: nvidia.program @"decode-8"
deploy.part @layers phases ["decode"] on <"chip", "toy"> mesh [1, 1] stage 0 weights [#deploy.slot<table_nk, dense<0.0> : tensor<32x8xf32>>, #deploy.slot<vector, dense<1.0> : tensor<8xf32>>, #deploy.slot<vector, dense<3.0> : tensor<8xf32>>] {
  func.func private @layer(%x: tensor<?x8xf32>, %c0: !cache, %rows: !transformer.rows, %weights: !deploy.weights, %layer: index) -> (tensor<?x8xf32>, !cache) {
    %w = deploy.weight %weights[1 + %layer * 1] : tensor<8xf32>
    %n = transformer.rms_norm %x, %w epsilon 1.0e-6 : tensor<?x8xf32>, tensor<8xf32>
    %c1 = transformer.append %c0 at %layer, %n, %n, %rows : !cache, tensor<?x8xf32>, tensor<?x8xf32>
    return %n, %c1 : tensor<?x8xf32>, !cache
  }
  func.func @decode(%tokens: tensor<?xi32>, %rows: !transformer.rows, %c0: !cache, %weights: !deploy.weights) -> (tensor<?x8xf32>, !cache) {
    %t = deploy.weight %weights[0] : tensor<32x8xf32>
    %x = transformer.embedding %tokens, %t layout nk : (tensor<?xi32>, tensor<32x8xf32>) -> tensor<?x8xf32>
    %zero = arith.constant 0 : index
    %one = arith.constant 1 : index
    %two = arith.constant 2 : index
    %r:2 = scf.for %i = %zero to %two step %one iter_args(%a = %x, %c = %c0) -> (tensor<?x8xf32>, !cache) {
      %y:2 = func.call @layer(%a, %c, %rows, %weights, %i) : (tensor<?x8xf32>, !cache, !transformer.rows, !deploy.weights, index) -> (tensor<?x8xf32>, !cache)
      scf.yield %y#0, %y#1 : tensor<?x8xf32>, !cache
    }
    %s = transformer.select_tokens %r#0, %rows : tensor<?x8xf32>
    return %s, %r#1 : tensor<?x8xf32>, !cache
  }
}

// -----

!cache = !transformer.kv_cache<layers = 1, heads = 2, key_dim = 4, value_dim = 4, element = f32>

// Tests that bias, gate, residual and element-wise operations join the product
// before them, and that what two operations read does not.
// CHECK-LABEL: nvidia.plan @chains
// CHECK: nvidia.program @"prefill-1"
// CHECK: nvidia.launch @kernels::@linear_f32_8x8_Add_vector_silu_Add_rows_swapped grid [2, 1, 1]
// CHECK: nvidia.launch @kernels::@linear_f32_16x8_glu_silu
// CHECK: nvidia.launch @kernels::@map_16_Mul_4000000000000000
// CHECK: nvidia.launch @kernels::@map_16_Sub_rows_Mul_rows_swapped
// CHECK: nvidia.program @"prefill-8"
deploy.part @chains phases ["prefill"] on <"chip", "toy"> mesh [1, 1] stage 0 weights [#deploy.slot<table_nk, dense<0.0> : tensor<32x8xf32>>, #deploy.slot<matrix_nk, dense<2.0> : tensor<8x8xf32>>, #deploy.slot<vector, dense<1.0> : tensor<8xf32>>, #deploy.slot<matrix_kn, dense<2.0> : tensor<8x16xf32>>, #deploy.slot<matrix_kn, dense<3.0> : tensor<8x16xf32>>] {
  func.func @prefill(%tokens: tensor<?xi32>, %rows: !transformer.rows, %c: !cache, %weights: !deploy.weights) -> (tensor<?x16xf32>, !cache) {
    %t = deploy.weight %weights[0] : tensor<32x8xf32>
    %x = transformer.embedding %tokens, %t layout nk : (tensor<?xi32>, tensor<32x8xf32>) -> tensor<?x8xf32>
    %w = deploy.weight %weights[1] : tensor<8x8xf32>
    %b = deploy.weight %weights[2] : tensor<8xf32>
    %p = transformer.linear %x, %w bias(%b) layout nk : (tensor<?x8xf32>, tensor<8x8xf32>, tensor<8xf32>) -> tensor<?x8xf32>
    %a = transformer.activation silu %p : tensor<?x8xf32>
    %h = onnx.node "Add"(%x, %a) {} : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
    %wg = deploy.weight %weights[3] : tensor<8x16xf32>
    %wu = deploy.weight %weights[4] : tensor<8x16xf32>
    %gate = transformer.linear %h, %wg layout kn : (tensor<?x8xf32>, tensor<8x16xf32>) -> tensor<?x16xf32>
    %up = transformer.linear %h, %wu layout kn : (tensor<?x8xf32>, tensor<8x16xf32>) -> tensor<?x16xf32>
    %g = transformer.glu silu %gate, %up : tensor<?x16xf32>
    %two = onnx.constant dense<2.0> : tensor<f32>
    %d = onnx.node "Mul"(%g, %two) {} : (tensor<?x16xf32>, tensor<f32>) -> tensor<?x16xf32>
    %e = onnx.node "Sub"(%g, %d) {} : (tensor<?x16xf32>, tensor<?x16xf32>) -> tensor<?x16xf32>
    %f = onnx.node "Mul"(%d, %e) {} : (tensor<?x16xf32>, tensor<?x16xf32>) -> tensor<?x16xf32>
    return %f, %c : tensor<?x16xf32>, !cache
  }
}

// -----

!cache = !transformer.kv_cache<layers = 1, heads = 2, key_dim = 4, value_dim = 4, element = f32>

// Tests that primitives work inside of each token: lines are reduced, one value
// of a token and what broadcasts otherwise join a chain, movements are copies
// of as few dimensions as will do, and a change of shape alone is none.
// CHECK-LABEL: nvidia.plan @primitives
// CHECK: nvidia.program @"prefill-1"
// CHECK: nvidia.launch @kernels::@ReduceMean__by__at_0_of_8_over_8_by_1_at_0_of_8 grid [1, 1, 1] threads 128 shared 16
// CHECK-NEXT: nvidia.buffer
// CHECK-NEXT: nvidia.launch @kernels::@map_8_Sub_token_Pow_4000000000000000
// CHECK-NEXT: nvidia.buffer
// CHECK-NEXT: nvidia.launch @kernels::@move_2x4_by_1x2_at_0_of_8_to_2x4_by_4x1_at_0_of_8
// CHECK: nvidia.launch @kernels::@softmax_2_by_4_at_0_of_8_over_4_by_1_at_0_of_8 grid [2, 1, 1]
// CHECK: nvidia.launch @kernels::@move_2x4_by_1x0_at_0_of_2_to_2x4_by_4x1_at_0_of_8
// CHECK: nvidia.launch @kernels::@map_8_Mul_rows
// CHECK: nvidia.launch @kernels::@move_8_by_m1_at_7_of_8_to_8_by_1_at_0_of_8
// CHECK: nvidia.launch @kernels::@map_8_Less_rows
// CHECK: nvidia.launch @kernels::@where_8_rows_3fe0000000000000
// CHECK-NEXT: nvidia.buffer
// CHECK-NEXT: nvidia.launch @kernels::@move_2_by_4_at_0_of_8_to_2_by_1_at_0_of_2
// CHECK-NEXT: %[[Y:.*]] = nvidia.buffer logits
// CHECK-NEXT: nvidia.launch @kernels::@move_8_by_1_at_0_of_8_to_8_by_1_at_0_of_10 {{.*}} writes(%[[Y]])
// CHECK-NEXT: nvidia.launch @kernels::@move_2_by_1_at_0_of_2_to_2_by_1_at_8_of_10 {{.*}} writes(%[[Y]])
// CHECK: nvidia.program @"prefill-8"
deploy.part @primitives phases ["prefill"] on <"chip", "toy"> mesh [1, 1] stage 0 weights [#deploy.slot<table_nk, dense<0.0> : tensor<32x8xf32>>] {
  func.func @prefill(%tokens: tensor<?xi32>, %rows: !transformer.rows, %c: !cache, %weights: !deploy.weights) -> (tensor<?x10xf32>, !cache) {
    %t = deploy.weight %weights[0] : tensor<32x8xf32>
    %x = transformer.embedding %tokens, %t layout nk : (tensor<?xi32>, tensor<32x8xf32>) -> tensor<?x8xf32>
    %last = onnx.constant dense<-1> : tensor<1xi64>
    %mean = onnx.node "ReduceMean"(%x, %last) {keepdims = 1 : i64} : (tensor<?x8xf32>, tensor<1xi64>) -> tensor<?x1xf32>
    %d = onnx.node "Sub"(%x, %mean) {} : (tensor<?x8xf32>, tensor<?x1xf32>) -> tensor<?x8xf32>
    %two = onnx.constant dense<2> : tensor<i64>
    %p = onnx.node "Pow"(%d, %two) {} : (tensor<?x8xf32>, tensor<i64>) -> tensor<?x8xf32>
    %pairs = onnx.node "Reshape"(%p, %last) {} : (tensor<?x8xf32>, tensor<1xi64>) -> tensor<?x4x2xf32>
    %heads = onnx.node "Transpose"(%pairs) {perm = array<i64: 0, 2, 1>} : (tensor<?x4x2xf32>) -> tensor<?x2x4xf32>
    %s = onnx.node "Softmax"(%heads) {axis = -1 : i64} : (tensor<?x2x4xf32>) -> tensor<?x2x4xf32>
    %m = onnx.node "ReduceMax"(%s, %last) {keepdims = 1 : i64} : (tensor<?x2x4xf32>, tensor<1xi64>) -> tensor<?x2x1xf32>
    %q = onnx.node "Mul"(%s, %m) {} : (tensor<?x2x4xf32>, tensor<?x2x1xf32>) -> tensor<?x2x4xf32>
    %r = onnx.node "Reshape"(%q, %last) {} : (tensor<?x2x4xf32>, tensor<1xi64>) -> tensor<?x8xf32>
    %end = onnx.constant dense<-9> : tensor<1xi64>
    %back = onnx.node "Slice"(%r, %last, %end, %last, %last) {} : (tensor<?x8xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?x8xf32>
    %less = onnx.node "Less"(%back, %x) {} : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xi1>
    %half = onnx.constant dense<0.5> : tensor<f32>
    %w = onnx.node "Where"(%less, %back, %half) {} : (tensor<?x8xi1>, tensor<?x8xf32>, tensor<f32>) -> tensor<?x8xf32>
    %two_of = onnx.constant dense<[0, 4]> : tensor<2xi64>
    %g = onnx.node "Gather"(%w, %two_of) {axis = -1 : i64} : (tensor<?x8xf32>, tensor<2xi64>) -> tensor<?x2xf32>
    %y = onnx.node "Concat"(%w, %g) {axis = -1 : i64} : (tensor<?x8xf32>, tensor<?x2xf32>) -> tensor<?x10xf32>
    return %y, %c : tensor<?x10xf32>, !cache
  }
}
