// RUN: tandem-opt %s --verify-diagnostics --split-input-file
// Tests the constraints of StableHLO; a function is named by the operation and
// the label of the constraint it breaks.

func.func @iota_c1_dimension() {
  // expected-error @below {{'stablehlo.iota' op counts along dimension 2 of a result with 2}}
  %0 = stablehlo.iota dim 2 : tensor<4x8xi32>
  return
}

// -----

func.func @broadcast_in_dim_c1_dims(%x: tensor<8xf32>) {
  // expected-error @below {{'stablehlo.broadcast_in_dim' op dims are [2], expected 1 different ones below 2}}
  %0 = stablehlo.broadcast_in_dim %x dims [2] : (tensor<8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @broadcast_in_dim_c2_size(%x: tensor<4xf32>) {
  // expected-error @below {{'stablehlo.broadcast_in_dim' op repeats a dimension of 4 to 8, expected 1 or 8}}
  %0 = stablehlo.broadcast_in_dim %x dims [1] : (tensor<4xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @reshape_c1_elements(%x: tensor<4x8xf32>) {
  // expected-error @below {{'stablehlo.reshape' op result has 36 elements, expected 32}}
  %0 = stablehlo.reshape %x : (tensor<4x8xf32>) -> tensor<4x9xf32>
  return
}

// -----

func.func @transpose_c1_permutation(%x: tensor<4x8xf32>) {
  // expected-error @below {{'stablehlo.transpose' op permutation is [1, 1], expected each dimension below 2 once}}
  %0 = stablehlo.transpose %x, [1, 1] : (tensor<4x8xf32>) -> tensor<8x8xf32>
  return
}

// -----

func.func @transpose_c2_result(%x: tensor<4x8xf32>) {
  // expected-error @below {{'stablehlo.transpose' op result has shape [4, 8], expected [8, 4]}}
  %0 = stablehlo.transpose %x, [1, 0] : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @slice_c1_limit(%x: tensor<4x8xf32>) {
  // expected-error @below {{'stablehlo.slice' op takes 0 to 9 by 1 of a dimension of 8}}
  %0 = stablehlo.slice %x from [0, 0] to [4, 9] by [1, 1] : (tensor<4x8xf32>) -> tensor<4x9xf32>
  return
}

// -----

func.func @slice_c1_count(%x: tensor<4x8xf32>) {
  // expected-error @below {{'stablehlo.slice' op expects start, limit and stride for each of 2 dimensions}}
  %0 = stablehlo.slice %x from [0] to [4] by [1] : (tensor<4x8xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @slice_c1_result(%x: tensor<4x8xf32>) {
  // expected-error @below {{'stablehlo.slice' op result has shape [4, 2], expected [4, 3]}}
  %0 = stablehlo.slice %x from [0, 0] to [4, 8] by [1, 3] : (tensor<4x8xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @concatenate_c1_other_sizes(%x: tensor<4x8xf32>, %y: tensor<5x8xf32>) {
  // expected-error @below {{'stablehlo.concatenate' op joins values that differ in other dimensions than 1}}
  %0 = stablehlo.concatenate %x, %y dim 1 : (tensor<4x8xf32>, tensor<5x8xf32>) -> tensor<4x16xf32>
  return
}

// -----

func.func @concatenate_c1_result(%x: tensor<4x8xf32>, %y: tensor<4x8xf32>) {
  // expected-error @below {{'stablehlo.concatenate' op result has shape [4, 8], expected [4, 16]}}
  %0 = stablehlo.concatenate %x, %y dim 1 : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @dynamic_slice_c1_starts(%x: tensor<4x8xf32>, %i: tensor<i32>) {
  // expected-error @below {{'stablehlo.dynamic_slice' op has 1 starts and 2 sizes, expected 2}}
  %0 = stablehlo.dynamic_slice %x, %i sizes [1, 8] : (tensor<4x8xf32>, tensor<i32>) -> tensor<1x8xf32>
  return
}

// -----

func.func @dynamic_slice_c1_result(%x: tensor<4x8xf32>, %i: tensor<i32>) {
  // expected-error @below {{'stablehlo.dynamic_slice' op result has shape [2, 8], expected [1, 8]}}
  %0 = stablehlo.dynamic_slice %x, %i, %i sizes [1, 8] : (tensor<4x8xf32>, tensor<i32>, tensor<i32>) -> tensor<2x8xf32>
  return
}

// -----

func.func @dynamic_update_slice_c1_fits(%x: tensor<4x8xf32>, %u: tensor<5x8xf32>, %i: tensor<i32>) {
  // expected-error @below {{'stablehlo.dynamic_update_slice' op takes [5, 8] of [4, 8]}}
  %0 = stablehlo.dynamic_update_slice %x, %u, %i, %i : (tensor<4x8xf32>, tensor<5x8xf32>, tensor<i32>, tensor<i32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @gather_c1_collapsed(%t: tensor<16x8xf32>, %i: tensor<4xi32>) {
  // expected-error @below {{'stablehlo.gather' op collapses dimension 0 of size 2, expected 1}}
  %0 = stablehlo.gather %t, %i <offset_dims = [1], collapsed_slice_dims = [0], start_index_map = [0], index_vector_dim = 1> sizes [2, 8] : (tensor<16x8xf32>, tensor<4xi32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @gather_c1_size(%t: tensor<16x8xf32>, %i: tensor<4xi32>) {
  // expected-error @below {{'stablehlo.gather' op takes [1, 9] of [16, 8]}}
  %0 = stablehlo.gather %t, %i <offset_dims = [1], collapsed_slice_dims = [0], start_index_map = [0], index_vector_dim = 1> sizes [1, 9] : (tensor<16x8xf32>, tensor<4xi32>) -> tensor<4x9xf32>
  return
}

// -----

func.func @gather_c2_result(%t: tensor<16x8xf32>, %i: tensor<4xi32>) {
  // expected-error @below {{'stablehlo.gather' op result has shape [8, 4], expected [4, 8]}}
  %0 = stablehlo.gather %t, %i <offset_dims = [1], collapsed_slice_dims = [0], start_index_map = [0], index_vector_dim = 1> sizes [1, 8] : (tensor<16x8xf32>, tensor<4xi32>) -> tensor<8x4xf32>
  return
}

// -----

func.func @gather_c2_offset(%t: tensor<16x8xf32>, %i: tensor<4xi32>) {
  // expected-error @below {{'stablehlo.gather' op offset_dims are [0, 1], expected 1 below 2}}
  %0 = stablehlo.gather %t, %i <offset_dims = [0, 1], collapsed_slice_dims = [0], start_index_map = [0], index_vector_dim = 1> sizes [1, 8] : (tensor<16x8xf32>, tensor<4xi32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @dot_general_c1_pairs(%x: tensor<4x8xf32>, %w: tensor<8x16xf32>) {
  // expected-error @below {{'stablehlo.dot_general' op pairs dimensions [1] with []}}
  %0 = stablehlo.dot_general %x, %w <lhs_contracting_dimensions = [1]> precision [HIGHEST, HIGHEST] : (tensor<4x8xf32>, tensor<8x16xf32>) -> tensor<4x16xf32>
  return
}

// -----

func.func @dot_general_c1_sizes(%x: tensor<4x8xf32>, %w: tensor<8x16xf32>) {
  // expected-error @below {{'stablehlo.dot_general' op pairs a dimension of 8 with one of 16}}
  %0 = stablehlo.dot_general %x, %w <lhs_contracting_dimensions = [1], rhs_contracting_dimensions = [1]> precision [HIGHEST, HIGHEST] : (tensor<4x8xf32>, tensor<8x16xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @dot_general_c2_result(%x: tensor<4x8xf32>, %w: tensor<8x16xf32>) {
  // expected-error @below {{'stablehlo.dot_general' op result has shape [16, 4], expected [4, 16]}}
  %0 = stablehlo.dot_general %x, %w <lhs_contracting_dimensions = [1], rhs_contracting_dimensions = [0]> precision [HIGHEST, HIGHEST] : (tensor<4x8xf32>, tensor<8x16xf32>) -> tensor<16x4xf32>
  return
}

// -----

func.func @reduce_c1_result(%x: tensor<4x8xf32>, %zero: tensor<f32>) {
  // expected-error @below {{'stablehlo.reduce' op result has shape [8], expected [4]}}
  %0 = stablehlo.reduce %x, %zero dims [1] : (tensor<4x8xf32>, tensor<f32>) -> tensor<8xf32> {
  ^bb0(%a: tensor<f32>, %b: tensor<f32>):
    stablehlo.return %a : tensor<f32>
  }
  return
}

// -----

func.func @reduce_c2_body(%x: tensor<4x8xf32>, %zero: tensor<f32>) {
  // expected-error @below {{'stablehlo.reduce' op body must combine two values of type 'tensor<f32>' into one}}
  %0 = stablehlo.reduce %x, %zero dims [1] : (tensor<4x8xf32>, tensor<f32>) -> tensor<4xf32> {
  ^bb0(%a: tensor<f32>):
    stablehlo.return %a : tensor<f32>
  }
  return
}

// -----

func.func @shapes_are_static(%x: tensor<?x8xf32>) {
  // expected-error @below {{'stablehlo.tanh' op operand #0 must be statically shaped tensor of floating-point values, but got 'tensor<?x8xf32>'}}
  %0 = "stablehlo.tanh"(%x) : (tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func @dot_has_only_its_lists(%x: tensor<4x8xf32>) {
  // expected-error @below {{'sums' is no list of this attribute}}
  %0 = stablehlo.dot_general %x, %x <sums = [1]> precision [HIGHEST, HIGHEST] : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x4xf32>
  return
}
