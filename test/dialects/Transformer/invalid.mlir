// RUN: tandem-opt %s --verify-diagnostics --split-input-file
// Tests the constraints of the model level's operations; a function is named by
// the operation and the label of the constraint it breaks.

func.func @embedding_c1_width(%ids: tensor<?xi64>, %table: tensor<256x64xf32>) {
  // expected-error @below {{'transformer.embedding' op result is 'tensor<?x32xf32>', expected the shape of 'tensor<?xi64>' followed by the table's width 64}}
  %0 = transformer.embedding %ids, %table layout nk : (tensor<?xi64>, tensor<256x64xf32>) -> tensor<?x32xf32>
  return
}

// -----

func.func @linear_c1_inner_width(%x: tensor<?x32xf32>, %w: tensor<64x96xf32>) {
  // expected-error @below {{'transformer.linear' op input has width 32, expected the weight's K of 64}}
  %0 = transformer.linear %x, %w layout kn : (tensor<?x32xf32>, tensor<64x96xf32>) -> tensor<?x96xf32>
  return
}

// -----

func.func @linear_c2_result(%x: tensor<?x64xf32>, %w: tensor<64x96xf32>) {
  // expected-error @below {{'transformer.linear' op result is 'tensor<?x64xf32>', expected the input's shape with width 96}}
  %0 = transformer.linear %x, %w layout kn : (tensor<?x64xf32>, tensor<64x96xf32>) -> tensor<?x64xf32>
  return
}

// -----

func.func @linear_c3_bias(%x: tensor<?x64xf32>, %w: tensor<64x96xf32>, %b: tensor<64xf32>) {
  // expected-error @below {{'transformer.linear' op bias is 'tensor<64xf32>', expected 96 values}}
  %0 = transformer.linear %x, %w bias(%b) layout kn : (tensor<?x64xf32>, tensor<64x96xf32>, tensor<64xf32>) -> tensor<?x96xf32>
  return
}

// -----

func.func @rms_norm_c1_scale(%x: tensor<?x64xf32>, %scale: tensor<32xf32>) {
  // expected-error @below {{'transformer.rms_norm' op scale is 'tensor<32xf32>', expected 64 values}}
  %0 = transformer.rms_norm %x, %scale epsilon 1.0e-06 : tensor<?x64xf32>, tensor<32xf32>
  return
}

// -----

func.func @rms_norm_c2_epsilon(%x: tensor<?x64xf32>, %scale: tensor<64xf32>) {
  // expected-error @below {{'transformer.rms_norm' op epsilon is -1.000000e+00, expected at least 0}}
  %0 = transformer.rms_norm %x, %scale epsilon -1.0 : tensor<?x64xf32>, tensor<64xf32>
  return
}

// -----

func.func @layer_norm_c1_bias(%x: tensor<?x64xf32>, %scale: tensor<64xf32>, %b: tensor<32xf32>) {
  // expected-error @below {{'transformer.layer_norm' op bias is 'tensor<32xf32>', expected 64 values}}
  %0 = transformer.layer_norm %x, %scale bias(%b) epsilon 1.0e-05 : (tensor<?x64xf32>, tensor<64xf32>, tensor<32xf32>) -> tensor<?x64xf32>
  return
}

// -----

func.func @layer_norm_c2_epsilon(%x: tensor<?x64xf32>, %scale: tensor<64xf32>) {
  // expected-error @below {{'transformer.layer_norm' op epsilon is -1.000000e+00, expected at least 0}}
  %0 = transformer.layer_norm %x, %scale epsilon -1.0 : (tensor<?x64xf32>, tensor<64xf32>) -> tensor<?x64xf32>
  return
}

// -----

func.func @rotary_table_c1_columns() {
  // expected-error @below {{'transformer.rotary_table' op table is 'tensor<?x3xf32>', expected one column for each of 2 frequencies}}
  %cos, %sin = transformer.rotary_table dense<[1.0, 0.5]> : tensor<2xf32> scale 1.0 -> tensor<?x3xf32>, tensor<?x2xf32>
  return
}

// -----

func.func @rotary_c1_too_wide(%x: tensor<?x32xf32>, %positions: tensor<?xi64>, %cos: tensor<?x8xf32>, %sin: tensor<?x8xf32>) {
  // expected-error @below {{'transformer.rotary' op rotates 16 elements in each of 4 heads, but the input's width is 32}}
  %0 = transformer.rotary %x, %positions, %cos, %sin heads 4 : (tensor<?x32xf32>, tensor<?xi64>, tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x32xf32>
  return
}

// -----

func.func @rotary_c2_tables(%x: tensor<?x64xf32>, %positions: tensor<?xi64>, %cos: tensor<?x8xf32>, %sin: tensor<?x4xf32>) {
  // expected-error @below {{'transformer.rotary' op tables are 'tensor<?x8xf32>' and 'tensor<?x4xf32>', expected two matrices with as many columns}}
  %0 = transformer.rotary %x, %positions, %cos, %sin heads 4 : (tensor<?x64xf32>, tensor<?xi64>, tensor<?x8xf32>, tensor<?x4xf32>) -> tensor<?x64xf32>
  return
}

// -----

func.func @rotary_c3_positions(%x: tensor<?x64xf32>, %positions: tensor<?x?xi64>, %cos: tensor<?x8xf32>, %sin: tensor<?x8xf32>) {
  // expected-error @below {{'transformer.rotary' op positions are 'tensor<?x?xi64>', expected the shape of the input without its width: 'tensor<?x64xf32>'}}
  %0 = transformer.rotary %x, %positions, %cos, %sin heads 4 : (tensor<?x64xf32>, tensor<?x?xi64>, tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x64xf32>
  return
}

// -----

func.func @past_positions_c1_dimensions(%past: tensor<?x?x16xf32>, %x: tensor<?x?x64xf32>) {
  // expected-error @below {{'transformer.past_positions' op past is 'tensor<?x?x16xf32>' and tokens are 'tensor<?x?x64xf32>', expected 4 and at least 2 dimensions}}
  %0 = transformer.past_positions %past, %x : (tensor<?x?x16xf32>, tensor<?x?x64xf32>) -> tensor<?x?xi64>
  return
}

// -----

func.func @past_positions_c2_result(%past: tensor<?x2x?x16xf32>, %x: tensor<1x?x64xf32>) {
  // expected-error @below {{'transformer.past_positions' op result is 'tensor<2x?xi64>', expected the first two dimensions of 'tensor<1x?x64xf32>'}}
  %0 = transformer.past_positions %past, %x : (tensor<?x2x?x16xf32>, tensor<1x?x64xf32>) -> tensor<2x?xi64>
  return
}

// -----

func.func @attention_c1_heads(%q: tensor<?x?x48xf32>, %k: tensor<?x?x32xf32>, %v: tensor<?x?x32xf32>) {
  // expected-error @below {{'transformer.attention' op has 3 query heads and 2 key heads for widths 48, 32 and 32; expected a multiple that divides them}}
  %0 = transformer.attention %q, %k, %v heads 3, 2 scale 0.25 keep <causal = true> : (tensor<?x?x48xf32>, tensor<?x?x32xf32>, tensor<?x?x32xf32>) -> tensor<?x?x48xf32>
  return
}

// -----

func.func @attention_c2_head_width(%q: tensor<?x?x32xf32>, %k: tensor<?x?x32xf32>, %v: tensor<?x?x32xf32>) {
  // expected-error @below {{'transformer.attention' op query heads are 8 wide, key heads 16, expected the same}}
  %0 = transformer.attention %q, %k, %v heads 4, 2 scale 0.25 keep <causal = true> : (tensor<?x?x32xf32>, tensor<?x?x32xf32>, tensor<?x?x32xf32>) -> tensor<?x?x64xf32>
  return
}

// -----

func.func @attention_c3_presents_without_past(%q: tensor<?x?x64xf32>, %k: tensor<?x?x32xf32>, %v: tensor<?x?x32xf32>) {
  // expected-error @below {{'transformer.attention' op has 1 presents, expected 0 without a past}}
  %0, %1 = transformer.attention %q, %k, %v heads 4, 2 scale 0.25 keep <causal = true> : (tensor<?x?x64xf32>, tensor<?x?x32xf32>, tensor<?x?x32xf32>) -> (tensor<?x?x64xf32>, tensor<?x2x?x16xf32>)
  return
}

// -----

func.func @attention_c3_heads_of_the_past(%q: tensor<?x?x64xf32>, %k: tensor<?x?x32xf32>, %v: tensor<?x?x32xf32>, %past: tensor<?x4x?x16xf32>) {
  // expected-error @below {{'transformer.attention' op past has 4 heads, expected 2}}
  %0:3 = transformer.attention %q, %k, %v past(%past, %past) heads 4, 2 scale 0.25 keep <causal = true> : (tensor<?x?x64xf32>, tensor<?x?x32xf32>, tensor<?x?x32xf32>, tensor<?x4x?x16xf32>, tensor<?x4x?x16xf32>) -> (tensor<?x?x64xf32>, tensor<?x4x?x16xf32>, tensor<?x4x?x16xf32>)
  return
}
