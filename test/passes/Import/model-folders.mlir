// RUN: rm -rf %t && split-file %s %t && %import %t model | FileCheck %s
// RUN: mkdir %t/a %t/b %t/b/onnx %t/c %t/d %t/e
// RUN: cp %t/model.onnx %t/a/only.onnx
// RUN: cp %t/model.onnx %t/b/onnx/model.onnx
// RUN: cp %t/model.onnx %t/c/decoder_model_merged.onnx && cp %t/model.onnx %t/c/other.onnx
// RUN: cp %t/model.onnx %t/d/one.onnx && cp %t/model.onnx %t/d/two.onnx
// RUN: tandem-opt %t/model.mlir --tandem-import-onnx=model=%t | FileCheck %s
// RUN: tandem-opt %t/model.mlir --tandem-import-onnx=model=%t/a | FileCheck %s
// RUN: tandem-opt %t/model.mlir --tandem-import-onnx=model=%t/b | FileCheck %s
// RUN: tandem-opt %t/model.mlir --tandem-import-onnx=model=%t/c | FileCheck %s
// RUN: tandem-opt %t/several --tandem-import-onnx=model=%t/d --verify-diagnostics
// RUN: tandem-opt %t/none --tandem-import-onnx=model=%t/e --verify-diagnostics
// RUN: tandem-opt %t/missing --tandem-import-onnx=model=%t/f --verify-diagnostics
// RUN: tandem-opt %t/full --tandem-import-onnx=model=%t/a --verify-diagnostics
// Tests that a folder means its model, and the errors where it does not.

// CHECK: func.func @main(%arg0: tensor<*xf32>

//--- model.textproto
ir_version: 3
opset_import { version: 7 }
graph {
  input { name: "x" type { tensor_type { elem_type: 1 } } }
  input { name: "w" type { tensor_type { elem_type: 1 } } }
  output { name: "x" }
  initializer { name: "w" data_type: 1 dims: 1 float_data: 1 }
}
//--- several
// expected-error-re@unknown {{folder '{{.*}}/d' has several models (one.onnx, two.onnx); name one of them}}
//--- none
// expected-error-re@unknown {{folder '{{.*}}/e' has no .onnx file}}
//--- missing
// expected-error-re@unknown {{'{{.*}}/f' does not exist, expected an ONNX file or a folder with one}}
//--- full
// expected-error@+1 {{import needs an empty module, this one has operations}}
module { func.func private @f() }
