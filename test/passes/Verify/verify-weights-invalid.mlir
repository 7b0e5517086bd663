// RUN: tandem-opt %s --tandem-verify-weights --split-input-file --verify-diagnostics

// Tests that codes with DequantizeLinear are told once, with the nearest form.
func.func @codes_of_dequantize_linear(%x: tensor<?x64xf32>) -> (tensor<?x96xf32>, tensor<?x96xf32>) {
  %codes = onnx.constant #onnx.weight<"m", 0, 6144> : tensor<64x96xi8>
  %scales = onnx.constant #onnx.weight<"m", 6144, 384> : tensor<96xf32>
  // expected-error@+1 {{'onnx.node' op 'DequantizeLinear' makes a weight from codes (1 others as well); expected MatMulNBits or GatherBlockQuantized of com.microsoft with codes of 4 or 8 bits, or a weight of f32}}
  %w = onnx.node "DequantizeLinear" (%codes, %scales) {axis = 1 : i64} : (tensor<64x96xi8>, tensor<96xf32>) -> tensor<64x96xf32>
  %v = onnx.node "DequantizeLinear" (%codes, %scales) {axis = 1 : i64} : (tensor<64x96xi8>, tensor<96xf32>) -> tensor<64x96xf32>
  %y = onnx.node "MatMul" (%x, %w) {} : (tensor<?x64xf32>, tensor<64x96xf32>) -> tensor<?x96xf32>
  %z = onnx.node "MatMul" (%x, %v) {} : (tensor<?x64xf32>, tensor<64x96xf32>) -> tensor<?x96xf32>
  return %y, %z : tensor<?x96xf32>, tensor<?x96xf32>
}

// -----

// Tests the same for a matrix of a shorter float.
func.func @widened_matrix(%x: tensor<?x64xf32>) -> tensor<?x96xf32> {
  %half = onnx.constant #onnx.weight<"m", 0, 12288> : tensor<64x96xf16>
  // expected-error@+1 {{'onnx.node' op 'Cast' widens a weight; expected a weight of f32, which --precision bf16 stores in 16 bits}}
  %w = onnx.node "Cast" (%half) {to = 1 : i64} : (tensor<64x96xf16>) -> tensor<64x96xf32>
  %y = onnx.node "MatMul" (%x, %w) {} : (tensor<?x64xf32>, tensor<64x96xf32>) -> tensor<?x96xf32>
  return %y : tensor<?x96xf32>
}

// -----

// Tests that values which tokens compute and the file rounds are told at the
// operator that rounds them, not at the one behind it.
func.func @rounded_values(%x: tensor<?x64xf32>) -> (tensor<?x64xf32>, tensor<?x64xui8>) {
  %scale = onnx.constant dense<0.5> : tensor<f32>
  %zero = onnx.constant dense<128> : tensor<ui8>
  // expected-error@+1 {{'onnx.node' op 'QuantizeLinear' rounds what tokens compute; expected values as they are; --activations int8 rounds those that MatMulNBits of block_size 32 multiplies}}
  %q = onnx.node "QuantizeLinear" (%x, %scale, %zero) {} : (tensor<?x64xf32>, tensor<f32>, tensor<ui8>) -> tensor<?x64xui8>
  %d = onnx.node "DequantizeLinear" (%q, %scale, %zero) {} : (tensor<?x64xui8>, tensor<f32>, tensor<ui8>) -> tensor<?x64xf32>
  // expected-error@+1 {{'onnx.node' op 'DynamicQuantizeLinear' rounds what tokens compute; expected values as they are; --activations int8 rounds those that MatMulNBits of block_size 32 multiplies}}
  %r:3 = onnx.node "DynamicQuantizeLinear" (%x) {} : (tensor<?x64xf32>) -> (tensor<?x64xui8>, tensor<f32>, tensor<ui8>)
  return %d, %r#0 : tensor<?x64xf32>, tensor<?x64xui8>
}
