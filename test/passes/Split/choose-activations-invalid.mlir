// RUN: tandem-opt %s --tandem-choose-activations=activations=int8 --verify-diagnostics
// RUN: not tandem-opt %s --tandem-choose-activations=activations=int4 2>&1 | FileCheck %s

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
