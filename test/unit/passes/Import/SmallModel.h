//===- SmallModel.h - a model with one of everything ------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Built in memory, so that tests know each byte of it.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TEST_UNIT_PASSES_IMPORT_SMALLMODEL_H
#define TANDEM_TEST_UNIT_PASSES_IMPORT_SMALLMODEL_H

#include <string>

#include "mlir/IR/MLIRContext.h"
#include "tandem/passes/Import/OnnxImporter.h"

#include "onnx-ml.pb.h"

namespace tandem::test {

/// `size` bytes that differ from those of another `seed`.
std::string makeBytes(size_t size, unsigned char seed);

/// Adds initialiser `name` of `bytes` as uint8.
void addWeight(::onnx::GraphProto &graph, const std::string &name,
               const std::string &bytes);

/// A node of `graph` with one input and one output.
::onnx::NodeProto &addNode(::onnx::GraphProto &graph, const std::string &type,
                           const std::string &input, const std::string &output);

/// An importable model: large and small weights inline, in an attribute, in a
/// typed field, external (`weights.bin`), a subgraph, a function.
::onnx::ModelProto makeSmallModel();

/// A fresh folder for model files, removed with the object.
class ModelFolder {
public:
  ModelFolder();
  ~ModelFolder();

  /// Writes `bytes` to file `name`; returns its path.
  std::string write(const std::string &name, const std::string &bytes) const;

private:
  std::string path;
};

/// What import made of a file: a module, or errors.
struct Outcome {
  mlir::FailureOr<ImportedModel> model;
  std::string errors;
};

/// Imports the file at `path`, keeping the errors.
Outcome import(const std::string &path, mlir::MLIRContext &context,
               const ImportOptions &options = {});

} // namespace tandem::test

#endif // TANDEM_TEST_UNIT_PASSES_IMPORT_SMALLMODEL_H
