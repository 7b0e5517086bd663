// RUN: tandem-opt %s | tandem-opt | FileCheck %s
// RUN: tandem-opt %s --mlir-print-op-generic | tandem-opt | FileCheck %s
// Tests that each operation prints as it is read, in our form and in the generic
// one that bundles hold.

// CHECK-LABEL: func.func @elementwise(
func.func @elementwise(%x: tensor<4x8xf32>, %y: tensor<4x8xf32>, %p: tensor<4x8xi1>, %i: tensor<4x8xi32>, %j: tensor<4x8xi32>) {
  // CHECK: stablehlo.abs %{{.*}} : tensor<4x8xf32>
  %0 = stablehlo.abs %x : tensor<4x8xf32>
  // CHECK: stablehlo.exponential %{{.*}} : tensor<4x8xf32>
  %1 = stablehlo.exponential %x : tensor<4x8xf32>
  // CHECK: stablehlo.log %{{.*}} : tensor<4x8xf32>
  %2 = stablehlo.log %x : tensor<4x8xf32>
  // CHECK: stablehlo.logistic %{{.*}} : tensor<4x8xf32>
  %3 = stablehlo.logistic %x : tensor<4x8xf32>
  // CHECK: stablehlo.negate %{{.*}} : tensor<4x8xf32>
  %4 = stablehlo.negate %x : tensor<4x8xf32>
  // CHECK: stablehlo.rsqrt %{{.*}} : tensor<4x8xf32>
  %5 = stablehlo.rsqrt %x : tensor<4x8xf32>
  // CHECK: stablehlo.sqrt %{{.*}} : tensor<4x8xf32>
  %6 = stablehlo.sqrt %x : tensor<4x8xf32>
  // CHECK: stablehlo.tanh %{{.*}} : tensor<4x8xf32>
  %7 = stablehlo.tanh %x : tensor<4x8xf32>
  // CHECK: stablehlo.add %{{.*}}, %{{.*}} : tensor<4x8xf32>
  %8 = stablehlo.add %x, %y : tensor<4x8xf32>
  // CHECK: stablehlo.divide %{{.*}}, %{{.*}} : tensor<4x8xf32>
  %9 = stablehlo.divide %x, %y : tensor<4x8xf32>
  // CHECK: stablehlo.maximum %{{.*}}, %{{.*}} : tensor<4x8xf32>
  %10 = stablehlo.maximum %x, %y : tensor<4x8xf32>
  // CHECK: stablehlo.minimum %{{.*}}, %{{.*}} : tensor<4x8xf32>
  %11 = stablehlo.minimum %x, %y : tensor<4x8xf32>
  // CHECK: stablehlo.multiply %{{.*}}, %{{.*}} : tensor<4x8xf32>
  %12 = stablehlo.multiply %x, %y : tensor<4x8xf32>
  // CHECK: stablehlo.power %{{.*}}, %{{.*}} : tensor<4x8xf32>
  %13 = stablehlo.power %x, %y : tensor<4x8xf32>
  // CHECK: stablehlo.subtract %{{.*}}, %{{.*}} : tensor<4x8xf32>
  %14 = stablehlo.subtract %x, %y : tensor<4x8xf32>
  // CHECK: stablehlo.and %{{.*}}, %{{.*}} : tensor<4x8xi1>
  %and = stablehlo.and %p, %p : tensor<4x8xi1>
  // CHECK: stablehlo.compare LE %{{.*}}, %{{.*}} : tensor<4x8xi32> -> tensor<4x8xi1>
  %compare = stablehlo.compare LE %i, %j : tensor<4x8xi32> -> tensor<4x8xi1>
  // CHECK: stablehlo.select %{{.*}}, %{{.*}}, %{{.*}} : tensor<4x8xi1>, tensor<4x8xf32>
  %select = stablehlo.select %p, %x, %y : tensor<4x8xi1>, tensor<4x8xf32>
  return
}

// CHECK-LABEL: func.func @movement(
func.func @movement(%x: tensor<4x8xf32>, %y: tensor<4x8xf32>, %v: tensor<8xf32>, %u: tensor<1x8xf32>, %i: tensor<i32>, %j: tensor<i32>) {
  // CHECK: stablehlo.constant dense<1.000000e+00> : tensor<f32>
  %0 = stablehlo.constant dense<1.000000e+00> : tensor<f32>
  // CHECK: stablehlo.iota dim 1 : tensor<4x8xi32>
  %1 = stablehlo.iota dim 1 : tensor<4x8xi32>
  // CHECK: stablehlo.broadcast_in_dim %{{.*}} dims [1] : (tensor<8xf32>) -> tensor<4x8xf32>
  %2 = stablehlo.broadcast_in_dim %v dims [1] : (tensor<8xf32>) -> tensor<4x8xf32>
  // CHECK: stablehlo.reshape %{{.*}} : (tensor<4x8xf32>) -> tensor<4x2x4xf32>
  %3 = stablehlo.reshape %x : (tensor<4x8xf32>) -> tensor<4x2x4xf32>
  // CHECK: stablehlo.transpose %{{.*}}, [1, 0] : (tensor<4x8xf32>) -> tensor<8x4xf32>
  %4 = stablehlo.transpose %x, [1, 0] : (tensor<4x8xf32>) -> tensor<8x4xf32>
  // CHECK: stablehlo.slice %{{.*}} from [0, 0] to [4, 4] by [1, 1] : (tensor<4x8xf32>) -> tensor<4x4xf32>
  %5 = stablehlo.slice %x from [0, 0] to [4, 4] by [1, 1] : (tensor<4x8xf32>) -> tensor<4x4xf32>
  // CHECK: stablehlo.concatenate %{{.*}}, %{{.*}} dim 1 : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x16xf32>
  %6 = stablehlo.concatenate %x, %y dim 1 : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x16xf32>
  // CHECK: stablehlo.dynamic_slice %{{.*}}, %{{.*}}, %{{.*}} sizes [1, 8] : (tensor<4x8xf32>, tensor<i32>, tensor<i32>) -> tensor<1x8xf32>
  %7 = stablehlo.dynamic_slice %x, %i, %j sizes [1, 8] : (tensor<4x8xf32>, tensor<i32>, tensor<i32>) -> tensor<1x8xf32>
  // CHECK: stablehlo.dynamic_update_slice %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} : (tensor<4x8xf32>, tensor<1x8xf32>, tensor<i32>, tensor<i32>) -> tensor<4x8xf32>
  %8 = stablehlo.dynamic_update_slice %x, %u, %i, %j : (tensor<4x8xf32>, tensor<1x8xf32>, tensor<i32>, tensor<i32>) -> tensor<4x8xf32>
  return
}

// CHECK-LABEL: func.func @products_and_sums(
func.func @products_and_sums(%x: tensor<4x8xf32>, %w: tensor<8x16xf32>, %t: tensor<16x8xf32>, %i: tensor<4xi32>, %zero: tensor<f32>) {
  // CHECK: stablehlo.gather %{{.*}}, %{{.*}}<offset_dims = [1], collapsed_slice_dims = [0], start_index_map = [0], index_vector_dim = 1> sizes [1, 8] : (tensor<16x8xf32>, tensor<4xi32>) -> tensor<4x8xf32>
  %0 = stablehlo.gather %t, %i <offset_dims = [1], collapsed_slice_dims = [0], start_index_map = [0], index_vector_dim = 1> sizes [1, 8] : (tensor<16x8xf32>, tensor<4xi32>) -> tensor<4x8xf32>
  // CHECK: stablehlo.dot_general %{{.*}}, %{{.*}}<lhs_contracting_dimensions = [1], rhs_contracting_dimensions = [0]> precision [HIGHEST, HIGHEST] : (tensor<4x8xf32>, tensor<8x16xf32>) -> tensor<4x16xf32>
  %1 = stablehlo.dot_general %x, %w <lhs_contracting_dimensions = [1], rhs_contracting_dimensions = [0]> precision [HIGHEST, HIGHEST] : (tensor<4x8xf32>, tensor<8x16xf32>) -> tensor<4x16xf32>
  // CHECK: stablehlo.reduce %{{.*}}, %{{.*}} dims [1] : (tensor<4x8xf32>, tensor<f32>) -> tensor<4xf32> {
  %2 = stablehlo.reduce %x, %zero dims [1] : (tensor<4x8xf32>, tensor<f32>) -> tensor<4xf32> {
  ^bb0(%a: tensor<f32>, %b: tensor<f32>):
    %sum = stablehlo.add %a, %b : tensor<f32>
    // CHECK: stablehlo.return %{{.*}} : tensor<f32>
    stablehlo.return %sum : tensor<f32>
  }
  return
}

// CHECK-LABEL: func.func @codes(
func.func @codes(%c: tensor<4x8xui8>, %d: tensor<4x8xui8>) {
  // CHECK: stablehlo.and %{{.*}}, %{{.*}} : tensor<4x8xui8>
  %low = stablehlo.and %c, %d : tensor<4x8xui8>
  // CHECK: stablehlo.shift_right_logical %{{.*}}, %{{.*}} : tensor<4x8xui8>
  %high = stablehlo.shift_right_logical %c, %d : tensor<4x8xui8>
  // CHECK: stablehlo.convert %{{.*}} : tensor<4x8xui8> -> tensor<4x8xf32>
  %f = stablehlo.convert %c : tensor<4x8xui8> -> tensor<4x8xf32>
  return
}
