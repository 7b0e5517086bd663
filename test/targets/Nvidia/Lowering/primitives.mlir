// RUN: tandem-opt %s --tandem-lower-to-launch-plan='capacity=1' --split-input-file | FileCheck %s

!cache = !transformer.kv_cache<layers = 1, heads = 2, key_dim = 4, value_dim = 4, element = f32>

// Tests that integers are rows of their own: elements of 8 bytes, numbers that
// are not rounded, and chains whose steps make another type.
// CHECK-LABEL: nvidia.plan @integers
// CHECK: nvidia.program @"prefill-1"
// CHECK: nvidia.buffer scratch at {{.*}} bytes 8
// CHECK: %[[INDICES:.*]] = nvidia.buffer scratch at {{.*}} bytes 16
// CHECK: nvidia.launch @kernels::@best__by__at_0_of_8_along_8_by_1_at_0_of_8_to__by__at_0_of_2_along_2_by_1_at_0_of_2 grid [1, 1, 1] threads 128 shared 1024 reads({{.*}}) writes(%{{.*}}, %[[INDICES]])
// CHECK: nvidia.launch @kernels::@map_2_i64_Mul_4340000000000000_20000000000001_Add_bff0000000000000_cast_to_i32 {{.*}} reads(%{{.*}}, %[[INDICES]]) writes(%[[NARROW:.*]])
// CHECK: nvidia.launch @kernels::@map_2_i32_cast_to_bool {{.*}} reads(%{{.*}}, %[[NARROW]])
// CHECK: nvidia.launch @kernels::@where_2_rows_c000000000000000_i32
// CHECK: nvidia.launch @kernels::@ReduceSum__by__at_0_of_2_over_2_by_1_at_0_of_2_i64 {{.*}} shared 32
// CHECK: nvidia.launch @kernels::@map_1_i64_cast_to_f32
// CHECK: nvidia.launch @kernels::@ReduceMin__by__at_0_of_2_over_2_by_1_at_0_of_2_i32 {{.*}} writes(%[[LEAST:.*]])
// CHECK: nvidia.launch @kernels::@embedding_f32_32x8 {{.*}} reads(%{{.*}}, %[[LEAST]], %{{.*}})
// CHECK: nvidia.launch @kernels::@map_8_Add_token_Mul_rows
deploy.part @integers phases ["prefill"] on <"chip", "toy"> mesh [1, 1] stage 0 weights [#deploy.slot<table_nk, dense<0.0> : tensor<32x8xf32>>] {
  func.func @prefill(%tokens: tensor<?xi32>, %rows: !transformer.rows, %c: !cache, %weights: !deploy.weights) -> (tensor<?x8xf32>, !cache) {
    %t = deploy.weight %weights[0] : tensor<32x8xf32>
    %x = transformer.embedding %tokens, %t layout nk : (tensor<?xi32>, tensor<32x8xf32>) -> tensor<?x8xf32>
    %two = onnx.constant dense<2> : tensor<1xi64>
    %v:2 = onnx.node "TopK"(%x, %two) {axis = -1 : i64} : (tensor<?x8xf32>, tensor<1xi64>) -> (tensor<?x2xf32>, tensor<?x2xi64>)
    %large = onnx.constant dense<9007199254740993> : tensor<i64>
    %less = onnx.constant dense<-1> : tensor<i64>
    %m = onnx.node "Mul"(%v#1, %large) {} : (tensor<?x2xi64>, tensor<i64>) -> tensor<?x2xi64>
    %a = onnx.node "Add"(%m, %less) {} : (tensor<?x2xi64>, tensor<i64>) -> tensor<?x2xi64>
    %n = onnx.node "Cast"(%a) {to = 6 : i64} : (tensor<?x2xi64>) -> tensor<?x2xi32>
    %truth = onnx.node "Cast"(%n) {to = 9 : i64} : (tensor<?x2xi32>) -> tensor<?x2xi1>
    %minus = onnx.constant dense<-2> : tensor<i32>
    %w = onnx.node "Where"(%truth, %n, %minus) {} : (tensor<?x2xi1>, tensor<?x2xi32>, tensor<i32>) -> tensor<?x2xi32>
    %last = onnx.constant dense<-1> : tensor<1xi64>
    %sum = onnx.node "ReduceSum"(%v#1, %last) {keepdims = 1 : i64} : (tensor<?x2xi64>, tensor<1xi64>) -> tensor<?x1xi64>
    %f = onnx.node "Cast"(%sum) {to = 1 : i64} : (tensor<?x1xi64>) -> tensor<?x1xf32>
    %least = onnx.node "ReduceMin"(%w, %last) {keepdims = 0 : i64} : (tensor<?x2xi32>, tensor<1xi64>) -> tensor<?xi32>
    %y = onnx.node "Add"(%x, %f) {} : (tensor<?x8xf32>, tensor<?x1xf32>) -> tensor<?x8xf32>
    %e = transformer.embedding %least, %t layout nk : (tensor<?xi32>, tensor<32x8xf32>) -> tensor<?x8xf32>
    %z = onnx.node "Mul"(%y, %e) {} : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
    return %z, %c : tensor<?x8xf32>, !cache
  }
}

// -----

!cache = !transformer.kv_cache<layers = 1, heads = 2, key_dim = 4, value_dim = 4, element = f32>

// Tests that a product of activations walks both sides by strides, that a Pad is
// a background and the copies of its runs, and that a linear layer does not go
// on with what makes integers.
// CHECK-LABEL: nvidia.plan @products
// CHECK: nvidia.program @"prefill-1"
// CHECK: nvidia.launch @kernels::@linear_f32_8x8 {{.*}} writes(%[[X:.*]])
// CHECK: nvidia.launch @kernels::@contract_2x2_by_4x0_at_0_of_8_along_4_by_1_at_0_of_8_times_2x2_by_0x4_at_0_of_8_along_4_by_1_at_0_of_8 grid [1, 1, 1] threads 128 shared 0 reads(%{{.*}}, %[[X]], %[[X]])
// CHECK: nvidia.launch @kernels::@fill_6_3ff8000000000000 {{.*}} writes(%[[P:.*]])
// CHECK-NEXT: nvidia.launch @kernels::@move_2x2_by_2x1_at_0_of_4_to_2x2_by_3x1_at_1_of_6 {{.*}} writes(%[[P]])
// CHECK: nvidia.launch @kernels::@move_6_by_1_at_0_of_6_to_6_by_1_at_1_of_8 {{.*}} reads(%{{.*}}, %[[P]]) writes(%[[E:.*]])
// CHECK-NEXT: nvidia.launch @kernels::@move__by__at_0_of_6_to__by__at_0_of_8 {{.*}} reads(%{{.*}}, %[[P]]) writes(%[[E]])
// CHECK-NEXT: nvidia.launch @kernels::@move__by__at_5_of_6_to__by__at_7_of_8 {{.*}} reads(%{{.*}}, %[[P]]) writes(%[[E]])
// CHECK: nvidia.launch @kernels::@map_8_cast_to_i64_Mod_4008000000000000_cast_to_f32_Add_rows_swapped {{.*}} reads(%{{.*}}, %[[X]], %[[E]])
deploy.part @products phases ["prefill"] on <"chip", "toy"> mesh [1, 1] stage 0 weights [#deploy.slot<table_nk, dense<0.0> : tensor<8x8xf32>>] {
  func.func @prefill(%tokens: tensor<?xi32>, %rows: !transformer.rows, %c: !cache, %weights: !deploy.weights) -> (tensor<?x8xf32>, !cache) {
    %t = deploy.weight %weights[0] : tensor<8x8xf32>
    %e = transformer.embedding %tokens, %t layout nk : (tensor<?xi32>, tensor<8x8xf32>) -> tensor<?x8xf32>
    %x = transformer.linear %e, %t layout nk : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
    %i = onnx.node "Cast"(%x) {to = 7 : i64} : (tensor<?x8xf32>) -> tensor<?x8xi64>
    %three = onnx.constant dense<3> : tensor<i64>
    %rest = onnx.node "Mod"(%i, %three) {fmod = 0 : i64} : (tensor<?x8xi64>, tensor<i64>) -> tensor<?x8xi64>
    %r = onnx.node "Cast"(%rest) {to = 1 : i64} : (tensor<?x8xi64>) -> tensor<?x8xf32>
    %last = onnx.constant dense<-1> : tensor<1xi64>
    %h = onnx.node "Reshape"(%x, %last) {} : (tensor<?x8xf32>, tensor<1xi64>) -> tensor<?x2x4xf32>
    %s = onnx.node "Einsum"(%h, %h) {equation = "thd,tgd->thg"} : (tensor<?x2x4xf32>, tensor<?x2x4xf32>) -> tensor<?x2x2xf32>
    %pads = onnx.constant dense<[0, 0, 1, 0, 0, 0]> : tensor<6xi64>
    %value = onnx.constant dense<1.5> : tensor<f32>
    %p = onnx.node "Pad"(%s, %pads, %value) {} : (tensor<?x2x2xf32>, tensor<6xi64>, tensor<f32>) -> tensor<?x2x3xf32>
    %flat = onnx.node "Reshape"(%p, %last) {} : (tensor<?x2x3xf32>, tensor<1xi64>) -> tensor<?x6xf32>
    %two = onnx.constant dense<[1, 1]> : tensor<2xi64>
    %axis = onnx.constant dense<1> : tensor<1xi64>
    %none = onnx.none
    %edge = onnx.node "Pad"(%flat, %two, %none, %axis) {mode = "edge"} : (tensor<?x6xf32>, tensor<2xi64>, none, tensor<1xi64>) -> tensor<?x8xf32>
    %y = onnx.node "Add"(%edge, %r) {} : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
    return %y, %c : tensor<?x8xf32>, !cache
  }
}

// -----

!cache = !transformer.kv_cache<layers = 1, heads = 2, key_dim = 4, value_dim = 4, element = f32>

// Tests that norms of heads take a block for each, and that a constant of
// integers is a weight where elements meet it.
// CHECK-LABEL: nvidia.plan @heads
// CHECK: nvidia.program @"prefill-1"
// CHECK: nvidia.launch @kernels::@rms_norm_4_{{[0-9a-f]*}}_lines_2 grid [2, 1, 1] threads 128 shared 16
// CHECK: nvidia.launch @kernels::@layer_norm_4_{{[0-9a-f]*}}_lines_2 grid [2, 1, 1] threads 128 shared 16
// CHECK: %[[NUMBERS:.*]] = nvidia.buffer weights of 2 at 0 bytes 64
// CHECK: nvidia.launch @kernels::@map_8_cast_to_i64_Equal_vector_i64_Cast {{.*}} reads(%{{.*}}, %{{.*}}, %[[NUMBERS]])
deploy.part @heads phases ["prefill"] on <"chip", "toy"> mesh [1, 1] stage 0 weights [#deploy.slot<table_nk, dense<0.0> : tensor<32x8xf32>>, #deploy.slot<vector, dense<1.0> : tensor<4xf32>>, #deploy.slot<vector, dense<[0, 1, 2, 3, 4, 5, 6, 7]> : tensor<8xi64>>] {
  func.func @prefill(%tokens: tensor<?xi32>, %rows: !transformer.rows, %c: !cache, %weights: !deploy.weights) -> (tensor<?x8xf32>, !cache) {
    %t = deploy.weight %weights[0] : tensor<32x8xf32>
    %x = transformer.embedding %tokens, %t layout nk : (tensor<?xi32>, tensor<32x8xf32>) -> tensor<?x8xf32>
    %last = onnx.constant dense<-1> : tensor<1xi64>
    %heads = onnx.node "Reshape"(%x, %last) {} : (tensor<?x8xf32>, tensor<1xi64>) -> tensor<?x2x4xf32>
    %scale = deploy.weight %weights[1] : tensor<4xf32>
    %n = transformer.rms_norm %heads, %scale epsilon 1.0e-6 : tensor<?x2x4xf32>, tensor<4xf32>
    %l = transformer.layer_norm %n, %scale epsilon 1.0e-6 : (tensor<?x2x4xf32>, tensor<4xf32>) -> tensor<?x2x4xf32>
    %r = onnx.node "Reshape"(%l, %last) {} : (tensor<?x2x4xf32>, tensor<1xi64>) -> tensor<?x8xf32>
    %i = onnx.node "Cast"(%r) {to = 7 : i64} : (tensor<?x8xf32>) -> tensor<?x8xi64>
    %numbers = deploy.weight %weights[2] : tensor<8xi64>
    %e = onnx.node "Equal"(%i, %numbers) {} : (tensor<?x8xi64>, tensor<8xi64>) -> tensor<?x8xi1>
    %y = onnx.node "Cast"(%e) {to = 1 : i64} : (tensor<?x8xi1>) -> tensor<?x8xf32>
    return %y, %c : tensor<?x8xf32>, !cache
  }
}

// -----

!cache = !transformer.kv_cache<layers = 1, heads = 2, key_dim = 4, value_dim = 4, element = f32>

// Tests that a layer of several vectors in a row is launched for each of them.
// CHECK-LABEL: nvidia.plan @vectors
// CHECK: nvidia.program @"prefill-1"
// CHECK: nvidia.launch @kernels::@embedding_f32_32x8 {{.*}} writes(%[[X:.*]])
// CHECK: nvidia.launch @kernels::@move_4_by_1_at_0_of_8_to_4_by_1_at_0_of_4 {{.*}} reads(%{{.*}}, %[[X]]) writes(%[[A:.*]])
// CHECK: nvidia.launch @kernels::@linear_f32_3x4_Add_vector {{.*}} reads(%{{.*}}, %[[A]], %{{.*}}, %{{.*}}) writes(%[[P:.*]])
// CHECK: nvidia.launch @kernels::@move_3_by_1_at_0_of_3_to_3_by_1_at_0_of_6 {{.*}} reads(%{{.*}}, %[[P]]) writes(%[[Y:.*]])
// CHECK: nvidia.launch @kernels::@move_4_by_1_at_4_of_8_to_4_by_1_at_0_of_4 {{.*}} reads(%{{.*}}, %[[X]]) writes(%[[B:.*]])
// CHECK: nvidia.launch @kernels::@linear_f32_3x4_Add_vector {{.*}} reads(%{{.*}}, %[[B]], %{{.*}}, %{{.*}}) writes(%[[Q:.*]])
// CHECK: nvidia.launch @kernels::@move_3_by_1_at_0_of_3_to_3_by_1_at_3_of_6 {{.*}} reads(%{{.*}}, %[[Q]]) writes(%[[Y]])
deploy.part @vectors phases ["prefill"] on <"chip", "toy"> mesh [1, 1] stage 0 weights [#deploy.slot<table_nk, dense<0.0> : tensor<32x8xf32>>, #deploy.slot<matrix_nk, dense<1.0> : tensor<3x4xf32>>, #deploy.slot<vector, dense<1.0> : tensor<3xf32>>] {
  func.func @prefill(%tokens: tensor<?xi32>, %rows: !transformer.rows, %c: !cache, %weights: !deploy.weights) -> (tensor<?x6xf32>, !cache) {
    %t = deploy.weight %weights[0] : tensor<32x8xf32>
    %x = transformer.embedding %tokens, %t layout nk : (tensor<?xi32>, tensor<32x8xf32>) -> tensor<?x8xf32>
    %last = onnx.constant dense<-1> : tensor<1xi64>
    %heads = onnx.node "Reshape"(%x, %last) {} : (tensor<?x8xf32>, tensor<1xi64>) -> tensor<?x2x4xf32>
    %w = deploy.weight %weights[1] : tensor<3x4xf32>
    %b = deploy.weight %weights[2] : tensor<3xf32>
    %p = transformer.linear %heads, %w bias(%b) layout nk : (tensor<?x2x4xf32>, tensor<3x4xf32>, tensor<3xf32>) -> tensor<?x2x3xf32>
    %y = onnx.node "Reshape"(%p, %last) {} : (tensor<?x2x3xf32>, tensor<1xi64>) -> tensor<?x6xf32>
    return %y, %c : tensor<?x6xf32>, !cache
  }
}
