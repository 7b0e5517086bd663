//===- Passes.td - passes of the import stage --------------*- tablegen -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_IMPORT_PASSES_TD
#define TANDEM_PASSES_IMPORT_PASSES_TD

include "mlir/Pass/PassBase.td"

def ImportOnnxPass : Pass<"tandem-import-onnx", "::mlir::ModuleOp"> {
  let summary = "read an ONNX file into an empty module";
  let description = [{
    Why: the passes that follow work on IR; this is how a file becomes IR in
    `tandem-opt`, so that each can be tried on a real model. The driver calls
    the same importer.

    Before: an empty module. After: one function `@main` with a node of the
    file per operation, and one `onnx.function` per model-local function:

    ```mlir
    %0 = onnx.node "Relu" opset 18 (%arg0) {} : (tensor<?x4xf32>) -> tensor<?x4xf32>
    ```

    Requires: an empty module. Guarantees: names are resolved, every weight
    reference lies in its file and has the length of its type. Leaves alone: the
    meaning of operators, which `simplify` judges. Cost: linear in the graph;
    weights are not read.
  }];
  let options = [
    Option<"model", "model", "std::string", "",
           "the .onnx file, or the folder it is in">,
    ListOption<"allowExternalDir", "allow-external-dir", "std::string",
               "a folder outside the model's where external data may lie">
  ];
  let dependentDialects = ["::mlir::func::FuncDialect",
                           "::tandem::onnx::OnnxDialect"];
}

#endif // TANDEM_PASSES_IMPORT_PASSES_TD
