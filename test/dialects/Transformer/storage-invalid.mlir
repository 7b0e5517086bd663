// RUN: tandem-opt %s --verify-diagnostics --split-input-file
// Tests what the encodings of stored weights and their values refuse.

// expected-error @below {{codes are 'si4', expected 'ui4' or 'ui8'}}
func.func @codes(%w: tensor<4x32xf32, #transformer.blocks<si4, block = 32, scales = f32>>)

// -----

// expected-error @below {{block is 24, expected a power of 2 from 16 to 1048576}}
func.func @block(%w: tensor<4x32xf32, #transformer.blocks<ui4, block = 24, scales = f32>>)

// -----

// expected-error @below {{scales are 'f64', expected 'f16', 'bf16' or 'f32'}}
func.func @scales(%w: tensor<4x32xf32, #transformer.blocks<ui4, block = 32, scales = f64>>)

// -----

// expected-error @below {{zero points are 'ui8', expected 'ui4', 'f16', 'bf16' or 'f32'}}
func.func @zero_points(%w: tensor<4x32xf32, #transformer.blocks<ui4, block = 32, scales = f32, zero_points = ui8>>)

// -----

// expected-error @below {{encodes a tensor of 1 dimensions and 'f32' elements, expected a matrix of floats of known size}}
func.func @vector(%w: tensor<32xf32, #transformer.blocks<ui4, block = 32, scales = f32>>)

// -----

// expected-error @below {{elements are stored as 'f32', expected 'bf16' or 'f16'}}
func.func @stored(%w: tensor<4x32xf32, #transformer.stored<f32>>)

// -----

// expected-error @below {{encodes a tensor of 2 dimensions and 'i32' elements, expected a matrix of floats of known size}}
func.func @stored_integers(%w: tensor<4x32xi32, #transformer.stored<bf16>>)

// -----

func.func @plain_type() {
  // expected-error @below {{type is 'tensor<4x32xf32>', expected one with an encoding such as '#transformer.blocks'}}
  %w = onnx.constant #transformer.encoded<[#onnx.weight<"m", 0, 512> : tensor<4x32xf32>]> : tensor<4x32xf32>
  return
}

// -----

func.func @payload_is_missing() {
  // expected-error @below {{has 1 payloads, expected 2}}
  %w = onnx.constant #transformer.encoded<[#onnx.weight<"m", 0, 64> : tensor<4x1x16xui8>]> : tensor<4x32xf32, #transformer.blocks<ui4, block = 32, scales = f32>>
  return
}

// -----

func.func @payload_shape() {
  // expected-error @below {{payload 0 is 'tensor<4x1x32xui8>', expected 4x1x16 values of 'ui8'}}
  %w = onnx.constant #transformer.encoded<[#onnx.weight<"m", 0, 128> : tensor<4x1x32xui8>, #onnx.weight<"m", 128, 16> : tensor<4x1xf32>]> : tensor<4x32xf32, #transformer.blocks<ui4, block = 32, scales = f32>>
  return
}

// -----

func.func @payload_type() {
  // expected-error @below {{payload 1 is 'tensor<4x1xi32>', expected 4x1 values of a float type}}
  %w = onnx.constant #transformer.encoded<[#onnx.weight<"m", 0, 64> : tensor<4x1x16xui8>, #onnx.weight<"m", 64, 16> : tensor<4x1xi32>]> : tensor<4x32xf32, #transformer.blocks<ui4, block = 32, scales = f32>>
  return
}

// -----

func.func @linear_c4_blocks_of_64(%x: tensor<?x64xf32>) {
  %w = onnx.constant #transformer.encoded<[#onnx.weight<"m", 0, 128> : tensor<4x1x32xui8>, #onnx.weight<"m", 128, 16> : tensor<4x1xf32>]> : tensor<4x64xf32, #transformer.blocks<ui4, block = 64, scales = f32>>
  // expected-error @below {{'transformer.linear' op weight is 'tensor<4x64xf32, #transformer.blocks<ui4, block = 64, scales = f32>>', expected blocks of 32 beside int8_activations}}
  %y = transformer.linear %x, %w layout nk int8_activations : (tensor<?x64xf32>, tensor<4x64xf32, #transformer.blocks<ui4, block = 64, scales = f32>>) -> tensor<?x4xf32>
  return
}

// -----

func.func @linear_c4_plain_weight(%x: tensor<?x64xf32>, %w: tensor<4x64xf32>) {
  // expected-error @below {{'transformer.linear' op weight is 'tensor<4x64xf32>', expected blocks of 32 beside int8_activations}}
  %y = transformer.linear %x, %w layout nk int8_activations : (tensor<?x64xf32>, tensor<4x64xf32>) -> tensor<?x4xf32>
  return
}
