// RUN: tandem-opt %s --tandem-raise-quantized --split-input-file | FileCheck %s
// RUN: tandem-opt %s --tandem-raise-quantized --split-input-file --remark-policy=all --remarks-filter=raise-quantized -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK
// Tests what stays a node, and the reason that is told.

// REMARK: has codes of 2 bits, expected 4 or 8
// CHECK-LABEL: func.func @two_bits(
func.func @two_bits(%x: tensor<?x?x64xf32>) -> tensor<?x?x96xf32> {
  %codes = onnx.constant #onnx.weight<"m", 0, 1536> : tensor<96x2x8xui8>
  %scales = onnx.constant #onnx.weight<"m", 3072, 768> : tensor<96x2xf32>
  // CHECK: onnx.node "MatMulNBits"
  %y = onnx.node "MatMulNBits" domain "com.microsoft" (%x, %codes, %scales) {K = 64 : i64, N = 96 : i64, bits = 2 : i64, block_size = 32 : i64} : (tensor<?x?x64xf32>, tensor<96x2x8xui8>, tensor<96x2xf32>) -> tensor<?x?x96xf32>
  return %y : tensor<?x?x96xf32>
}

// -----

// REMARK: has an input g_idx, which orders its columns
// CHECK-LABEL: func.func @ordered_columns(
func.func @ordered_columns(%x: tensor<?x?x64xf32>) -> tensor<?x?x96xf32> {
  %codes = onnx.constant #onnx.weight<"m", 0, 3072> : tensor<96x2x16xui8>
  %scales = onnx.constant #onnx.weight<"m", 3072, 768> : tensor<96x2xf32>
  %order = onnx.constant #onnx.weight<"m", 3840, 256> : tensor<64xi32>
  %none = onnx.none
  // CHECK: onnx.node "MatMulNBits"
  %y = onnx.node "MatMulNBits" domain "com.microsoft" (%x, %codes, %scales, %none, %order) {K = 64 : i64, N = 96 : i64, bits = 4 : i64, block_size = 32 : i64} : (tensor<?x?x64xf32>, tensor<96x2x16xui8>, tensor<96x2xf32>, none, tensor<64xi32>) -> tensor<?x?x96xf32>
  return %y : tensor<?x?x96xf32>
}

// -----

// REMARK: codes, scales or zero points are no constants of whole blocks: bytes and floats
// CHECK-LABEL: func.func @computed_codes(
func.func @computed_codes(%x: tensor<?x?x64xf32>, %codes: tensor<96x2x16xui8>) -> tensor<?x?x96xf32> {
  %scales = onnx.constant #onnx.weight<"m", 3072, 768> : tensor<96x2xf32>
  // CHECK: onnx.node "MatMulNBits"
  %y = onnx.node "MatMulNBits" domain "com.microsoft" (%x, %codes, %scales) {K = 64 : i64, N = 96 : i64, bits = 4 : i64, block_size = 32 : i64} : (tensor<?x?x64xf32>, tensor<96x2x16xui8>, tensor<96x2xf32>) -> tensor<?x?x96xf32>
  return %y : tensor<?x?x96xf32>
}

// -----

// REMARK: has blocks of 48, expected a power of 2 from 16 on
// CHECK-LABEL: func.func @odd_block(
func.func @odd_block(%x: tensor<?x?x96xf32>) -> tensor<?x?x96xf32> {
  %codes = onnx.constant #onnx.weight<"m", 0, 4608> : tensor<96x2x24xui8>
  %scales = onnx.constant #onnx.weight<"m", 4608, 768> : tensor<96x2xf32>
  // CHECK: onnx.node "MatMulNBits"
  %y = onnx.node "MatMulNBits" domain "com.microsoft" (%x, %codes, %scales) {K = 96 : i64, N = 96 : i64, bits = 4 : i64, block_size = 48 : i64} : (tensor<?x?x96xf32>, tensor<96x2x24xui8>, tensor<96x2xf32>) -> tensor<?x?x96xf32>
  return %y : tensor<?x?x96xf32>
}

// -----

// REMARK: takes no rows of a matrix in blocks of its rows
// CHECK-LABEL: func.func @blocks_along_columns(
func.func @blocks_along_columns(%ids: tensor<?xi64>) -> tensor<?x64xf32> {
  %codes = onnx.constant #onnx.weight<"m", 0, 3072> : tensor<96x32xui8>
  %scales = onnx.constant #onnx.weight<"m", 3072, 768> : tensor<3x64xf32>
  // CHECK: onnx.node "GatherBlockQuantized"
  %y = onnx.node "GatherBlockQuantized" domain "com.microsoft" (%codes, %ids, %scales) {bits = 4 : i64, block_size = 32 : i64, gather_axis = 0 : i64, quantize_axis = 0 : i64} : (tensor<96x32xui8>, tensor<?xi64>, tensor<3x64xf32>) -> tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}
