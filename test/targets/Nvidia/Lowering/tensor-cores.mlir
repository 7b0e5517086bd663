// RUN: tandem-opt %s --tandem-lower-to-launch-plan='capacity=64' --split-input-file | FileCheck %s

!cache = !transformer.kv_cache<layers = 1, heads = 2, key_dim = 4, value_dim = 4, element = f32>
!table = tensor<32x8xf32, #transformer.stored<bf16>>
!up = tensor<20x8xf32, #transformer.stored<bf16>>
!down = tensor<8x20xf32, #transformer.stored<bf16>>

// Tests that tensor cores multiply bf16 weights, whose rows are filled up to
// 128 bytes, and that norms, gates and selections write rows as they read them.
// CHECK-LABEL: nvidia.plan @chained
// CHECK: nvidia.program @"prefill-8"
// CHECK: nvidia.launch @kernels::@embedding_bf16_32x8 grid [1, 8, 1] {{.*}} writes(%[[X:.*]])
// CHECK: %[[N:.*]] = nvidia.buffer scratch at {{.*}} bytes 6144
// CHECK: nvidia.launch @kernels::@rms_norm_8_{{[0-9a-f]*}}_to_bf16x3 {{.*}} reads(%{{.*}}, %[[X]], %{{.*}}) writes(%[[N]])
// CHECK: %[[W:.*]] = nvidia.buffer weights of 2 at 0 bytes 2560
// CHECK: nvidia.launch @kernels::@gemv_bf16_20x8_glu_silu_to_bf16x3 grid [2, 1, 1] threads 128 shared 4096 reads(%{{.*}}, %[[N]], %[[W]], %{{.*}}) writes(%[[G:.*]])
// CHECK: nvidia.launch @kernels::@gemv_bf16_8x20_Add_rows grid [1, 1, 1] threads 128 shared 2048 reads(%{{.*}}, %[[G]], %{{.*}}, %[[X]]) writes(%[[H:.*]])
// CHECK: nvidia.launch @kernels::@select_8_to_bf16x3 {{.*}} reads(%{{.*}}, %{{.*}}, %[[H]]) writes(%[[S:.*]])
// CHECK: nvidia.launch @kernels::@gemv_bf16_32x8 grid [2, 1, 1] {{.*}} reads(%{{.*}}, %[[S]], %{{.*}})
deploy.part @chained phases ["prefill"] on <"chip", "toy"> mesh [1, 1] stage 0 weights [#deploy.slot<table_nk, #transformer.encoded<[dense<1.0> : tensor<32x8xf32>]> : !table>, #deploy.slot<vector, dense<1.0> : tensor<8xf32>>, #deploy.slot<matrix_nk, #transformer.encoded<[dense<2.0> : tensor<20x8xf32>]> : !up>, #deploy.slot<matrix_nk, #transformer.encoded<[dense<3.0> : tensor<20x8xf32>]> : !up>, #deploy.slot<matrix_nk, #transformer.encoded<[dense<4.0> : tensor<8x20xf32>]> : !down>] {
  func.func @prefill(%tokens: tensor<?xi32>, %rows: !transformer.rows, %c: !cache, %weights: !deploy.weights) -> (tensor<?x32xf32>, !cache) {
    %t = deploy.weight %weights[0] : !table
    %x = transformer.embedding %tokens, %t layout nk : (tensor<?xi32>, !table) -> tensor<?x8xf32>
    %scale = deploy.weight %weights[1] : tensor<8xf32>
    %n = transformer.rms_norm %x, %scale epsilon 1.0e-6 : tensor<?x8xf32>, tensor<8xf32>
    %wu = deploy.weight %weights[2] : !up
    %wg = deploy.weight %weights[3] : !up
    %up = transformer.linear %n, %wu layout nk : (tensor<?x8xf32>, !up) -> tensor<?x20xf32>
    %gate = transformer.linear %n, %wg layout nk : (tensor<?x8xf32>, !up) -> tensor<?x20xf32>
    %g = transformer.glu silu %gate, %up : tensor<?x20xf32>
    %wd = deploy.weight %weights[4] : !down
    %d = transformer.linear %g, %wd layout nk : (tensor<?x20xf32>, !down) -> tensor<?x8xf32>
    %h = onnx.node "Add"(%d, %x) {} : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
    %s = transformer.select_tokens %h, %rows : tensor<?x8xf32>
    %y = transformer.linear %s, %t layout nk : (tensor<?x8xf32>, !table) -> tensor<?x32xf32>
    return %y, %c : tensor<?x32xf32>, !cache
  }
}

// -----

!cache = !transformer.kv_cache<layers = 1, heads = 2, key_dim = 4, value_dim = 4, element = f32>
!square = tensor<8x8xf32, #transformer.stored<bf16>>

// Tests that rows which something else reads too stay fp32, and are made once
// more for all products that read them.
// CHECK-LABEL: nvidia.plan @converted
// CHECK: nvidia.program @"prefill-1"
// CHECK: nvidia.launch @kernels::@embedding_f32_32x8 {{.*}} writes(%[[X:.*]])
// CHECK: nvidia.launch @kernels::@map_8_to_bf16x3 grid [1, 1, 1] {{.*}} reads(%{{.*}}, %[[X]]) writes(%[[C:.*]])
// CHECK: nvidia.launch @kernels::@gemv_bf16_8x8 {{.*}} reads(%{{.*}}, %[[C]], %{{.*}}) writes(%[[Q:.*]])
// CHECK-NOT: @map_8_to_bf16x3
// CHECK: nvidia.launch @kernels::@gemv_bf16_8x8_silu_Add_rows_swapped_Add_rows_swapped {{.*}} reads(%{{.*}}, %[[C]], %{{.*}}, %[[Q]], %[[X]])
// CHECK: nvidia.program @"prefill-8"
deploy.part @converted phases ["prefill"] on <"chip", "toy"> mesh [1, 1] stage 0 weights [#deploy.slot<table_nk, dense<0.0> : tensor<32x8xf32>>, #deploy.slot<matrix_nk, #transformer.encoded<[dense<2.0> : tensor<8x8xf32>]> : !square>] {
  func.func @prefill(%tokens: tensor<?xi32>, %rows: !transformer.rows, %c: !cache, %weights: !deploy.weights) -> (tensor<?x8xf32>, !cache) {
    %t = deploy.weight %weights[0] : tensor<32x8xf32>
    %x = transformer.embedding %tokens, %t layout nk : (tensor<?xi32>, tensor<32x8xf32>) -> tensor<?x8xf32>
    %w = deploy.weight %weights[1] : !square
    %p = transformer.linear %x, %w layout nk : (tensor<?x8xf32>, !square) -> tensor<?x8xf32>
    %a = transformer.activation silu %p : tensor<?x8xf32>
    %q = transformer.linear %x, %w layout nk : (tensor<?x8xf32>, !square) -> tensor<?x8xf32>
    %r = onnx.node "Add"(%q, %a) {} : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
    %h = onnx.node "Add"(%x, %r) {} : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
    return %h, %c : tensor<?x8xf32>, !cache
  }
}

// -----

!cache = !transformer.kv_cache<layers = 1, heads = 2, key_dim = 4, value_dim = 4, element = f32>
!square = tensor<72x8xf32, #transformer.stored<bf16>>

// Tests that groups of warps multiply many rows, of matrices that they see
// through tensor maps, where the chip has them and as `input_terms` says; few
// rows are not worth it.
// CHECK-LABEL: nvidia.plan @grouped
// CHECK: llvm.func @gemm_by_groups_64x32_terms_1_bf16_72x8(%{{.*}}: !llvm.ptr<1> {llvm.align = 16 : i64}, %{{.*}}: !llvm.ptr {llvm.align = 64 : i64, llvm.byval = !llvm.array<128 x i8>, nvvm.grid_constant}, %{{.*}}: !llvm.ptr {llvm.align = 64 : i64, llvm.byval = !llvm.array<128 x i8>, nvvm.grid_constant}, %{{.*}}: !llvm.ptr<1> {llvm.align = 16 : i64}) attributes {{.*}}nvvm.maxntid = array<i32: 256, 1, 1>
// CHECK: nvvm.wgmma.mma_async {{.*}} <m = 64, n = 32, k = 16>
// CHECK: nvidia.program @"prefill-8"
// CHECK-NOT: nvidia.tensor_map
// CHECK: nvidia.program @"prefill-64"
// CHECK: %[[X:.*]] = nvidia.buffer scratch at {{.*}} bytes 16384
// CHECK: %[[W:.*]] = nvidia.buffer weights of 1 at 0 bytes 9216
// CHECK: %[[XMAP:.*]] = nvidia.tensor_map %[[X]] rows 64 columns 128 row_bytes 256 box [64, 64]
// CHECK: %[[WMAP:.*]] = nvidia.tensor_map %[[W]] rows 72 columns 64 row_bytes 128 box [32, 64]
// CHECK: nvidia.launch @kernels::@gemm_by_groups_64x32_terms_1_bf16_72x8 grid [3, 1, 1] threads 256 shared 49216 reads(%{{.*}}, %[[XMAP]], %[[WMAP]]) writes(%{{.*}})
deploy.part @grouped phases ["prefill"] on <"chip", "toy", {input_terms = 1 : i64}> mesh [1, 1] stage 0 weights [#deploy.slot<table_nk, dense<0.0> : tensor<32x8xf32>>, #deploy.slot<matrix_nk, #transformer.encoded<[dense<2.0> : tensor<72x8xf32>]> : !square>] {
  func.func @prefill(%tokens: tensor<?xi32>, %rows: !transformer.rows, %c: !cache, %weights: !deploy.weights) -> (tensor<?x72xf32>, !cache) {
    %t = deploy.weight %weights[0] : tensor<32x8xf32>
    %x = transformer.embedding %tokens, %t layout nk : (tensor<?xi32>, tensor<32x8xf32>) -> tensor<?x8xf32>
    %w = deploy.weight %weights[1] : !square
    %y = transformer.linear %x, %w layout nk : (tensor<?x8xf32>, !square) -> tensor<?x72xf32>
    return %y, %c : tensor<?x72xf32>, !cache
  }
}

// -----

!cache = !transformer.kv_cache<layers = 1, heads = 2, key_dim = 4, value_dim = 4, element = f32>
!square = tensor<72x8xf32, #transformer.stored<bf16>>

// Tests that warps multiply on their own on other chips.
// CHECK-LABEL: nvidia.plan @alone chip "sm_100a"
// CHECK-NOT: nvidia.tensor_map
// CHECK: nvidia.launch @kernels::@gemm_64x64_terms_3_bf16_72x8 grid [2, 1, 1]
deploy.part @alone phases ["prefill"] on <"chip", "toy", {architecture = "sm_100a"}> mesh [1, 1] stage 0 weights [#deploy.slot<table_nk, dense<0.0> : tensor<32x8xf32>>, #deploy.slot<matrix_nk, #transformer.encoded<[dense<2.0> : tensor<72x8xf32>]> : !square>] {
  func.func @prefill(%tokens: tensor<?xi32>, %rows: !transformer.rows, %c: !cache, %weights: !deploy.weights) -> (tensor<?x72xf32>, !cache) {
    %t = deploy.weight %weights[0] : tensor<32x8xf32>
    %x = transformer.embedding %tokens, %t layout nk : (tensor<?xi32>, tensor<32x8xf32>) -> tensor<?x8xf32>
    %w = deploy.weight %weights[1] : !square
    %y = transformer.linear %x, %w layout nk : (tensor<?x8xf32>, !square) -> tensor<?x72xf32>
    return %y, %c : tensor<?x72xf32>, !cache
  }
}
