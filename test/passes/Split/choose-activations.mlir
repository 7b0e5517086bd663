// RUN: tandem-opt %s --tandem-choose-activations --split-input-file | FileCheck %s --check-prefixes=ANY,FILE
// RUN: tandem-opt %s --tandem-choose-activations=activations=int8 --split-input-file 2>/dev/null | FileCheck %s --check-prefixes=ANY,INT8
// RUN: tandem-opt %s --tandem-choose-activations=activations=exact --split-input-file | FileCheck %s --check-prefixes=ANY,EXACT
// RUN: tandem-opt %s --tandem-choose-activations --split-input-file --remarks-filter=split --remark-policy=all -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK
// RUN: tandem-opt %s --tandem-choose-activations=activations=exact --split-input-file --remarks-filter=split --remark-policy=all -o /dev/null 2>&1 | FileCheck %s --check-prefix=NONE --allow-empty

// Tests that a remark says of each layer whose file allows it whether its input
// is rounded, and that none does where nobody may round.
// REMARK-COUNT-1: [Passed] choose-activations | Category:split {{.*}}Remark="input rounded to 8 bits"
// REMARK: [Missed] choose-activations | Category:split {{.*}}Reason="input stays exact: the weight has blocks of 64 values, expected 32"
// REMARK-NOT: choose-activations
// NONE-NOT: choose-activations

// Tests that a layer whose file asks for it takes bytes, unless exact values
// are asked for.
// ANY-LABEL: func.func @accuracy_level_4(
func.func @accuracy_level_4(%x: tensor<?x64xf32>) -> tensor<?x96xf32> {
  %w = onnx.constant #transformer.encoded<[#onnx.weight<"m", 0, 3072> : tensor<96x2x16xui8>, #onnx.weight<"m", 3072, 768> : tensor<96x2xf32>]> : tensor<96x64xf32, #transformer.blocks<ui4, block = 32, scales = f32>>
  // FILE: %1 = transformer.linear %arg0, %0 layout nk accuracy_level 4 int8_activations : (tensor<?x64xf32>, tensor<96x64xf32, #transformer.blocks<ui4, block = 32, scales = f32>>) -> tensor<?x96xf32>
  // INT8: %1 = transformer.linear %arg0, %0 layout nk accuracy_level 4 int8_activations :
  // EXACT: %1 = transformer.linear %arg0, %0 layout nk accuracy_level 4 :
  %y = transformer.linear %x, %w layout nk accuracy_level 4 : (tensor<?x64xf32>, tensor<96x64xf32, #transformer.blocks<ui4, block = 32, scales = f32>>) -> tensor<?x96xf32>
  return %y : tensor<?x96xf32>
}

// -----

// Tests that a layer whose file does not ask takes bytes only on request.
// ANY-LABEL: func.func @accuracy_level_0(
func.func @accuracy_level_0(%x: tensor<?x64xf32>) -> tensor<?x96xf32> {
  %w = onnx.constant #transformer.encoded<[#onnx.weight<"m", 0, 6144> : tensor<96x2x32xui8>, #onnx.weight<"m", 6144, 768> : tensor<96x2xf32>]> : tensor<96x64xf32, #transformer.blocks<ui8, block = 32, scales = f32>>
  // FILE: transformer.linear %arg0, %0 layout nk accuracy_level 0 :
  // INT8: transformer.linear %arg0, %0 layout nk accuracy_level 0 int8_activations :
  // EXACT: transformer.linear %arg0, %0 layout nk accuracy_level 0 :
  %y = transformer.linear %x, %w layout nk accuracy_level 0 : (tensor<?x64xf32>, tensor<96x64xf32, #transformer.blocks<ui8, block = 32, scales = f32>>) -> tensor<?x96xf32>
  return %y : tensor<?x96xf32>
}

// -----

// Tests that blocks of another size and plain weights stay exact.
// ANY-LABEL: func.func @other_blocks(
func.func @other_blocks(%x: tensor<?x64xf32>, %p: tensor<96x64xf32>) -> (tensor<?x96xf32>, tensor<?x96xf32>) {
  %w = onnx.constant #transformer.encoded<[#onnx.weight<"m", 0, 3072> : tensor<96x1x32xui8>, #onnx.weight<"m", 3072, 384> : tensor<96x1xf32>]> : tensor<96x64xf32, #transformer.blocks<ui4, block = 64, scales = f32>>
  // ANY: transformer.linear %arg0, %0 layout nk accuracy_level 4 :
  %y = transformer.linear %x, %w layout nk accuracy_level 4 : (tensor<?x64xf32>, tensor<96x64xf32, #transformer.blocks<ui4, block = 64, scales = f32>>) -> tensor<?x96xf32>
  // ANY: transformer.linear %arg0, %arg1 layout nk :
  %z = transformer.linear %x, %p layout nk : (tensor<?x64xf32>, tensor<96x64xf32>) -> tensor<?x96xf32>
  return %y, %z : tensor<?x96xf32>, tensor<?x96xf32>
}
