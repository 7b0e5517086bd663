// RUN: tandem-opt %s --tandem-choose-activations=activations=int8 --split-input-file --verify-diagnostics
// RUN: not tandem-opt %s --tandem-choose-activations=activations=int4 --split-input-file 2>&1 | FileCheck %s

// Tests that a request which no layer can follow, and one that does not exist,
// are told.
// CHECK: error: option 'activations' is 'int4', expected exact, int8 or file
// expected-warning@below {{no linear layer has a weight in blocks of 32 values, so all inputs stay exact; int8 activations are for models with MatMulNBits of block_size 32}}
module {
  func.func @plain(%x: tensor<?x64xf32>, %w: tensor<96x64xf32>) -> tensor<?x96xf32> {
    %y = transformer.linear %x, %w layout nk : (tensor<?x64xf32>, tensor<96x64xf32>) -> tensor<?x96xf32>
    return %y : tensor<?x96xf32>
  }
}

// -----

// Tests that layers which cannot follow a request beside others that do are
// counted, and the first is named; plain weights are not meant.
module {
  func.func @some_blocks(%x: tensor<?x64xf32>, %p: tensor<96x64xf32>) -> (tensor<?x96xf32>, tensor<?x96xf32>, tensor<?x96xf32>, tensor<?x96xf32>) {
    %a = onnx.constant #transformer.encoded<[#onnx.weight<"m", 0, 3072> : tensor<96x1x32xui8>, #onnx.weight<"m", 3072, 384> : tensor<96x1xf32>]> : tensor<96x64xf32, #transformer.blocks<ui4, block = 64, scales = f32>>
    %b = onnx.constant #transformer.encoded<[#onnx.weight<"m", 0, 3072> : tensor<96x4x8xui8>, #onnx.weight<"m", 3072, 1536> : tensor<96x4xf32>]> : tensor<96x64xf32, #transformer.blocks<ui4, block = 16, scales = f32>>
    %c = onnx.constant #transformer.encoded<[#onnx.weight<"m", 0, 3072> : tensor<96x2x16xui8>, #onnx.weight<"m", 3072, 768> : tensor<96x2xf32>]> : tensor<96x64xf32, #transformer.blocks<ui4, block = 32, scales = f32>>
    // expected-warning@below {{input stays exact (1 other layers as well): the weight is not in blocks of 32 values; int8 activations are for MatMulNBits of block_size 32}}
    %y = transformer.linear %x, %a layout nk : (tensor<?x64xf32>, tensor<96x64xf32, #transformer.blocks<ui4, block = 64, scales = f32>>) -> tensor<?x96xf32>
    %z = transformer.linear %x, %b layout nk : (tensor<?x64xf32>, tensor<96x64xf32, #transformer.blocks<ui4, block = 16, scales = f32>>) -> tensor<?x96xf32>
    %v = transformer.linear %x, %c layout nk : (tensor<?x64xf32>, tensor<96x64xf32, #transformer.blocks<ui4, block = 32, scales = f32>>) -> tensor<?x96xf32>
    %w = transformer.linear %x, %p layout nk : (tensor<?x64xf32>, tensor<96x64xf32>) -> tensor<?x96xf32>
    return %y, %z, %v, %w : tensor<?x96xf32>, tensor<?x96xf32>, tensor<?x96xf32>, tensor<?x96xf32>
  }
}
