//===- OnnxImporter.h - from an ONNX file to the onnx dialect ---*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The import stage: reads a model, checks all that the file says of itself, and
// builds the source level. Nothing in it depends on the operators.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_IMPORT_ONNXIMPORTER_H
#define TANDEM_PASSES_IMPORT_ONNXIMPORTER_H

#include <memory>
#include <string>
#include <vector>

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "tandem/passes/Import/WeightFiles.h"

namespace tandem {

/// How large a model may be before it is rejected, so that a damaged or hostile
/// file cannot exhaust memory or time.
struct ImportLimits {
  uint64_t nodes = 65536;    ///< with subgraphs and functions inlined
  uint64_t tensors = 300000; ///< initialisers and tensor attributes
  /// Estimated memory of the graph without its weights.
  uint64_t graphBytes = uint64_t(512) << 20;
};

/// What a caller may choose about import.
struct ImportOptions {
  /// Folders outside the model's in which external data is accepted.
  std::vector<std::string> allowedDirs;
  ImportLimits limits;
  /// Whether files of external data must be there. Where they need not, no one
  /// may ask for the bytes of those that are not.
  bool needsData = true;
};

/// An imported model: the module, and the files its weights refer to.
struct ImportedModel {
  std::unique_ptr<WeightFiles> weights;
  mlir::OwningOpRef<mlir::ModuleOp> module;
};

/// Imports the model at `path`, a file or a folder (`findModelFile`). On
/// failure every problem found has been emitted as an error at a location with
/// the model's file name; messages name the node, tensor or byte offset.
/// Failure means that the input is rejected (exit code 3).
mlir::FailureOr<ImportedModel> importOnnx(llvm::StringRef path,
                                          const ImportOptions &options,
                                          mlir::MLIRContext *context);

/// The same for files that are open already.
mlir::FailureOr<mlir::OwningOpRef<mlir::ModuleOp>>
importOnnx(WeightFiles &files, const ImportLimits &limits,
           mlir::MLIRContext *context);

} // namespace tandem

#endif // TANDEM_PASSES_IMPORT_ONNXIMPORTER_H
