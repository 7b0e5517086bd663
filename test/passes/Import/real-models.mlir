// RUN: tandem-opt /dev/null --tandem-import-onnx=model=%source_dir/test/models/optimum-llama | FileCheck %s --check-prefix=OPTIMUM
// RUN: tandem-opt /dev/null --tandem-import-onnx=model=%source_dir/test/models/mobius-llama | FileCheck %s --check-prefix=MOBIUS
// RUN: tandem-opt /dev/null --tandem-import-onnx=model=%source_dir/test/models/genai-llama-fp32 | FileCheck %s --check-prefix=GENAI
// Tests real exports: weights inline, weights beside the model, functions.

// OPTIMUM: onnx.ir_version = 8 : i64, onnx.opsets = {ai.onnx = 18 : i64}
// OPTIMUM: onnx.constant #onnx.weight<"model.onnx", {{[0-9]+}}, 65536> : tensor<256x64xf32>
// OPTIMUM: return {{.*}} : tensor<?x?x256xf32>

// MOBIUS: onnx.function @com.microsoft.SkipSimplifiedLayerNormalization
// MOBIUS: onnx.constant #onnx.weight<"model.onnx.data", 0, 65536> : tensor<256x64xf32>

// GENAI: onnx.node "GroupQueryAttention" domain "com.microsoft" opset 1
